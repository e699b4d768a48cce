"""The opening of the answer: the starter code without the text that the task already has."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_DOCSTRING: Final = re.compile(
    r"""^(?P<indent>[ \t]*)(?P<open>[rRuU]?(?P<quotes>\"{3}|'{3}))(?P<text>.*?)(?P=quotes)""",
    re.MULTILINE | re.DOTALL,
)


def without_known_text(starter: str, statement: str) -> str:
    """Starter code without the docstring lines that the statement already has.

    The first line of text of each docstring stays. The opening comes after the signal, so its tokens are
    evaluated again with each signal. The shorter opening costs no answers: 30 of 40 HumanEval exercises pass
    their visible tests greedily either way, and 29 pass all tests (default model, benchmarks/greedy.py).
    """
    known = {line.strip() for line in statement.splitlines()} - {""}
    return _DOCSTRING.sub(lambda found: _shortened(found, known), starter)


def _shortened(docstring: re.Match[str], known: Collection[str]) -> str:
    lines = docstring["text"].split("\n")
    first = next((number for number, line in enumerate(lines, 1) if line.strip()), len(lines))
    kept = lines[:first]
    for line in lines[first:]:
        # Lines that are left out may leave several blank lines in a row: keep one of them.
        if line.strip() not in known and (line.strip() or kept[-1].strip()):
            kept.append(line)
    if len(kept) == len(lines):
        return docstring[0]
    text = "\n".join(kept).rstrip()
    return f"{docstring['indent']}{docstring['open']}{text}\n{docstring['indent']}{docstring['quotes']}"
