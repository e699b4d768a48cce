"""Blocks side by side: nothing of them is lost, and a click finds the right one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import digits_run
from support.fake_session import Hold
from support.stage import Stage, wait_until
from textual.content import Content

from egcfg_tui.tui.widgets.candidates_panel import CandidatesPanel
from egcfg_tui.tui.widgets.columns import COLUMN_CELLS, beside, column_count, column_width

BLOCKS = st.lists(st.lists(st.sampled_from(["x = 1", "日本 = 2", ""]), min_size=1, max_size=5), min_size=1)


@given(BLOCKS, st.integers(20, 250))
def test_every_line_of_every_block_stands_in_its_column(blocks: list[list[str]], width: int) -> None:
    columns = column_count(width, len(blocks))
    lines, places = beside([[Content(line) for line in block] for block in blocks], width, columns)
    assert len(lines) == len(places)
    found: dict[int, list[str]] = {}
    for line, here in zip(lines, places, strict=True):
        assert line.cell_length <= width
        parts = line.plain.split("│ ") if columns > 1 else [line.plain]
        for part, block in zip(parts, here, strict=True):
            if block is not None:
                found.setdefault(block, []).append(part.rstrip())
    for number, block in enumerate(blocks):
        assert found[number][: len(block)] == block


@given(st.integers(1, 300), st.integers(1, 16))
def test_columns_are_wide_enough_to_read(width: int, blocks: int) -> None:
    columns = column_count(width, blocks)
    assert 1 <= columns <= blocks
    assert columns == 1 or column_width(width, columns) >= COLUMN_CELLS - 2


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
async def test_a_click_on_a_candidate_looks_at_it(stage: Stage, size: tuple[int, int]) -> None:
    events = (*digits_run.BEGIN, *digits_run.LINE_2_SAMPLED, *digits_run.LINE_2_EXECUTED)
    stage.solve = (*events, Hold())
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        await pilot.press("s")
        panel = app.workbench.query_one(CandidatesPanel)
        await wait_until(pilot, lambda: "total += n % 10" in panel.plain)
        rows = panel.plain.split("\n")
        row = next(at for at, text in enumerate(rows) if "total += n % 10" in text)
        panel.scroll_to(y=max(0, row - 2), animate=False)
        await pilot.pause()
        at = rows[row].index("total += n % 10"), row - panel.scroll_offset.y + 1
        await pilot.click(panel, offset=at)
        await wait_until(pilot, lambda: app.workbench.look.candidate == 1)
        beside_each_other = any("total = 0" in text and "return sum(n)" in text for text in rows)
        assert beside_each_other == (size == (200, 60))
        for test in (1, 2, 3):
            assert (f"test {test}: got None" in panel.plain) == (size == (200, 60))
