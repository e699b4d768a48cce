"""Text and marks that models write around code, line by line."""

from __future__ import annotations

import pytest

from egcfg_tui.prompting.thoughts import THOUGHTS
from egcfg_tui.solving.text.decoration import (
    Mark,
    first_mark,
    is_fence,
    without_begun_mark,
    without_odd_characters,
)
from egcfg_tui.solving.text.open_code import MARGIN, Place


@pytest.mark.parametrize(
    ("line", "fence"),
    [
        ("```\n", True),
        ("```", True),
        ("  ```python\n", True),
        ("````` py title=x\r\n", True),
        ("~~~\n", True),
        ("~~~ python\n", True),
        ("> ```\n", True),
        ("1. - ```js\n", True),
        ("``\n", False),
        ("```x```\n", False),
        ("~~~", False),
        ("~~~x + 1\n", False),
        ("x = '```'\n", False),
    ],
)
def test_fences(line: str, fence: bool) -> None:
    assert is_fence(line) is fence


@pytest.mark.parametrize(
    ("line", "place", "mark"),
    [
        ("return a</s>\n", MARGIN, (8, 12)),
        ("return a<|im_end|>\n", MARGIN, (8, 18)),
        ("return a<end_of_turn>\n", MARGIN, (8, 21)),
        ("return a<end_of_turn>", MARGIN, None),
        ("return a[/PYTHON]\n", MARGIN, (8, 17)),
        ("return a``` so\n", MARGIN, (8, 14)),
        ("a  # b<|end|>\n", MARGIN, (6, 13)),
        ("a  # List[int]</b> ``` <b>\n", MARGIN, None),
        ("'</s>' + \"<|x|>\"\n", MARGIN, None),
        ("</s>'''</b>\n", Place("'''"), (7, 11)),
        ("it's here</b>\n", MARGIN, (9, 13)),
        ("<code>x\n", MARGIN, (0, 6)),
        ('  <code class="x">x\n', MARGIN, (2, 18)),
        ("<b> c)\n", Place(depth=1), None),
        ("a <b> c\n", MARGIN, None),
        ("a < b, c > d | e\n", MARGIN, None),
    ],
)
def test_marks_stand_outside_strings(line: str, place: Place, mark: tuple[int, int] | None) -> None:
    found = first_mark(line, 0, place)
    assert (None if found is None else (found.start, found.end)) == mark


@pytest.mark.parametrize("marks", THOUGHTS, ids=lambda marks: marks.opener)
def test_every_thought_is_opened_and_closed(marks: object) -> None:
    assert isinstance(marks, type(THOUGHTS[0]))
    opener, end = marks.opener, marks.end
    assert first_mark(f"{opener}x\n", 0, MARGIN) == Mark(0, len(opener), opens=end)
    assert first_mark(f"y {end}\n", 0, MARGIN) == Mark(2, 2 + len(end), closes=True)


def test_odd_characters_go_outside_strings_and_remarks_alone() -> None:
    line = "\ufeffx\u00a0= '\u00a0'\u200b + y\u3000# \u00a0\n"
    assert without_odd_characters(line, MARGIN) == "x = '\u00a0' + y # \u00a0\n"
    assert without_odd_characters("\u00a0'''\u00a0\n", Place("'''")) == "\u00a0''' \n"
    assert without_odd_characters("größe = 'ü'\n", MARGIN) == "größe = 'ü'\n"


@pytest.mark.parametrize("mark", ["<|im_end|>", "</s>", "[/PYTHON]", "```", "◁/think▷"])
def test_a_begun_mark_is_told_from_prose(mark: str) -> None:
    for length in range(1, len(mark)):
        assert without_begun_mark(f"x {mark[:length]}") in (
            "x ",
            f"x {mark[:length]}" if mark[0] == "[" else "x ",
        )
