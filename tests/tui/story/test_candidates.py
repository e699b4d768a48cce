"""The list of candidates: one entry a text, and where each leaves the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.events import Candidate, CandidateRun
from egcfg_tui.tui.story.candidates import first_difference, groups
from egcfg_tui.tui.view import LineView

TEXTS = st.lists(
    st.lists(st.sampled_from(["a = 1", "b = 2", "# note", ""]), min_size=1, max_size=4).map("\n".join),
    min_size=1,
    max_size=5,
)


def line_of(texts: list[str]) -> LineView:
    return LineView(2, 5, candidates=tuple(Candidate(at, text, 1, False) for at, text in enumerate(texts)))


@given(TEXTS)
def test_every_candidate_belongs_to_one_entry(texts: list[str]) -> None:
    found = groups(line_of(texts))
    assert sorted(index for group in found for index in group.indexes) == list(range(len(texts)))
    assert len({group.text.rstrip() for group in found}) == len(found)
    assert len({group.name for group in found}) == len(found)


@given(TEXTS)
def test_the_difference_is_a_row_of_the_candidate_that_no_other_has_at_that_point(texts: list[str]) -> None:
    found = groups(line_of(texts))
    for group in found:
        at, row = first_difference(group, found)
        assert 0 <= at <= len(group.rows)
        assert row == (group.rows[at] if at < len(group.rows) else "")


def test_remarks_are_no_difference_where_there_is_code() -> None:
    found = groups(line_of(["# sum up\ntotal = 0\nreturn total", "total = 0\nreturn 1", "n = 1"]))
    assert [first_difference(group, found) for group in found] == [
        (2, "return total"),
        (1, "return 1"),
        (0, "n = 1"),
    ]


def test_candidates_with_one_prefix_share_a_letter_and_not_a_name() -> None:
    line = line_of(["a = 1", "a = 1  # one", "b = 2"])
    runs = (CandidateRun((0, 1), "a = 1", ()), CandidateRun((2,), None, ()))
    found = groups(LineView(2, 5, candidates=line.candidates, runs=runs))
    assert [(group.letter, group.name) for group in found] == [
        ("A", "candidate A1"),
        ("A", "candidate A2"),
        ("", "candidate 3"),
    ]
