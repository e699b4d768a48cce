"""The choice of the tests that steer moves tests between two groups and changes nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.visibility import Visibility, with_visible

CHOICES = st.sampled_from([None, *Visibility])


@st.composite
def exercises(draw: st.DrawFn) -> Exercise:
    visible, hidden = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    tests = tuple(CodeTest(f"assert f({number})") for number in range(visible + hidden))
    openable = draw(st.integers(0, hidden))
    return Exercise(
        "x", "X", "X.", ExerciseKind.FUNCTION, "f", tests[:visible], tests[visible:], openable=openable
    )


@given(exercises(), CHOICES)
def test_no_test_is_lost_added_or_moved(exercise: Exercise, choice: Visibility | None) -> None:
    chosen = with_visible(exercise, choice)
    assert chosen.visible + chosen.hidden == exercise.visible + exercise.hidden
    assert (
        replace(chosen, visible=exercise.visible, hidden=exercise.hidden, openable=exercise.openable)
        == exercise
    )


@given(exercises(), CHOICES)
def test_what_a_format_keeps_for_scoring_stays_hidden(exercise: Exercise, choice: Visibility | None) -> None:
    kept = exercise.hidden[exercise.openable :]
    assert with_visible(exercise, choice).hidden[-len(kept) :] == kept if kept else True
    assert not set(kept) & set(with_visible(exercise, choice).visible)


@given(exercises())
def test_first_and_all(exercise: Exercise) -> None:
    assert with_visible(exercise, Visibility.FIRST).visible == exercise.visible[:1]
    opened = exercise.visible + exercise.hidden[: exercise.openable]
    assert with_visible(exercise, Visibility.ALL).visible == opened
    assert with_visible(exercise, None) is exercise


@given(
    exercises().filter(lambda exercise: exercise.visible),
    st.sampled_from(list(Visibility)),
    st.sampled_from(list(Visibility)),
)
def test_the_last_choice_counts(exercise: Exercise, earlier: Visibility, later: Visibility) -> None:
    assert with_visible(with_visible(exercise, earlier), later) == with_visible(exercise, later)
