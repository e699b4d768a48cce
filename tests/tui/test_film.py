"""A film shows in each frame what its picture shows."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET

import pytest
from support.recordings import recording_of

from egcfg_tui.tui.film import Frame, film
from egcfg_tui.tui.screenshot import draw_several

MOMENTS = [(2.0, ("1",)), (8.0, ("3",)), (None, ("2",)), (2.0, ("1",))]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pictures() -> list[str]:
    return asyncio.run(draw_several(recording_of(), (80, 24), MOMENTS))


def texts(node: ET.Element, at_s: float) -> set[tuple[str, str, str]]:
    """What is seen of a picture at a time: column, row and text of each piece."""
    found = set()
    for child in node:
        if child.tag == f"{SVG}g" and not _seen(child, at_s):
            continue
        if child.tag == f"{SVG}text" and (child.text or "").strip("\u00a0"):
            found.add((child.attrib["x"], child.attrib["y"], child.text or ""))
        found |= texts(child, at_s)
    return found


def _seen(group: ET.Element, at_s: float) -> bool:
    """Whether the animation of a group shows it at a time; without one it is seen."""
    animate = group.find(f"{SVG}animate")
    if animate is None:
        return True
    share = at_s / float(animate.attrib["dur"].rstrip("s"))
    steps = zip(animate.attrib["keyTimes"].split(";"), animate.attrib["values"].split(";"), strict=True)
    return [value for time, value in steps if float(time) <= share][-1] == "inline"


def test_every_frame_shows_its_picture(pictures: list[str]) -> None:
    moving = ET.fromstring(film([Frame(picture, 2.0) for picture in pictures]))
    for number, picture in enumerate(pictures):
        assert texts(moving, 2.0 * number + 1.0) == texts(ET.fromstring(picture), 0.0)


def test_a_film_of_one_frame_stands_still_and_is_smaller(pictures: list[str]) -> None:
    still = film([Frame(pictures[0], 1.0)])
    assert "animate" not in still
    assert len(still) < 0.6 * len(pictures[0])
    assert texts(ET.fromstring(still), 0.0) == texts(ET.fromstring(pictures[0]), 0.0)


def test_frames_that_come_again_cost_next_to_nothing(pictures: list[str]) -> None:
    two = [Frame(pictures[0], 1.0), Frame(pictures[2], 1.0)]
    assert len(film(two * 5)) < 1.3 * len(film(two))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture"):
        film([Frame("<svg></svg>", 1.0)])
