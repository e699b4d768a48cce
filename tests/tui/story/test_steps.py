"""Traces as tables: every step once, folds that open, variables of each call."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support import digits_run
from support.traced_run import counting_down

from egcfg_sandbox import CodeTest, Program, Sandbox, Trace, TraceEvent
from egcfg_tui.tui.story.steps import Fold, Gap, Step, folded_at, names, place, table

SOURCE = digits_run.HEADER + digits_run.COUNTING_DOWN.rstrip()
LOOPS = st.builds(counting_down, st.integers(0, 10**9))
EVENTS = st.lists(
    st.builds(
        TraceEvent,
        st.sampled_from(["call", "line", "return", "exception"]),
        st.integers(-1, 7),
        st.integers(0, 3),
        st.just("f"),
        st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=3)), max_size=2).map(tuple),
    ),
    max_size=40,
)
TRACES = LOOPS | st.builds(Trace, EVENTS.map(tuple), st.integers(0, 5))


def shown(trace: Trace, opened: frozenset[int] = frozenset()) -> list[int]:
    """Which steps the rows stand for, in order."""
    found: list[int] = []
    for row in table(SOURCE, trace, opened):
        if isinstance(row, Step):
            found.append(row.index)
        elif isinstance(row, Fold):
            found += range(row.index, row.end)
    return found


@given(TRACES, st.frozensets(st.integers(0, 40)))
def test_every_step_stands_in_exactly_one_row_whatever_is_open(trace: Trace, opened: frozenset[int]) -> None:
    assert shown(trace, opened) == list(range(len(trace.events)))


@given(TRACES, st.integers(0, 60))
def test_a_step_has_a_place_that_is_its_row_or_the_fold_around_it(trace: Trace, step: int) -> None:
    rows = table(SOURCE, trace)
    if not trace.events:
        return
    step = min(step, len(trace.events) - 1)
    row = rows[place(rows, step)]
    assert not isinstance(row, Gap)
    assert row.index <= step < (row.end if isinstance(row, Fold) else row.index + 1)


@given(TRACES)
def test_opening_all_folds_shows_every_step(trace: Trace) -> None:
    opened: frozenset[int] = frozenset()
    while folds := {row.index for row in table(SOURCE, trace, opened) if isinstance(row, Fold)}:
        assert not folds & opened
        opened |= folds
    assert all(isinstance(row, Step | Gap) for row in table(SOURCE, trace, opened))


def test_a_loop_shows_its_first_and_last_pass() -> None:
    rows = table(SOURCE, counting_down(123_456))
    (fold,) = [row for row in rows if isinstance(row, Fold)]
    assert (fold.passes, fold.line) == (4, 3)
    assert [row.event.line for row in rows if isinstance(row, Step)] == [1, 2, 3, 4, 5, 3, 4, 5, 3, 3]
    inside = folded_at(SOURCE, counting_down(123_456), fold.index + 1)
    assert inside == fold


def test_short_loops_are_shown_whole() -> None:
    assert not [row for row in table(SOURCE, counting_down(123)) if isinstance(row, Fold)]


def test_a_row_has_the_variables_of_its_own_call() -> None:
    source = "def f(n):\n    m = n\n    if n:\n        f(n - 1)\n    return m\n"
    with Sandbox(workers=1) as sandbox:
        (report,) = sandbox.run_many([Program(source, (CodeTest("assert f(2) == 2"),), trace=True)])
    trace = report.results[0].trace
    assert trace is not None
    ends = [row for row in table(source, trace) if isinstance(row, Step) and row.event.kind == "return"]
    assert [dict(row.variables)["m"] for row in ends] == ["0", "1", "2"]
    assert [row.event.value for row in ends] == ["0", "1", "2"]


def test_what_changes_stands_in_front_and_arguments_behind() -> None:
    source = "def f(a, b):\n    c = 1\n    for b in a:\n        d = b\n"
    steps = [
        TraceEvent("call", 1, 0, "f", (("a", "[1, 2]"), ("b", "0"))),
        TraceEvent("line", 2, 0, "f", (("c", "1"),)),
        TraceEvent("line", 3, 0, "f", (("b", "1"),)),
        TraceEvent("line", 4, 0, "f", (("d", "1"),)),
        TraceEvent("line", 3, 0, "f", (("b", "2"),)),
        TraceEvent("line", 4, 0, "f", (("d", "2"),)),
    ]
    assert names(table(source, Trace(tuple(steps)))) == ["d", "b", "c", "a"]
