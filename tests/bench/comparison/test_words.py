"""The sentence that says which row is best."""

from __future__ import annotations

import pytest
from support.benches import Rows, source

from egcfg_tui.bench.comparison import compare
from egcfg_tui.bench.comparison.words import rounded_up, signed


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        ({"auto": "10"}, "auto solved 1 of 2 tasks (50.0 %)."),
        ({"auto": "00", "sample": "00"}, "No task was solved."),
        ({"auto": "!", "sample": "!"}, "No task has a result yet."),
        (
            {"auto": "1" * 9 + "0", "sample": "1" * 8 + "00", "greedy": "1" + "0" * 9},
            "auto solved 9 of 10 tasks (90.0 %), the largest share; it is ahead of greedy; against sample "
            "there are too few exercises to tell.",
        ),
        (
            {"auto": "1" * 8 + "0", "sample": "1" * 8 + "0", "greedy": "0" * 9},
            "auto and sample solved 88.9 % of their tasks, the largest share; auto is ahead of greedy; for "
            "auto against sample there are too few exercises to tell.",
        ),
        (
            {"small/auto": "10", "large/auto": "11"},
            "large solved 2 of 2 tasks (100.0 %), the largest share; against small there are too few "
            "exercises to tell.",
        ),
        (
            {"small/auto": "10", "small/sample": "00", "large/auto": "11"},
            "large auto solved 2 of 2 tasks (100.0 %), the largest share; against small auto and small "
            "sample there are too few exercises to tell.",
        ),
    ],
)
def test_the_summary_names_the_row_that_solved_most_and_what_can_be_told(rows: Rows, summary: str) -> None:
    assert compare([source(rows)]).summary == summary


def test_a_row_that_did_only_easy_exercises_is_not_called_ahead() -> None:
    """One row owes its larger share to the few exercises that the other solved as well."""
    easy, all_of_them = "1111111" + "." * 7, "1111111" + "1" * 5 + "00"
    comparison = compare([source({"auto": easy, "sample": all_of_them})])
    assert comparison.rows[0].method == "auto"
    assert comparison.pairs[0].ahead is None


@pytest.mark.parametrize(
    ("number", "text"), [(7, "7"), (28, "28"), (100, "100"), (101, "110"), (1204, "1300"), (None, "-")]
)
def test_estimates_are_rounded_up_to_two_digits(number: int | None, text: str) -> None:
    assert rounded_up(number) == text


def test_nothing_has_no_sign_of_its_own() -> None:
    assert [signed(points) for points in (-0.01, 0.04, -2.55, 5.0, None)] == [
        "+0.0",
        "+0.0",
        "-2.5",
        "+5.0",
        "-",
    ]
