"""What a guided token costs, compared with a plain one; the last line is JSON.

Each exercise is decoded in four ways, one after the other in one process, so that a drifting machine slows
all of them:
(a) plain greedy decoding by llama-cpp-python's own `create_completion`;
(b) plain greedy decoding by this project's engine;
(c) the reference trial, the method as it is usually written;
(d) the fast trial.

Batches of different shape round differently, so a tie of two tokens can fall either way. Then (c) takes what
(d) took, in its lines and in its candidates. The output shows and counts these ties, and larger differences.
(d) stores its prompts in a folder that is empty at first: from the second exercise on it finds there the text
that all prompts begin with.

    python benchmarks/engine.py EXERCISES... [--ids 1,2] [--limit N] [--model ID] [--gamma F] [--config S]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from guided_trial import Measured, measure

from egcfg_sandbox import Sandbox
from egcfg_tui.engine import native_log
from egcfg_tui.engine.api import Branch, Engine, Inference, ModelSpec
from egcfg_tui.engine.llama import LlamaEngine, may_rearrange_weights
from egcfg_tui.engine.native import llama_cpp
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import Stage
from egcfg_tui.exercises import Exercise, load_chosen
from egcfg_tui.models import resolve
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import task_prompt
from egcfg_tui.solving.decoding.sampling import greedy
from egcfg_tui.solving.request.settings import Settings, parse_settings

STAGES = (Stage.PROMPT, Stage.CANDIDATES, Stage.RUNS, Stage.SIGNAL, Stage.LINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise: tokens per second of (a) and (b), the trials of (c) and (d)."""

    exercise: str
    reference_tok_s: float
    plain_tok_s: float
    usual: Measured
    ours: Measured

    @property
    def first_difference(self) -> int | None:
        """The number (from 1) of the first token that differs although it is no tie; None if all agree."""
        usual, ours = self.usual.choices.tokens, self.ours.choices.tokens
        if usual == ours:
            return None
        pairs = zip(usual, ours, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return shared + 1

    @property
    def comparison(self) -> str:
        """Whether (c) and (d) chose the same tokens, in words."""
        ties = [str(tie) for tie in self.usual.ties]
        if self.usual.followed_draws:
            ties.append(f"{self.usual.followed_draws} draws of candidates")
        if self.first_difference is not None:
            ties.append(f"token {self.first_difference} differs")
        return "; ".join(ties) or "yes"

    @property
    def price(self) -> float:
        """Time of a guided token of (d), without candidates and signal, divided by that of a token of (a)."""
        return self.ours.line_s / max(self.ours.line_tokens, 1) * self.reference_tok_s


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("exercises", nargs="+", help="exercise files or `bundled`")
    parser.add_argument("--ids", default="")
    parser.add_argument("--limit", type=int, default=12, help="most exercises to take")
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--gamma", type=float, default=1.5)
    parser.add_argument("--config", default=Settings().to_string())
    parser.add_argument("--tokens", type=int, default=48, help="tokens of (a) and (b) per exercise")
    arguments = parser.parse_args()
    chosen = load_chosen(arguments.exercises, arguments.ids)[: arguments.limit]
    settings = replace(parse_settings(arguments.config), gamma=arguments.gamma)
    native_log.install()
    path = resolve(arguments.model).path
    spec = ModelSpec(arguments.model, path)
    with Sandbox() as sandbox, TemporaryDirectory() as folder:
        files = PromptFiles(Path(folder) / "prompts")
        ours, usual = LlamaEngine(spec), LlamaEngine(spec, branches_per_batch=1)
        reference = _reference(path)
        rows: list[Row] = []
        print(
            f"{'exercise':14}{'(a) tok/s':>10}{'(b) tok/s':>10}{'(c) s':>8}{'(d) s':>8}{'ratio':>7}"
            f"{'price':>7}{'tokens':>8}{'verified':>9}{'decoded':>8}{'signal':>8}{'reused':>8}  same tokens"
        )
        for exercise in chosen:
            prompt = _prompt(ours, exercise)
            reference_tok_s = _create_completion(reference, prompt, arguments.tokens)
            plain_tok_s = _plain(ours, prompt, arguments.tokens)
            verified = measure(ours, sandbox, exercise, settings, files=files)
            naive = measure(usual, sandbox, exercise, settings, followed=verified.choices)
            row = Row(exercise.id, reference_tok_s, plain_tok_s, naive, verified)
            rows.append(row)
            tokens = row.ours.tokens
            print(
                f"{row.exercise:14}{row.reference_tok_s:10.1f}{row.plain_tok_s:10.1f}{row.usual.wall_s:8.1f}"
                f"{row.ours.wall_s:8.1f}{row.usual.wall_s / row.ours.wall_s:7.2f}{row.price:7.2f}"
                f"{row.ours.line_tokens:8}{tokens.verified:9}{tokens.decoded:8}{tokens.signal:8}{tokens.reused:8}"
                f"  {row.comparison}",
                flush=True,
            )
        print(_report(arguments.model, rows))
        ours.close()
        usual.close()


def _report(model: str, rows: list[Row]) -> str:
    """Each stage's share of the time, and the JSON line."""
    lines = [""]
    for name, runs in (("(c)", [row.usual for row in rows]), ("(d)", [row.ours for row in rows])):
        total = sum(run.wall_s for run in runs)
        shares = ", ".join(
            f"{stage.value} {sum(run.stage_s.get(stage, 0.0) for run in runs) / total:.0%}"
            for stage in STAGES
        )
        median_s = statistics.median(run.wall_s for run in runs)
        lines.append(f"{name} {median_s:6.1f} s a trial (median): {shares}")
    ours = [row.ours for row in rows]
    signals = [tokens for run in ours for tokens in run.signal_tokens if tokens]
    full = [
        tokens
        for run in ours
        for tokens, own in zip(run.full_format_tokens, run.signal_tokens, strict=False)
        if own
    ]
    values: dict[str, Any] = {
        "model": model,
        "exercises": len(rows),
        "reference_plain_tok_s": _median([row.reference_tok_s for row in rows]),
        "plain_tok_s": _median([row.plain_tok_s for row in rows]),
        "plain_ratio": _median([row.plain_tok_s / row.reference_tok_s for row in rows]),
        "guided_token_price": _median([row.price for row in rows]),
        "trial_naive_s": _median([row.usual.wall_s for row in rows]),
        "trial_verified_s": _median([row.ours.wall_s for row in rows]),
        "trial_speedup": _median([row.usual.wall_s / row.ours.wall_s for row in rows]),
        "same_tokens": sum(row.first_difference is None for row in rows),
        "ties": sum(len(row.usual.ties) for row in rows),
        "draws_at_a_border": sum(row.usual.followed_draws for row in rows),
        "verified_share": round(
            sum(run.tokens.verified for run in ours) / max(sum(run.line_tokens for run in ours), 1), 3
        ),
        "python_share": _median([run.python_share for run in ours]),
        "signal_tokens_per_line": round(statistics.fmean(signals), 1) if signals else 0,
        "full_format_tokens_per_line": round(statistics.fmean(full), 1) if full else 0,
    }
    return "\n".join([*lines, json.dumps(values)])


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def _reference(path: Path) -> Any:
    defaults = llama_cpp.llama_cpp.llama_model_default_params

    def arranged_alike() -> Any:
        parameters = defaults()
        parameters.use_extra_bufts = may_rearrange_weights()
        return parameters

    # `Llama` has no argument for this parameter.
    with patch.object(llama_cpp.llama_cpp, "llama_model_default_params", arranged_alike):
        # verbose=True: False would redirect this process's output while loading.
        return llama_cpp.Llama(str(path), n_ctx=2048, n_gpu_layers=-1, verbose=True)


def _prompt(engine: Engine, exercise: Exercise) -> list[int]:
    info = engine.info
    frame = chat_frame(info.chat_template, bos_text=info.bos_text, eos_text=info.eos_text)
    task = task_prompt(exercise, PromptStyle.PLAIN, frame)
    return task.head_tokens(engine.tokenize) + task.tail_tokens(engine.tokenize)


def _evaluate(engine: Engine) -> None:
    while (outcome := engine.infer()) is Inference.MORE:
        pass
    if outcome is not Inference.DONE:
        raise SystemExit(f"the benchmark could not evaluate its tokens: {outcome.value}")


def _create_completion(model: Any, prompt: list[int], tokens: int) -> float:
    """Tokens per second of llama-cpp-python's own decoding.

    A first call puts the prompt into the model's cache, so that the timed call only decodes. As in `_plain`,
    no token ends the answer, so that both decode the same number.
    """
    model.create_completion(prompt, max_tokens=1, temperature=0.0)
    started = time.perf_counter()
    answer = model.create_completion(
        prompt, max_tokens=tokens, temperature=0.0, logit_bias={str(model.token_eos()): -100.0}
    )
    return int(answer["usage"]["completion_tokens"]) / (time.perf_counter() - started)


def _plain(engine: Engine, prompt: list[int], tokens: int) -> float:
    branch: Branch
    with engine.branch() as branch:
        branch.prompt(prompt)
        _evaluate(engine)
        started = time.perf_counter()
        for _ in range(tokens):
            branch.prompt([greedy(branch.logits())])
            _evaluate(engine)
        return tokens / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
