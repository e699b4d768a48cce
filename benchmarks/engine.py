"""How fast the engine is on this machine: prefill, plain decoding, the two-branch loop.

Everything is measured in turn, round by round, in one process, so that a drifting machine slows all of it;
medians over the rounds are printed, and one JSON line ends the output. llama-cpp-python's own
`create_completion` is measured beside ours as the reference.

    python benchmarks/engine.py [--model ID] [--rounds N] [--tokens N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llama_cpp

from egcfg_tui.engine import native_log
from egcfg_tui.engine.api import Branch, Engine, Inference, ModelSpec
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.exercises import DEMO_ID, load
from egcfg_tui.models import resolve
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.task import PromptStyle, task_prompt
from egcfg_tui.solving.guidance import guided_logits
from egcfg_tui.solving.sampling import greedy

GAMMA = 1.5


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=64, help="tokens decoded per round")
    arguments = parser.parse_args()
    native_log.install()
    path = resolve(arguments.model).path
    engine = LlamaEngine(ModelSpec(arguments.model, path))
    reference = _reference(path)
    prompt = _prompt(engine)

    measures: dict[str, Callable[[], float]] = {
        "prefill_tok_s": lambda: _prefill(engine, prompt),
        "reference_plain_tok_s": lambda: _create_completion(reference, prompt, arguments.tokens),
        "plain_tok_s": lambda: _plain(engine, prompt, arguments.tokens),
        "two_branch_tok_s": lambda: _two_branches(engine, prompt, arguments.tokens),
    }
    rates: dict[str, list[float]] = {name: [] for name in measures}
    for measure in measures.values():
        measure()
    for _ in range(arguments.rounds):
        for name, measure in measures.items():
            rates[name].append(measure())
    medians = {name: statistics.median(values) for name, values in rates.items()}

    print(f"{arguments.model}: {len(prompt)} prompt tokens, {arguments.tokens} decoded")
    print(f"{'':24}{'median':>10}{'min':>10}{'max':>10}  tokens/s")
    for name, values in rates.items():
        print(f"{name:24}{medians[name]:10.1f}{min(values):10.1f}{max(values):10.1f}")
    plain = medians["plain_tok_s"]
    print(f"plain decoding: {plain / medians['reference_plain_tok_s']:.2f} times create_completion")
    print(f"a token of the two-branch loop costs {plain / medians['two_branch_tok_s']:.2f} plain tokens")
    print(json.dumps({"model": arguments.model} | {name: round(value, 2) for name, value in medians.items()}))
    engine.close()


def _reference(path: Path) -> Any:
    # verbose=True: False would redirect this process's output while loading.
    return llama_cpp.Llama(str(path), n_ctx=2048, verbose=True)


def _prompt(engine: Engine) -> list[int]:
    info = engine.info
    frame = chat_frame(info.chat_template, bos_text=info.bos_text, eos_text=info.eos_text)
    task = task_prompt(load(DEMO_ID), PromptStyle.PLAIN, frame)
    return task.head_tokens(engine.tokenize) + task.tail_tokens(engine.tokenize)


def _evaluate(engine: Engine) -> None:
    while (outcome := engine.infer()) is Inference.MORE:
        pass
    if outcome is not Inference.DONE:
        raise SystemExit(f"the benchmark could not evaluate its tokens: {outcome.value}")


def _prefilled(engine: Engine, prompt: list[int]) -> Branch:
    branch = engine.branch()
    branch.prompt(prompt)
    _evaluate(engine)
    return branch


def _prefill(engine: Engine, prompt: list[int]) -> float:
    started = time.perf_counter()
    with _prefilled(engine, prompt):
        return len(prompt) / (time.perf_counter() - started)


def _create_completion(model: Any, prompt: list[int], tokens: int) -> float:
    """The prompt is in the model's cache after the warm-up, so that all but one token are decoded."""
    started = time.perf_counter()
    answer = model.create_completion(prompt, max_tokens=tokens, temperature=0.0)
    return int(answer["usage"]["completion_tokens"]) / (time.perf_counter() - started)


def _plain(engine: Engine, prompt: list[int], tokens: int) -> float:
    with _prefilled(engine, prompt) as branch:
        started = time.perf_counter()
        for _ in range(tokens):
            branch.prompt([greedy(branch.logits())])
            _evaluate(engine)
        return tokens / (time.perf_counter() - started)


def _two_branches(engine: Engine, prompt: list[int], tokens: int) -> float:
    with _prefilled(engine, prompt) as unconditional, unconditional.fork() as conditional:
        started = time.perf_counter()
        for _ in range(tokens):
            token = greedy(guided_logits(unconditional.logits(), conditional.logits(), GAMMA))
            unconditional.prompt([token])
            conditional.prompt([token])
            _evaluate(engine)
        return tokens / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
