"""How the answer begins: the starter code, less what the task has said already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_PROMPT: Final = ">>>"
_QUOTES: Final = ('"""', "'''")


def without_known_examples(starter: str, statement: str) -> str:
    """Starter code without those examples of its docstrings that stand in the statement.

    The opening lies behind the signal and is evaluated anew with each one, so it is the dearest place of the
    prompt. Answers are no worse without the examples: 30 of 40 HumanEval exercises pass their visible tests
    greedily either way, 29 all tests (default model, benchmarks/greedy.py).
    """
    known = {"", *(line.strip() for line in statement.splitlines())}
    lines: list[str] = []
    for block in _blocks(starter.split("\n")):
        first = block[0].strip()
        if not first.startswith(_PROMPT) or not {_bare(line) for line in block} <= known:
            lines += block
        elif (last := block[-1].rstrip()).endswith(_QUOTES):
            lines.append(last[: len(last) - len(last.lstrip())] + last[-3:])
    return "\n".join(lines)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """An example with what it shows, its blank line included, or one other line."""
    block: list[str] = []
    for line in lines:
        inside = bool(block) and not line.strip().startswith(_PROMPT)
        if block and not inside:
            yield block
            block = []
        if not inside and not line.strip().startswith(_PROMPT):
            yield [line]
            continue
        block.append(line)
        if not line.strip() or line.rstrip().endswith(_QUOTES):
            yield block
            block = []
    if block:
        yield block


def _bare(line: str) -> str:
    """A line of an example as a statement has it."""
    text = line.strip()
    return text[:-3].rstrip() if text.endswith(_QUOTES) else text
