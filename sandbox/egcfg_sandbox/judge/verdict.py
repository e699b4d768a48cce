"""Forms the verdict on one test, in this process and from values only."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from egcfg_sandbox.assertions import NotATest
from egcfg_sandbox.candidate.errors import exit_text, verdict_of
from egcfg_sandbox.judge import seal
from egcfg_sandbox.judge.code_test import CodeCheck, run_snippet
from egcfg_sandbox.judge.failures import Raised, raised_in_program
from egcfg_sandbox.judge.inside import run_inside
from egcfg_sandbox.judge.output_test import Outcome, judge_output
from egcfg_sandbox.judge.questions import Questions
from egcfg_sandbox.judge.run_watch import Ended, Watch
from egcfg_sandbox.orders import Brief, RunReport
from egcfg_sandbox.trace_memory import printable
from egcfg_sandbox.verdicts import CodeTest, SnippetTest, StdioTest, Verdict

_MOST_ERROR_CHARACTERS: Final = 300


@lru_cache(maxsize=64)
def _check_for(setup: str, code: str) -> CodeCheck:
    """One test judges many programs: it is parsed once. A text that does not parse raises each time."""
    return CodeCheck(setup, code)


def judge(watch: Watch, brief: Brief) -> RunReport:
    """Runs one test to its verdict. Before, the program's process waits and knows nothing of the test."""
    clean = finished = False
    questions = Questions(watch)
    test = brief.test
    seal.open_for_test()
    try:
        watch.start()
        source = brief.source.encode("utf-8", "surrogatepass")
        outcome: Outcome = (Verdict.PASSED, None)
        if brief.inside:
            clean = True
            outcome = run_inside(watch, brief)
        elif isinstance(test, StdioTest):
            clean = True
            outcome = judge_output(questions, test, source, trace=brief.trace)
        elif isinstance(test, SnippetTest):
            run_snippet(questions, test, brief.source, trace=brief.trace)
        elif isinstance(test, CodeTest):
            check = _check_for(test.setup, test.code)
            clean = check.leaves_nothing_behind
            questions.references.declared = frozenset(brief.classes)
            check.run(questions, source, brief.entry_point, trace=brief.trace)
    except BaseException as error:
        outcome = _told(error, questions)
    watch.quiet()
    try:
        watch.finish()
        finished = watch.ended is None
    except Ended as ended:
        outcome = ended.verdict, ended.text
    finally:
        watch.stop()
    verdict, text = outcome
    got, expected = questions.compared if verdict in (Verdict.PASSED, Verdict.FAILED) else (None, None)
    return RunReport(
        verdict,
        None if text is None else printable(" ".join(text.split()))[:_MOST_ERROR_CHARACTERS],
        watch.wall_s,
        watch.output,
        None if got is None else printable(got),
        None if expected is None else printable(expected),
        traced=brief.trace,
        spent=not (finished and clean),
    )


def _told(error: BaseException, questions: Questions) -> Outcome:
    """What an exception says about the run; its own class, which may be the test's, can take its time."""
    try:
        return _of_exception(error, questions)
    except Ended as ended:
        return ended.verdict, ended.text
    except BaseException:
        # Something of the program is in its text.
        return _of_test(questions), f"{type(error).__name__} (in the test)"


def _of_exception(error: BaseException, questions: Questions) -> Outcome:
    if isinstance(error, Ended):
        return error.verdict, error.text
    raised = raised_in_program(error)
    if raised is not None:
        return _of_program(error, raised)
    if isinstance(error, NotATest):
        return Verdict.ERROR, str(error)
    if isinstance(error, AssertionError):
        return Verdict.FAILED, f"AssertionError: {error}" if error.args else "AssertionError"
    if isinstance(error, NameError):
        return Verdict.ERROR, f"NameError: the program does not define {error.name!r}"
    return _of_test(questions), f"{type(error).__name__}: {error} (in the test)"


def _of_test(questions: Questions) -> Verdict:
    """What an exception of the test's own code says: the program's fault once it has been asked something."""
    return Verdict.FAILED if questions.answered else Verdict.ERROR


def _of_program(error: BaseException, raised: Raised) -> Outcome:
    where = f" (line {raised.line})" if raised.line else ""
    text = exit_text(error) if isinstance(error, SystemExit) else raised.text
    return verdict_of(error, raised.number), f"{text}{where}"
