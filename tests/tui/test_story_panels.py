"""Candidates, their traces and the signal's words, by keys and mouse; hostile texts show as themselves."""

from __future__ import annotations

from typing import Any

import pytest
from support import digits_run, traced_run
from support.fake_session import Hold
from support.recordings import recording_of
from support.stage import Stage, wait_until
from textual.pilot import Pilot

from egcfg_sandbox import TestResult, Trace, TraceEvent, Verdict
from egcfg_tui.events import (
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    Event,
    SignalBuilt,
)
from egcfg_tui.prompting.signal_parts import PartKind, SignalPart
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.look import Look, shown
from egcfg_tui.tui.screens.panels import PanelsScreen
from egcfg_tui.tui.state import fold_all
from egcfg_tui.tui.view import SolveView
from egcfg_tui.tui.widgets.lines import LinesPanel
from egcfg_tui.tui.widgets.trace_panel import absence

HOSTILE = (
    "[/]",
    "x: list[int]",
    "[bold red]no[/]",
    "\x1b[2J\x07",
    "a\tb",
    "日本語",
    "e\u0301\u0301",
    "\u202eevil",
    "👩\u200d👩\u200d👧",
    "\ud800",
)


def title(app: WorkbenchApp, name: str) -> str:
    heading = _panel(app, name)._border_title
    return heading.plain if heading is not None else ""


def text(app: WorkbenchApp, name: str) -> str:
    return _panel(app, name).plain


def _panel(app: WorkbenchApp, name: str) -> LinesPanel:
    return app.screen.query_one(f"#{name}", LinesPanel)


async def at_line_3(pilot: Pilot[Any], app: WorkbenchApp, stage: Stage) -> None:
    await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
    await pilot.press("s")
    await wait_until(pilot, lambda: stage.session.waiting)
    await pilot.pause(0.1)


@pytest.fixture
def traced(stage: Stage) -> Stage:
    stage.solve = (*traced_run.AT_LINE_3, Hold(), *traced_run.SOLVE[-3:])
    return stage


async def test_a_candidate_chosen_by_keys_brings_its_code_tests_and_trace(traced: Stage) -> None:
    app = traced.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_line_3(pilot, app, traced)
        await pilot.press("up", "1", "down")
        for name in ("code", "tests", "candidates"):
            assert "candidate B2" in title(app, name)
        assert "while n > 0:" in text(app, "code")
        assert "got None, expected 10" in text(app, "tests")
        await pilot.press("down")
        assert "candidate C3" in title(app, "code")
        assert "got 10" in text(app, "tests")
        assert "printed\n     summing" in text(app, "tests")
        await pilot.press("end")
        assert "candidate" not in title(app, "code")


async def test_a_candidate_is_chosen_by_a_click_on_its_row_or_its_text(traced: Stage) -> None:
    app = traced.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_line_3(pilot, app, traced)
        await pilot.click("#candidates", offset=(4, 2))
        assert "candidate B2" in title(app, "code")
        await pilot.click("#candidates", offset=(18, 5))
        assert "candidate A1·3" in title(app, "code")


async def test_the_trace_is_stepped_through_and_its_line_marked_in_the_code(traced: Stage) -> None:
    app = traced.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_line_3(pilot, app, traced)
        await pilot.press("up", "4", "t")
        assert "test 2" in title(app, "trace")
        assert "⋯ 2 more passes of line 3: steps 6 to 11" in text(app, "trace")
        await pilot.press("down", "down", "down", "down")
        assert "test 2, step 4" in title(app, "code")
        assert list(_panel(app, "code")._marked) == [3]
        await pilot.press("down", "down", "enter")
        await wait_until(pilot, lambda: "more passes" not in text(app, "trace"))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "more passes" in text(app, "trace"))
        await pilot.press("t")
        assert "test 3" in title(app, "trace")


async def test_a_click_on_a_folded_loop_opens_it(traced: Stage) -> None:
    app = traced.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_line_3(pilot, app, traced)
        await pilot.press("up", "4", "t")
        row = (
            text(app, "trace")
            .split("\n")
            .index(next(line for line in text(app, "trace").split("\n") if "more passes" in line))
        )
        await pilot.click("#trace", offset=(10, row + 1))
        await wait_until(pilot, lambda: "more passes" not in text(app, "trace"))


async def test_the_words_of_the_signal_lead_to_step_and_code(traced: Stage) -> None:
    app = traced.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_line_3(pilot, app, traced)
        await pilot.press("up", "3")
        origins = set()
        for _ in range(30):
            await pilot.press("down")
            origins.add(text(app, "signal").split("← ")[1])
        assert any(
            "candidate B2, test 1: variable total, step 2" in " ".join(origin.split()) for origin in origins
        )
        assert "candidate" in title(app, "code")
        await pilot.click("#signal", offset=(4, 3))
        assert "← candidate" in text(app, "signal")


async def test_in_a_replay_the_story_is_the_same(stage: Stage) -> None:
    app = stage.app(recording=recording_of((*digits_run.LOADING, *traced_run.SOLVE)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("space", "ctrl+end")
        await wait_until(pilot, lambda: "return total" in text(app, "code"))
        await pilot.press("home", "j", "1", "down", "4", "down", "down")
        assert "line 2 · candidate B2 · test 1, step 2" in title(app, "code")
        assert isinstance(app.screen, PanelsScreen)


def _hostile(bad: str) -> tuple[Event, ...]:
    trace = Trace(
        (
            TraceEvent("call", 1, 0, bad, ((bad, bad),)),
            TraceEvent("line", 1, 0, bad, ((bad, f"<{bad}>"),)),
            TraceEvent("return", 1, 0, bad, (), bad),
        )
    )
    result = TestResult(bad, Verdict.FAILED, f"got {bad}", 0.1, f"{bad}\n", trace, True, bad, bad)
    words = f"n: {bad}"
    part = SignalPart(0, len(words), PartKind.VALUES, 0, 0, bad)
    return (
        *digits_run.BEGIN,
        CandidatesSampled(2, 2, (Candidate(0, f"{bad}\n", 3, False), Candidate(1, f"# {bad}\n", 3, True))),
        CandidatesExecuted(2, 2, (CandidateRun((0,), f"x\n{bad}", (result,) * 3),)),
        SignalBuilt(2, 2, words, 3, bad, (part,)),
        Hold(),  # type: ignore[return-value]
    )


@pytest.mark.parametrize("bad", HOSTILE)
async def test_hostile_texts_show_as_themselves(stage: Stage, bad: str) -> None:
    stage.solve = _hostile(bad)
    app = stage.app()
    async with app.run_test(size=(200, 60)) as pilot:
        await at_line_3(pilot, app, stage)
        await pilot.press("3", "down", "1", "down", "4", "down", "down", "down")
        for name in ("code", "candidates", "trace", "tests", "signal"):
            assert _dense(visible(bad)) in _dense(text(app, name)), name


def _dense(words: str) -> str:
    """Without white space: a tab is as wide as its place asks for."""
    return "".join(words.split())


def test_a_recording_without_traces_says_so() -> None:
    view = fold_all(SolveView(), [(0.0, event) for event in digits_run.SOLVE])
    assert "No trace" in absence(shown(view, Look()))
