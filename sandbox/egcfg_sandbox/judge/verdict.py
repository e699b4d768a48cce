"""Forms one test's verdict: in this process, from values only."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from egcfg_sandbox.candidate.runner import MODULE
from egcfg_sandbox.judge.code_check import CodeCheck
from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.inside import run_inside
from egcfg_sandbox.judge.orders import Brief
from egcfg_sandbox.judge.remote_errors import RemoteError
from egcfg_sandbox.judge.session import Session
from egcfg_sandbox.judge.snippet_test import judge_snippet
from egcfg_sandbox.judge.watch import Ended, Watch
from egcfg_sandbox.verdicts import CodeTest, SnippetTest, StdioTest, Verdict

_TOO_MUCH_WRITTEN: Final = frozenset({errno.EFBIG, errno.ENOSPC, errno.EDQUOT})
_SHOWN: Final = 60
_MOST_ERROR_CHARACTERS: Final = 300


@lru_cache(maxsize=64)
def _check_for(setup: str, code: str) -> CodeCheck:
    """One test judges many programs: it is parsed once. A text that does not parse raises each time."""
    return CodeCheck(setup, code)


Outcome = tuple[Verdict, str | None]
Tested = tuple[str | None, Sequence[str]]
"""The name of what is under test, where it is known, and the names that are known to be classes."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and, unless it is `passed`, one line that says why. `spent`: judge no more here."""

    verdict: Verdict
    text: str | None
    spent: bool


def judge(session: Session, brief: Brief) -> Ruling:
    """Runs one test to its verdict; `session` is with a program's process that has not been told anything."""
    watch, test = session.watch, brief.test
    source = brief.source.encode("utf-8", "surrogatepass")
    finished = clean = False
    try:
        watch.start(test.stdin.encode("utf-8", "surrogatepass") if isinstance(test, StdioTest) else b"")
        if brief.inside:
            clean = True
            outcome = run_inside(watch, brief)
        elif isinstance(test, SnippetTest):
            outcome = judge_snippet(session, test, brief.source, trace=brief.trace)
        elif isinstance(test, CodeTest):
            check = _check_for(test.setup, test.code)
            clean = check.leaves_nothing_behind
            outcome = _judge_code(
                session, check, source, (brief.entry_point, brief.classes), trace=brief.trace
            )
        else:
            assert isinstance(test, StdioTest)
            clean = True
            outcome = _judge_output(session, watch, test, source, trace=brief.trace)
    except Ended as ended:
        watch.quiet()
        outcome = (ended.verdict, ended.text)
    except BaseException as error:
        outcome = _told(error, session, watch)
    try:
        watch.finish()
        finished = watch.ended is None
    except Ended as ended:
        finished = False
        outcome = (ended.verdict, ended.text)
    finally:
        watch.stop()
    verdict, text = outcome
    short = None if text is None else _printable(" ".join(text.split()))[:_MOST_ERROR_CHARACTERS]
    return Ruling(verdict, short, spent=not (finished and clean))


def _printable(text: str) -> str:
    """Text that does nothing to a terminal and can be encoded, whatever the program put into it."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def _told(error: BaseException, session: Session, watch: Watch) -> Outcome:
    """What an exception says about the run; its own class, which may be the test's, can take its time."""
    try:
        outcome = _of_exception(error, session)
        watch.quiet()
    except Ended as ended:
        watch.quiet()
        return ended.verdict, ended.text
    except BaseException:
        # Something of the program is in its text.
        watch.quiet()
        return _of_test(session), f"{type(error).__name__} (in the test)"
    return outcome


def _judge_code(session: Session, check: CodeCheck, source: bytes, tested: Tested, *, trace: bool) -> Outcome:
    try:
        if not check.leaves_nothing_behind:
            check.guard(session)
        entry_point, session.class_names = tested[0], frozenset(tested[1])
        check.run(session, (source, MODULE, trace), entry_point)
    finally:
        check.forget()
    return Verdict.PASSED, None


def _judge_output(session: Session, watch: Watch, test: StdioTest, source: bytes, *, trace: bool) -> Outcome:
    try:
        session.ask("load", source, "__main__", trace, ())
    except SystemExit as error:
        if error.code not in (None, 0, False):
            return Verdict.CRASHED, f"exited with status {_status(error)}"
    except Ended as ended:
        if not watch.left_in_peace(ended):
            raise
    watch.drain_outputs()
    return _compare_tokens(watch.whole_output.split(), test.stdout.split())


def _compare_tokens(got: list[str], expected: list[str]) -> Outcome:
    if got == expected:
        return Verdict.PASSED, None
    for number, (left, right) in enumerate(zip(got, expected, strict=False), 1):
        if left != right:
            return (
                Verdict.FAILED,
                f"word {number} of the output: got {_shown(left)}, expected {_shown(right)}",
            )
    return Verdict.FAILED, f"got {len(got)} words of output, expected {len(expected)}"


def _shown(word: str) -> str:
    return repr(word if len(word) <= _SHOWN else word[: _SHOWN - 3] + "...")


def _status(error: SystemExit) -> int:
    return error.code if type(error.code) is int else 1


def _of_exception(error: BaseException, session: Session) -> Outcome:
    remote = getattr(error, "remote", None)
    if isinstance(remote, RemoteError):
        return _of_remote(error, remote)
    if isinstance(error, NotATest):
        return Verdict.ERROR, str(error)
    if isinstance(error, AssertionError):
        return Verdict.FAILED, f"AssertionError: {error}" if error.args else "AssertionError"
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, NameError):
        return Verdict.ERROR, f"NameError: the program does not define {error.name!r}"
    return _of_test(session), f"{text} (in the test)"


def _of_test(session: Session) -> Verdict:
    """What an exception of the test's own code says: the program's fault once it has been asked something."""
    return Verdict.FAILED if session.answered else Verdict.ERROR


def _of_remote(error: BaseException, remote: RemoteError) -> Outcome:
    where = f" (line {remote.line})" if remote.line else ""
    if isinstance(error, SystemExit):
        return Verdict.CRASHED, f"exited with status {_status(error) if error.code is not None else 0}{where}"
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and remote.number == errno.ENOMEM):
        return Verdict.MEMORY, f"{remote.text}{where}"
    if isinstance(error, OSError) and remote.number in _TOO_MUCH_WRITTEN:
        return Verdict.OUTPUT_LIMIT, f"{remote.text}{where}"
    return Verdict.ERROR, f"{remote.text}{where}"
