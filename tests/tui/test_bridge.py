"""Events on their way from the solver's thread to the screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.events import (
    CandidatesGrown,
    Event,
    LineChosen,
    LineGrown,
    Progressed,
    Stage,
    StageEntered,
    TokenCounts,
)
from egcfg_tui.tui.bridge import EventQueue


def tokens(done: int) -> Progressed:
    return Progressed(Stage.LINE, done, 0, 1.0, TokenCounts())


EVENTS = st.one_of(
    st.builds(tokens, st.integers(0, 99)),
    st.builds(LineGrown, st.integers(1, 3), st.text(max_size=3)),
    st.builds(CandidatesGrown, st.tuples(st.text(max_size=3))),
    st.builds(StageEntered, st.sampled_from(Stage)),
    st.builds(LineChosen, st.integers(1, 3), st.just("x"), st.just("x"), st.just(1.0), st.just(())),
)


@given(st.lists(EVENTS, max_size=60))
def test_facts_all_arrive_and_of_each_animation_the_newest(events: list[Event]) -> None:
    queue = EventQueue(clock=lambda: 1.5)
    for event in events:
        queue.put(event)
    taken = [event for _, event in queue.drain()]
    assert [event for event in taken if not event.transient] == [
        event for event in events if not event.transient
    ]
    expected: list[Event] = []
    for event in events:
        if event.transient:
            tail = len(expected)
            while tail and expected[tail - 1].transient:
                tail -= 1
            expected[tail:] = [other for other in expected[tail:] if type(other) is not type(event)]
        expected.append(event)
    assert taken == expected
    assert queue.drain() == []


def test_thousands_of_tokens_between_two_looks_leave_two_events() -> None:
    queue = EventQueue(clock=lambda: 0.0)
    for done in range(5_000):
        queue.put(LineGrown(1, 1, "x" * (done % 7)))
        queue.put(tokens(done))
    assert len(queue.drain()) == 2


def test_events_carry_the_time_they_came_at() -> None:
    times = iter((1.0, 2.5))
    queue = EventQueue(clock=lambda: next(times))
    queue.put(StageEntered(Stage.RUNS))
    queue.put(StageEntered(Stage.LINE))
    assert [at for at, _ in queue.drain()] == [1.0, 2.5]
