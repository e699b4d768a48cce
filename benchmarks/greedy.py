"""How many exercises the most likely answer solves, by prompt style.

Each exercise gets one greedy answer per style; several exercises are decoded in one batch. If several styles
are named, each is compared with the first: how many exercises only one of the two solves, and the
difference with its 95 % interval (Agresti and Min 2005, for pairs). Batches of different shape round
differently, so a score may differ by an answer between widths. The last line of the output is JSON.

    python benchmarks/greedy.py EXERCISES... [--ids 1,2] [--limit N] [--model ID] [--style plain,long-code]
                                [--width N] [--max-tokens N] [--out FILE]

The file of `--out` gets one line of JSON per answer: exercise, style, code, verdicts, tokens, how it ended.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import Path

from egcfg_sandbox import Program, Report, Sandbox
from egcfg_tui.engine.api import Branch, Engine, Inference, ModelSpec
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.exercises import Exercise, load_chosen
from egcfg_tui.models import resolve
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import TaskPrompt, task_prompt
from egcfg_tui.solving.decoding.sampling import greedy
from egcfg_tui.solving.text.answer_span import answer_code, answer_end

# Enough for `--width` prompts with their answers.
CONTEXT_TOKENS = 16_384


@dataclass(slots=True)
class Answer:
    """A greedy answer while it grows.

    `ended` says what ended it: `margin` (the code is complete), `model` (its end token), `length` (the most
    tokens), or nothing yet (empty).
    """

    exercise: Exercise
    code: str
    branch: Branch
    data: bytearray = field(default_factory=bytearray)
    tokens: int = 0
    ended: str = ""

    def take(self, engine: Engine, token: int, starter: str, max_tokens: int) -> None:
        """Adds a token."""
        if engine.is_end(token):
            self.ended = "model"
            return
        self.data += engine.piece(token)
        self.tokens += 1
        self.code = starter + self.data.decode("utf-8", "replace")
        end = answer_end(self.code, self.exercise)
        if end is not None:
            self.code = self.code[:end]
            self.ended = "margin"
        elif self.tokens >= max_tokens:
            self.ended = "length"


@dataclass(frozen=True, slots=True)
class Scored:
    """One answer and the results of its tests."""

    exercise: Exercise
    style: str
    answer: Answer
    visible: bool
    every: bool
    statuses: tuple[str, ...]

    def row(self) -> dict[str, object]:
        """The answer as `--out` writes it."""
        return {
            "exercise": self.exercise.id,
            "style": self.style,
            "visible_passed": self.visible,
            "all_passed": self.every,
            "tests": list(self.statuses),
            "tokens": self.answer.tokens,
            "ended": self.answer.ended,
            "code": self.answer.code,
        }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("exercises", nargs="+")
    parser.add_argument("--ids", default="")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--style", default=PromptStyle.PLAIN.value)
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    chosen = load_chosen(arguments.exercises, arguments.ids)[: arguments.limit]
    styles = [PromptStyle(name) for name in arguments.style.split(",")]
    spec = ModelSpec(arguments.model, resolve(arguments.model).path, context_tokens=CONTEXT_TOKENS)
    engine = LlamaEngine(spec)
    info = engine.info
    frame = chat_frame(info.chat_template, bos_text=info.bos_text, eos_text=info.eos_text)
    results: dict[str, list[Scored]] = {}
    print(f"{'style':16}{'exercises':>10}{'visible':>9}{'all':>6}{'cut':>5}{'tokens':>8}{'seconds':>9}")
    with Sandbox() as sandbox:
        for style in styles:
            started = time.perf_counter()
            answers = generate(
                engine,
                [(e, task_prompt(e, style, frame)) for e in chosen],
                arguments.width,
                arguments.max_tokens,
            )
            scored = score(sandbox, style.value, answers)
            results[style.value] = scored
            print(line(style.value, scored, time.perf_counter() - started), flush=True)
    engine.close()
    if arguments.out:
        rows = [json.dumps(one.row()) for scored in results.values() for one in scored]
        arguments.out.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(report(results, arguments.model))


def generate(
    engine: Engine, tasks: Iterable[tuple[Exercise, TaskPrompt]], width: int, max_tokens: int
) -> list[Answer]:
    """Greedy answers in the order of `tasks`, up to `width` of them growing at a time.

    What all prompts begin with is evaluated once.
    """
    prompts = [(exercise, prompt, _tokens(engine, prompt)) for exercise, prompt in tasks]
    shared = _common_beginning([tokens[:-1] for _, _, tokens in prompts])
    waiting = iter(prompts)
    answers: list[Answer] = []
    growing: list[tuple[Answer, str]] = []
    with engine.branch() as root:
        if shared:
            root.prompt(shared)
            _evaluate(engine)
        while True:
            for exercise, prompt, tokens in islice(waiting, width - len(growing)):
                answer = Answer(exercise, prompt.starter, root.fork())
                answer.branch.prompt(tokens[len(shared) :])
                answers.append(answer)
                growing.append((answer, prompt.starter))
            if not growing:
                return answers
            _evaluate(engine)
            for answer, starter in growing:
                token = greedy(answer.branch.logits())
                answer.take(engine, token, starter, max_tokens)
                if answer.ended:
                    answer.branch.close()
                else:
                    answer.branch.prompt([token])
            growing = [(answer, starter) for answer, starter in growing if not answer.ended]


def _tokens(engine: Engine, prompt: TaskPrompt) -> list[int]:
    return prompt.head_tokens(engine.tokenize) + prompt.tail_tokens(engine.tokenize)


def _common_beginning(sequences: Sequence[Sequence[int]]) -> list[int]:
    columns = zip(*sequences, strict=False)
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]


def _evaluate(engine: Engine) -> None:
    while (outcome := engine.infer()) is Inference.MORE:
        pass
    if outcome is not Inference.DONE:
        raise SystemExit(f"the model could not be evaluated ({outcome.value}); try a smaller --width")


def score(sandbox: Sandbox, style: str, answers: Sequence[Answer]) -> list[Scored]:
    """Runs every answer against all its tests."""
    programs = [
        Program(
            answer_code(a.code, a.exercise),
            a.exercise.visible + a.exercise.hidden,
            entry_point=a.exercise.entry_point,
        )
        for a in answers
    ]
    return [
        _scored(style, answer, report)
        for answer, report in zip(answers, sandbox.run_many(programs), strict=True)
    ]


def _scored(style: str, answer: Answer, report: Report) -> Scored:
    passed = [result.passed for result in report.results]
    statuses = tuple(result.status.value for result in report.results)
    visible = all(passed[: len(answer.exercise.visible)])
    return Scored(answer.exercise, style, answer, visible, all(passed), statuses)


def line(style: str, scored: Sequence[Scored], wall_s: float) -> str:
    """One row of the table; `cut` counts the answers that ran into `--max-tokens`."""
    cut = _count(scored, lambda one: one.answer.ended == "length")
    tokens = sum(one.answer.tokens for one in scored)
    visible, every = _count(scored, lambda one: one.visible), _count(scored, lambda one: one.every)
    return f"{style:16}{len(scored):10}{visible:9}{every:6}{cut:5}{tokens:8}{wall_s:9.1f}"


def _count(scored: Sequence[Scored], wanted: Callable[[Scored], bool]) -> int:
    return sum(map(wanted, scored))


def paired_difference(first: Sequence[bool], second: Sequence[bool]) -> tuple[float, float, float]:
    """`second` minus `first` in points, and its 95 % interval, for outcomes on the same exercises."""
    gained = sum(b and not a for a, b in zip(first, second, strict=True))
    lost = sum(a and not b for a, b in zip(first, second, strict=True))
    count = len(first)
    # Half an observation more in each of the four cells keeps the interval honest when few pairs differ.
    b, c, n = gained + 0.5, lost + 0.5, count + 2.0
    centre, spread = (b - c) / n, 1.96 * math.sqrt(b + c - (b - c) ** 2 / n) / n
    return 100 * (gained - lost) / max(count, 1), 100 * (centre - spread), 100 * (centre + spread)


def report(results: dict[str, list[Scored]], model: str) -> str:
    """The paired comparisons and the JSON line."""
    (base_name, base), *others = results.items()
    lines = [""] if others else []
    values: dict[str, object] = {"model": model, "exercises": len(base)}
    for name, scored in results.items():
        values[name] = {
            "visible": _count(scored, lambda one: one.visible),
            "all": _count(scored, lambda one: one.every),
            "tokens": sum(one.answer.tokens for one in scored),
        }
    for name, scored in others:
        first, second = [one.every for one in base], [one.every for one in scored]
        points, low, high = paired_difference(first, second)
        values[f"{name}-{base_name}"] = [round(points, 1), round(low, 1), round(high, 1)]
        lines.append(f"{name} - {base_name}: {points:+.1f} points ({low:+.1f} to {high:+.1f})")
    return "\n".join([*lines, json.dumps(values)])


if __name__ == "__main__":
    main()
