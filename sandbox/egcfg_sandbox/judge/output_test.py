"""Judges a whole program by its output, compared word by word."""

from __future__ import annotations

from typing import Final

from egcfg_sandbox.judge.questions import Questions
from egcfg_sandbox.judge.run_watch import Ended
from egcfg_sandbox.verdicts import StdioTest, Verdict

_SHOWN: Final = 60

Outcome = tuple[Verdict, str | None]


def judge_output(questions: Questions, test: StdioTest, source: bytes, *, trace: bool) -> Outcome:
    """Runs the program on the test's input; an exit with status 0 is no crash."""
    watch = questions.watch
    try:
        questions.ask("run_whole", source, trace)
    except SystemExit as error:
        if error.code not in (None, 0, False):
            return Verdict.CRASHED, f"exited with status {exit_status(error)}"
    except Ended as ended:
        if not watch.forgive_clean_exit(ended):
            raise
    watch.drain_outputs()
    return _compare_words(watch.whole_output.split(), test.stdout.split())


def exit_status(error: SystemExit) -> int:
    """The status of a process that ends by this exception."""
    if error.code is None:
        return 0
    return error.code if type(error.code) is int else 1


def _compare_words(got: list[str], expected: list[str]) -> Outcome:
    if got == expected:
        return Verdict.PASSED, None
    for number, (left, right) in enumerate(zip(got, expected, strict=False), 1):
        if left != right:
            reason = f"word {number} of the output: got {_shown(left)}, expected {_shown(right)}"
            return Verdict.FAILED, reason
    return Verdict.FAILED, f"got {len(got)} words of output, expected {len(expected)}"


def _shown(word: str) -> str:
    return repr(word if len(word) <= _SHOWN else word[: _SHOWN - 3] + "...")
