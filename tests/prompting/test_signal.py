"""The text of the signal and its token budget."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import TestResult, Trace, TraceEvent, Verdict
from egcfg_tui.prompting.signal import Attempt, render_signal
from egcfg_tui.prompting.signal_parts import PartKind
from egcfg_tui.prompting.traces import TraceFormat


def words(text: str) -> int:
    return len(text.split())


SO_FAR = "def f(xs):\n    total = 0"
SOURCE = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total"
TRACE = Trace(
    (
        TraceEvent("call", 1, 0, "f", (("xs", "[1, 2]"),)),
        TraceEvent("line", 2, 0, "f", (("total", "0"),)),
        TraceEvent("line", 3, 0, "f", (("x", "1"),)),
        TraceEvent("line", 4, 0, "f", (("total", "1"),)),
        TraceEvent("line", 3, 0, "f", (("x", "2"),)),
        TraceEvent("line", 4, 0, "f", (("total", "3"),)),
        TraceEvent("return", 5, 0, "f", (), "3"),
    )
)
FAILED = TestResult("assert f([1, 2]) == 4", Verdict.FAILED, "AssertionError: got 3", trace=TRACE)
PASSED = TestResult("assert f([]) == 0", Verdict.PASSED, trace=Trace())


def test_new_lines_are_shown_once_and_the_failing_test_with_its_values() -> None:
    signal = render_signal(SO_FAR, [Attempt(SOURCE, True, (PASSED, FAILED))], 500, words)
    assert "def f(xs)" not in signal.text
    assert "total = 0" not in signal.text
    assert signal.text.count("    for x in xs:\n        total += x\n    return total\n") == 1
    assert "executed: assert f([1, 2]) == 4\nAttempt 1:\n" in signal.text
    assert "-> got 3\n  total: 0, 1, 3; x: 1, 2\n" in signal.text
    assert "other tests -> passed\n" in signal.text
    assert signal.tokens == words(signal.text)
    assert signal.dropped == ""


def test_unfinished_code_is_not_called_wrong() -> None:
    signal = render_signal(SO_FAR, [Attempt(SOURCE, False, (FAILED, PASSED))], 500, words)
    assert "got 3" not in signal.text
    assert "Attempt 1, unfinished:" in signal.text
    assert "->" not in signal.text.split("other tests")[0]
    assert "other tests -> passed\n" in signal.text
    error = TestResult("assert f([]) == 0", Verdict.ERROR, "NameError: name 'y' is not defined (line 3)")
    assert "NameError" in render_signal(SO_FAR, [Attempt(SOURCE, False, (error,))], 500, words).text


def test_many_values_are_cut() -> None:
    trace = Trace(tuple(TraceEvent("line", 3, 0, "f", (("x", str(n)),)) for n in range(50)))
    result = TestResult("t", Verdict.FAILED, "got 3", trace=trace)
    text = render_signal(SO_FAR, [Attempt(SOURCE, True, (result,))], 500, words).text
    assert "  x: 0, 1, 2, 3, (44 more), 48, 49\n" in text


def test_what_all_attempts_share_is_told_once_and_in_front() -> None:
    other = TestResult(FAILED.test, Verdict.ERROR, "ZeroDivisionError", trace=Trace(TRACE.events[:4]))
    attempts = [Attempt(SOURCE, False, (FAILED,)), Attempt(SOURCE + "\n# 2", False, (other,))]
    text = render_signal("", attempts, 500, words).text
    assert text.count(FAILED.test) == 1
    head, first, second = text.split("Attempt ")
    assert FAILED.test in head
    assert "all:" not in head
    assert "total: 0, 1, 3; x: 1, 2\n" in first
    assert "total: 0, 1; x: 1\n" in second
    same = render_signal("", [attempts[0], Attempt("pass", False, (FAILED,))], 500, words).text
    assert same.count("all: total: 0, 1, 3; x: 1, 2\n") == 1
    assert same.count("total: 0, 1, 3") == 1


def test_that_unfinished_code_returned_nothing_is_left_out() -> None:
    nothing = Trace((TraceEvent("return", 2, 0, "f", (), "None"),))
    result = TestResult("t", Verdict.FAILED, "the assertion does not hold", trace=nothing)
    assert "returned" not in render_signal("", [Attempt(SOURCE, False, (result,))], 500, words).text
    assert "returned None" in render_signal("", [Attempt(SOURCE, True, (result,))], 500, words).text


def test_what_the_test_or_its_outcome_tells_is_not_told_again() -> None:
    passed = TestResult("assert f(1) == 3", Verdict.PASSED, trace=TRACE)
    assert "returned" not in render_signal("", [Attempt(SOURCE, True, (passed,))], 500, words).text
    shown = TestResult(
        'assert f(1) == ["a","b"]', Verdict.FAILED, "AssertionError: got 3, expected ['a', 'b']"
    )
    assert "-> got 3\n" in render_signal("", [Attempt(SOURCE, True, (shown,))], 500, words).text
    hidden = TestResult("assert f(1) == g(2)", Verdict.FAILED, "AssertionError: got 3, expected 5")
    assert "-> got 3, expected 5\n" in render_signal("", [Attempt(SOURCE, True, (hidden,))], 500, words).text
    nested = Trace((TraceEvent("return", 2, 1, "f", (), "1"), *TRACE.events))
    recursive = TestResult("assert f(1) == 4", Verdict.FAILED, "got 3", trace=nested)
    assert "returned 1, 3" in render_signal("", [Attempt(SOURCE, True, (recursive,))], 500, words).text


def test_the_full_format_tells_every_step_and_the_minimal_one_only_the_end() -> None:
    attempt = Attempt(SOURCE, True, (PASSED, FAILED))
    full = render_signal("", [attempt], 500, words, TraceFormat.FULL).text
    assert "line line 4 depth 0: total += x | total = 1" in full
    assert "return line 5 depth 0: return total | 3" in full
    assert full.count(" depth 0: ") == len(TRACE.events)
    minimal = render_signal("", [attempt], 500, words, TraceFormat.MINIMAL).text
    assert "-> got 3\n  x: 2\n" in minimal
    compact = render_signal("", [attempt], 500, words).text
    assert len(minimal) < len(compact) < len(full)


def test_a_value_is_told_once() -> None:
    steps = (
        TraceEvent("line", 2, 0, "f", (("total", "0"), ("y", "7"))),
        TraceEvent("return", 3, 0, "f", (), "7"),
    )
    result = TestResult("assert f(1) == 4", Verdict.FAILED, "got 7", trace=Trace(steps))
    complete = render_signal("", [Attempt(SOURCE, True, (result,))], 500, words).text
    assert complete.endswith("-> got 7\n  total: 0\n")
    unfinished = render_signal("", [Attempt(SOURCE, False, (result,))], 500, words).text
    assert unfinished.endswith("  total: 0; y: 7\n")
    changing = replace(result, trace=Trace((TraceEvent("line", 2, 0, "f", (("y", "0"),)), *steps)))
    assert render_signal("", [Attempt(SOURCE, True, (changing,))], 500, words).text.endswith(
        "y: 0, 7; total: 0\n"
    )


def test_an_outcome_that_all_have_is_told_once() -> None:
    broken = TestResult("assert f([1, 2]) == 4", Verdict.ERROR, "NameError: name 'y' is not defined (line 3)")
    raising = Trace((TraceEvent("exception", 3, 0, "f", (), "NameError: name 'y' is not defined"),))
    shown = replace(broken, trace=raising)
    attempts = [Attempt(SOURCE, True, (shown, broken)), Attempt(SOURCE + "\n# 2", True, (shown, broken))]
    text = render_signal(SO_FAR, attempts, 500, words).text
    assert text.count("NameError") == 1
    assert (
        "executed: assert f([1, 2]) == 4 -> NameError: name 'y' is not defined (line 3), in all tests\n"
        in text
    )
    caught = replace(PASSED, trace=raising)
    assert "raised NameError" in render_signal(SO_FAR, [Attempt(SOURCE, True, (caught,))], 500, words).text


def test_outcomes_of_other_tests_are_told_once_each() -> None:
    rows = (FAILED, PASSED, PASSED, replace(FAILED, error="got 7"))
    text = render_signal(SO_FAR, [Attempt(SOURCE, True, rows)], 500, words).text
    assert "other tests -> passed, got 7\n" in text


def test_a_long_test_is_named_by_its_number() -> None:
    long = replace(FAILED, test=f"assert f({list(range(40))}) == 4")
    text = render_signal(SO_FAR, [Attempt(SOURCE, True, (PASSED, long))], 500, words).text
    assert "executed: test 2\n" in text
    assert "39" not in text
    lines = replace(FAILED, test="x = f(1)\nassert x")
    assert "executed: test 1\n" in render_signal(SO_FAR, [Attempt(SOURCE, True, (lines,))], 500, words).text


def test_an_attempt_that_adds_nothing_is_left_out_and_so_is_what_mends_one() -> None:
    silent = TestResult("assert f([1, 2]) == 4", Verdict.FAILED, "got None", trace=Trace())
    nothing = Attempt(SO_FAR, False, (silent,))
    mended = Attempt(f"{SO_FAR}\n    for x in xs:\n        pass", False, (silent,))
    signal = render_signal(SO_FAR, [nothing, mended], 500, words)
    assert signal.text.endswith("executed: assert f([1, 2]) == 4\nAttempt 1, unfinished:\n    for x in xs:\n")
    assert signal.dropped == ""
    assert render_signal(SO_FAR, [nothing], 500, words).text == ""


@given(st.integers(0, 5), st.integers(0, 200))
def test_the_budget_is_kept_and_what_is_dropped_is_said(count: int, budget: int) -> None:
    attempts = [Attempt(SOURCE + f"\n# {index}", True, (FAILED,)) for index in range(count)]
    signal = render_signal(SO_FAR, attempts, budget, words)
    assert signal.tokens <= budget
    shown = signal.text.count("Attempt ")
    assert (signal.dropped == "") is (shown == count)
    assert (signal.text == "") is (shown == 0)


def test_what_the_budget_leaves_out_is_hardly_looked_at() -> None:
    """With hundreds of failed answers, no text far beyond the budget is rendered."""
    attempts = [Attempt(SOURCE.replace("total", f"total_{n}"), True, (FAILED,)) for n in range(300)]
    seen: list[int] = []

    def counting(text: str) -> int:
        seen.append(words(text))
        return seen[-1]

    signal = render_signal(SO_FAR, attempts, 200, counting)
    assert 100 < signal.tokens <= 200
    assert signal.dropped
    assert max(seen) < 200 + 2 * words(SOURCE) + 50


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.sampled_from([FAILED, PASSED])), max_size=4),
    st.sampled_from(TraceFormat),
)
def test_every_part_tells_of_its_own_attempt_and_of_nothing_twice(
    drawn: list[tuple[str, bool, TestResult]], trace_format: TraceFormat
) -> None:
    attempts = [
        Attempt(SOURCE.replace("total", name), complete, (result, FAILED)) for name, complete, result in drawn
    ]
    signal = render_signal(SO_FAR, attempts, 500, words, trace_format)
    end = 0
    for part in signal.parts:
        assert end <= part.start < part.end <= len(signal.text)
        end = part.end
        told = signal.text[part.start : part.end]
        source = signal.attempts[part.attempt or 0]
        if part.kind is PartKind.CODE:
            assert told.strip("\n") in source.split("\n")
        if part.kind is PartKind.VALUES and part.name not in ("returned", "raised"):
            assert told.startswith(f"{part.name}: ")
        if part.kind is PartKind.STEP:
            assert part.step is not None
            assert f"line {TRACE.events[part.step].line} " in told
    assert len(signal.attempts) == signal.text.count("Attempt ")
