"""How the answer begins: the starter code, less what the task has said already."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_DOCSTRING: Final = re.compile(
    r"""^(?P<indent>[ \t]*)(?P<open>[rRuU]?(?P<quotes>\"{3}|'{3}))(?P<text>.*?)(?P=quotes)""",
    re.MULTILINE | re.DOTALL,
)


def without_known_text(starter: str, statement: str) -> str:
    """Starter code without those lines of its docstrings that stand in the statement, but the first of each.

    The opening lies behind the signal and is evaluated anew with each one, so it is the dearest place of the
    prompt. Answers are no worse for it: 30 of 40 HumanEval exercises pass their visible tests greedily either
    way, 29 all tests (default model, benchmarks/greedy.py).
    """
    known = {line.strip() for line in statement.splitlines()} - {""}
    return _DOCSTRING.sub(lambda found: _shortened(found, known), starter)


def _shortened(docstring: re.Match[str], known: Collection[str]) -> str:
    lines = docstring["text"].split("\n")
    first = next((number for number, line in enumerate(lines, 1) if line.strip()), len(lines))
    kept = lines[:first]
    for line in lines[first:]:
        # Of the blank lines between what is left out, one stays.
        if line.strip() not in known and (line.strip() or kept[-1].strip()):
            kept.append(line)
    if len(kept) == len(lines):
        return docstring[0]
    text = "\n".join(kept).rstrip()
    return f"{docstring['indent']}{docstring['open']}{text}\n{docstring['indent']}{docstring['quotes']}"
