"""A replay shows, at every position, what a fold of the events up to there shows."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from support import digits_run
from support.recordings import WHOLE, recording_of

from egcfg_tui.events import Event, LineChosen
from egcfg_tui.tui import state
from egcfg_tui.tui.player import SPEEDS, Player
from egcfg_tui.tui.replay import STRIDE, Replay

EVENTS = st.builds(
    lambda part, times: part * times,
    st.lists(st.sampled_from(WHOLE), max_size=24),
    st.integers(0, STRIDE // 4),
)
"""Any events in any order, also many: no recording is too odd to be shown."""

TIMES = st.floats(min_value=0, max_value=1e4)


def replay_of(events: list[Event]) -> Replay:
    return Replay(recording_of(events))


@settings(max_examples=40, deadline=None)
@given(EVENTS, st.data())
def test_each_position_shows_the_fold_of_the_events_up_to_it(
    events: list[Event], data: st.DataObject
) -> None:
    replay = replay_of(events)
    position = data.draw(st.integers(0, replay.end))
    stamped = [(timed.t, timed.event) for timed in replay.recording.events[:position]]
    assert replay.view(position) == state.fold_all(replay.view(0), stamped)


@settings(max_examples=40, deadline=None)
@given(EVENTS, st.integers(0, 40))
def test_a_step_on_and_a_step_back_lead_to_the_same_place(events: list[Event], steps: int) -> None:
    replay = replay_of(events)
    for step in (replay.change, replay.landmark):
        here = step(0, steps) if steps else 0
        on = step(here, 1)
        if on != replay.end:
            assert step(on, -1) == here


@settings(max_examples=40, deadline=None)
@given(EVENTS)
def test_steps_on_visit_every_change_and_nothing_else(events: list[Event]) -> None:
    replay = replay_of(events)
    seen, position = [replay.view(0)], 0
    while position != replay.end:
        on = replay.change(position, 1)
        assert on > position
        for between in range(position, on):
            assert replay.view(between) == seen[-1]
        position = on
        seen.append(replay.view(position))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(), min_size=12, max_size=12))
def test_broken_times_never_run_backwards(times_s: list[float]) -> None:
    events = [event for event in WHOLE if not event.transient][:12]
    replay = Replay(recording_of(events, times_s))
    assert list(replay.times_s) == sorted(replay.times_s)
    assert all(math.isfinite(at_s) for at_s in replay.times_s)


def test_a_line_step_stops_behind_each_line() -> None:
    replay = Replay(recording_of())
    position, lines = 0, 0
    while position != replay.end:
        position = replay.landmark(position, 1)
        event = replay.recording.events[position - 1].event
        lines += isinstance(event, LineChosen)
    assert lines == sum(isinstance(event, LineChosen) for event in digits_run.SOLVE)


@settings(max_examples=40, deadline=None)
@given(st.lists(TIMES, max_size=20), st.integers(0, len(SPEEDS)))
def test_playing_shows_what_had_happened_by_then_and_holds_at_the_end(
    ticks_s: list[float], faster: int
) -> None:
    player = Player(Replay(recording_of()))
    player.change_speed(faster)
    now_s = 0.0
    player.play_or_hold(now_s)
    for gone_s in ticks_s:
        now_s += gone_s
        player.tick(now_s)
        assert player.view == player.replay.view(player.position)
        assert player.position == player.replay.position_at(player.at_s)
    assert player.playing != player.ended


def test_playing_again_after_the_end_begins_at_the_start() -> None:
    player = Player(Replay(recording_of()))
    player.go(player.replay.end)
    player.play_or_hold(0.0)
    assert (player.position, player.playing) == (0, True)


def test_a_recording_without_events_is_at_its_end() -> None:
    player = Player(Replay(recording_of(())))
    player.play_or_hold(0.0)
    player.tick(1.0)
    player.seek(5.0)
    assert player.ended
    assert not player.playing
    assert player.view.title == digits_run.EXERCISE.title
