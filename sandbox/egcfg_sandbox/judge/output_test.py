"""Judges a whole program by its output, compared word by word."""

from __future__ import annotations

from egcfg_sandbox.judge.output_words import difference
from egcfg_sandbox.judge.questions import Questions
from egcfg_sandbox.judge.run_watch import Ended
from egcfg_sandbox.verdicts import StdioTest, Verdict

Outcome = tuple[Verdict, str | None]


def judge_output(questions: Questions, test: StdioTest, source: bytes, *, trace: bool) -> Outcome:
    """Runs the program on the test's input; an exit with status 0 is no crash."""
    watch = questions.watch
    try:
        questions.ask("run_whole", source, trace, len(test.input_bytes))
    except SystemExit as error:
        if error.code not in (None, 0, False):
            return Verdict.CRASHED, f"exited with status {exit_status(error)}"
    except Ended as ended:
        if not watch.forgive_clean_exit(ended):
            raise
    watch.drain_outputs()
    reason = difference(watch.whole_output, test.stdout, test.tolerance)
    return (Verdict.PASSED if reason is None else Verdict.FAILED), reason


def exit_status(error: SystemExit) -> int:
    """The status of a process that ends by this exception."""
    if error.code is None:
        return 0
    return error.code if type(error.code) is int else 1
