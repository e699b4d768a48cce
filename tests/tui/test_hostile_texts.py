"""Whatever a text holds, it is shown as itself: no markup, nothing the terminal obeys, nothing lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from support import digits_run
from support.fake_session import Hold
from support.stage import Stage, wait_until

from egcfg_sandbox import CodeTest, TestResult, Verdict
from egcfg_tui.events import (
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    LineChosen,
    SignalBuilt,
    TokenChoice,
    TrialStarted,
)
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.screens.help import HelpScreen
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.lines import LinesPanel

PIECES: Final = (
    "[/]",
    "[bold red]",
    "list[int]",
    "[@click=app.quit]",
    "\x1b[2J",
    "\x1b]52;c;eA==\x07",
    "日本語",
    "e\u0301\u0323",
    "שלום",
    "\u202eevil\u202c",
    "👩\u200d💻",
    "🇩🇪",
    "❤️",
    "\u200b",
    "\ud800",
    "\t",
    "{start}",
    "%s",
    "x" * 70,
)
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)


@settings(max_examples=8)
@given(TEXTS)
def test_a_text_is_shown_as_itself_in_every_panel(text: str) -> None:
    asyncio.run(_look_at(text))


async def _look_at(text: str) -> None:
    """Solves an exercise in which everything is called `text`, and reads every panel."""
    stage = Stage()
    result = TestResult(text, Verdict.FAILED, f"got {text}")
    candidate = Candidate(0, f"'{text}'", 3, False)
    stage.solve = (
        replace(digits_run.STARTED, title=text, statement=text, visible_tests=(text,), starter=f"# {text}\n"),
        TrialStarted(1, "egcfg", "ns3t0.75d5k1_ln", 1.0),
        CandidatesSampled(1, 2, (candidate,)),
        CandidatesExecuted(1, 2, (CandidateRun((0,), "pass", (result,)),)),
        SignalBuilt(1, 2, f"# {text}", 5),
        LineChosen(1, 2, f"'{text}'", f"# {text}\n'{text}'", 1.0, (TokenChoice(text, 0.5, 0.5, 0.5),)),
        Hold(),
    )
    app = stage.app(replace(digits_run.EXERCISE, title=text, statement=text, visible=(CodeTest(text),)))
    async with app.run_test(size=(240, 60)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        await pilot.press("s")
        await wait_until(pilot, lambda: app.workbench.control.view.trial and stage.session.waiting)
        await wait_until(pilot, lambda: "got" in plain(app, "candidates"))
        for panel in ("statement", "tests", "code", "candidates", "signal"):
            assert squeezed(visible(text)) in squeezed(plain(app, panel)), panel
        assert squeezed(visible(text))[:4] in squeezed(plain(app, "tokens")).replace("·", "")
        title = app.workbench.query_one("#title", Bar).render().plain
        assert squeezed(visible(text))[:20] in squeezed(title)
        app.notify(text, markup=False)
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await pilot.pause()
        drawn = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert not {character for character in drawn if ord(character) < 0x20} | (
            {"\u202e", "\x7f"} & set(drawn)
        )


def plain(app: WorkbenchApp, panel: str) -> str:
    return app.workbench.query_one(f"#{panel}", LinesPanel).plain


def squeezed(text: str) -> str:
    """Without white space, and without what stands between the parts of a wrapped line."""
    return "".join(text.replace("│", "").replace("╰", "").split())
