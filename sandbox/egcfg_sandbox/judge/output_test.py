"""Judges a whole program by its output, compared word by word, as judges of contests do."""

from __future__ import annotations

import math
import re
from typing import Final

from egcfg_sandbox.candidate.errors import exit_text
from egcfg_sandbox.judge.questions import Questions
from egcfg_sandbox.judge.run_watch import Ended
from egcfg_sandbox.verdicts import StdioTest, Verdict

_SHOWN: Final = 60
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")

Outcome = tuple[Verdict, str | None]


def judge_output(questions: Questions, test: StdioTest, source: bytes, *, trace: bool) -> Outcome:
    """Runs the program on the input of the test and compares. An exit with status 0 is no crash."""
    watch = questions.watch
    try:
        questions.ask("run_whole", source, trace, test.input_bytes)
    except SystemExit as error:
        if error.code not in (None, 0, False):
            return Verdict.CRASHED, exit_text(error)
    except Ended as ended:
        if not watch.forgive_clean_exit(ended):
            raise
    watch.drain_outputs()
    reason = difference(watch.whole_output, test.stdout, test.tolerance)
    return (Verdict.PASSED if reason is None else Verdict.FAILED), reason


def difference(got: str, expected: str, tolerance: float) -> str | None:
    """The first difference in words, or None. White space does not matter."""
    left, right = got.split(), expected.split()
    for number, (ours, theirs) in enumerate(zip(left, right, strict=False), 1):
        if not same_word(ours, theirs, tolerance):
            return f"word {number} of the output: got {_shown(ours)}, expected {_shown(theirs)}"
    if len(left) != len(right):
        return f"got {len(left)} words of output, expected {len(right)}"
    return None


def same_word(got: str, expected: str, tolerance: float) -> bool:
    """Whether two words are the same text, or numbers no further apart than the tolerance.

    The distance is absolute or, where a fraction or an exponent is expected, relative to what is expected. Of
    two whole numbers every digit counts, and with a tolerance of 0 the text.
    """
    if got == expected:
        return True
    if not (tolerance and _NUMBER.fullmatch(got) and _NUMBER.fullmatch(expected)):
        return False
    whole = _WHOLE.fullmatch(expected)
    if whole and _WHOLE.fullmatch(got):
        return False
    ours, theirs = float(got), float(expected)
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return False
    return abs(ours - theirs) <= tolerance * (1.0 if whole else max(1.0, abs(theirs)))


def _shown(word: str) -> str:
    return repr(word if len(word) <= _SHOWN else word[: _SHOWN - 3] + "...")
