"""Pairs of rows: the difference, its interval, the exact test and the four cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.benches import Rows, source

from egcfg_tui.bench.comparison import PairSummary, compare
from egcfg_tui.bench.comparison.statistics import exercises_needed

LETTERS = "10wb"


def pair_of(rows: Rows) -> PairSummary:
    (pair,) = compare([source(rows)]).pairs
    return pair


@st.composite
def two_rows(draw: st.DrawFn, letters: str = LETTERS) -> dict[str, list[str]]:
    """Two rows over the same exercises, each with as many repeats."""
    exercises, repeats = draw(st.integers(1, 12)), draw(st.integers(1, 3))
    outcomes = st.text(st.sampled_from(letters), min_size=exercises, max_size=exercises)
    return {name: draw(st.lists(outcomes, min_size=repeats, max_size=repeats)) for name in ("auto", "sample")}


def test_a_worked_case() -> None:
    """Ten exercises: 4 both, 3 only a, 1 only b, 2 neither."""
    pair = pair_of({"auto": "1111111000", "sample": "1111000100"})
    assert (pair.a, pair.b) == (("tiny-coder", "auto"), ("tiny-coder", "sample"))
    assert pair.both == ("e1", "e2", "e3", "e4")
    assert (pair.only_a, pair.only_b, pair.neither) == (("e5", "e6", "e7"), ("e8",), ("e9", "e10"))
    assert pair.difference == pytest.approx(20)
    assert pair.mcnemar_p == pytest.approx(0.625)  # twice the chance of at most one head of four coins
    assert (pair.ahead, pair.needed) == (None, 77)


@given(two_rows())
def test_the_cells_partition_the_exercises_and_the_interval_contains_the_difference(
    rows: dict[str, list[str]],
) -> None:
    pair = pair_of(rows)
    cells = (*pair.both, *pair.only_a, *pair.only_b, *pair.neither)
    assert sorted(cells) == sorted(f"e{number + 1}" for number in range(len(rows["auto"][0])))
    assert pair.difference is not None
    assert pair.low is not None
    assert pair.high is not None
    assert -100 <= pair.low <= pair.difference + 1e-9
    assert pair.difference - 1e-9 <= pair.high <= 100


@given(two_rows())
def test_a_pair_seen_from_the_other_side_is_its_mirror_image(rows: dict[str, list[str]]) -> None:
    there, here = pair_of(rows), pair_of({"auto": rows["sample"], "sample": rows["auto"]})
    if there.a == here.a:  # the rows tie, and names decide which comes first
        assert there.difference == pytest.approx(-here.difference)
        assert (there.low, there.high) == pytest.approx((-here.high, -here.low))
        assert (there.only_a, there.only_b) == (here.only_b, here.only_a)
    else:
        assert (there.difference, there.low, there.high) == pytest.approx(
            (here.difference, here.low, here.high)
        )
        assert (there.only_a, there.only_b) == (here.only_a, here.only_b)
    assert (there.both, there.neither) == (here.both, here.neither)
    assert there.mcnemar_p == pytest.approx(here.mcnemar_p)
    assert there.needed == here.needed


@given(two_rows(LETTERS + "!"))
def test_the_order_of_benches_does_not_matter(rows: dict[str, list[str]]) -> None:
    one, other = (source({method: rows[method]}, name=f"bench of {method}") for method in rows)
    assert compare([one, other]) == compare([other, one])


def test_repeats_of_an_exercise_stay_together() -> None:
    """Five repeats of four exercises are still four exercises: that all go one way shows little."""
    pair = pair_of({"auto": ["1110"] * 5, "sample": ["0000"] * 5})
    assert pair.difference == pytest.approx(75)
    assert pair.mcnemar_p == pytest.approx(0.25)
    assert pair.ahead is None


def test_a_row_solves_an_exercise_by_more_than_half_of_its_repeats() -> None:
    pair = pair_of({"auto": ["111", "110", "000"], "sample": ["110", "000", "000"]})
    assert (pair.both, pair.only_a, pair.only_b, pair.neither) == ((), ("e1", "e2"), (), ("e3",))
    assert pair.difference == pytest.approx(100 * (2 + 2 + 1 - 1 - 1) / 9)
    halves = pair_of({"auto": ["1", "0"], "sample": ["0", "0"]})
    assert halves.neither == ("e1",)
    assert halves.difference == pytest.approx(50)


def test_with_repeats_as_many_exercises_are_needed_as_the_interval_and_the_test_ask_for() -> None:
    """The shares differ by 2/3, 2/3, 1/3 and 0, the majorities on two exercises of four."""
    pair = pair_of({"auto": ["1110", "1100", "0000"], "sample": ["0000"] * 3})
    by_shares = exercises_needed(5 / 12, (4 + 4 + 1) / 9 / 4)
    by_majorities = exercises_needed(2 / 4, 2 / 4)
    assert by_shares is not None
    assert by_majorities is not None
    assert by_shares != by_majorities
    assert pair.needed == max(by_shares, by_majorities)


def test_faults_and_missing_tasks_are_no_failures() -> None:
    pair = pair_of({"auto": "11!1", "sample": "1.01"})
    assert (pair.both, pair.only_a, pair.only_b, pair.neither) == (("e1", "e4"), (), (), ())
    assert pair.difference == 0


def test_rows_without_a_shared_exercise_are_not_compared() -> None:
    pair = pair_of({"auto": "11..", "sample": "..11"})
    assert (pair.difference, pair.low, pair.high, pair.needed, pair.ahead) == (None,) * 5
    assert pair.words == (
        "auto and sample cannot be compared: there is no exercise that both have a result for."
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            {"auto": "1" * 12 + "0" * 8, "sample": "0" * 20},
            "auto is ahead of sample by 60.0 points on 20 exercises "
            "(95 % interval +40.0 to +80.0, p < 0.001).",
        ),
        (
            {"auto": "1111111000", "sample": "1111000100"},
            "auto solved 20.0 points more than sample on 10 exercises "
            "(95 % interval -20.0 to +60.0, p = 0.625); too few exercises to tell: 77 would be needed.",
        ),
        (
            {"auto": "1100", "sample": "1010"},
            "auto and sample solved equally many on 4 exercises (95 % interval -75.0 to +75.0, p = 1.000); "
            "too few exercises to tell: 1600 would be needed to see 5 points.",
        ),
    ],
)
def test_the_words_say_who_is_ahead_or_what_it_takes_to_tell(rows: Rows, words: str) -> None:
    assert pair_of(rows).words == words


def test_a_bench_that_is_held_in_memory_needs_no_disk() -> None:
    assert not Path("bench").exists()
    assert pair_of({"auto": "1", "sample": "0"}).exercises == 1
