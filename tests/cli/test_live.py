"""The live region shows the stage, the growing line and the cost, on whatever terminal there is."""

from __future__ import annotations

import errno
import io
import sys
from types import SimpleNamespace

import pytest
from rich.console import Console
from support.digits_run import LOADING, SOLVE

from egcfg_tui.cli import live, stderr
from egcfg_tui.cli.live import LiveNarrator, PlainNarrator, narrator
from egcfg_tui.events import (
    CandidatesGrown,
    LineChosen,
    LineGrown,
    LinesRewound,
    Progressed,
    SolveStarted,
    Stage,
    StageEntered,
    TokenCounts,
)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Console:
    """A terminal of 80 columns that remembers what was drawn."""
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24, highlight=False)
    monkeypatch.setattr(stderr, "console", lambda: console)
    return console


def region(shown: LiveNarrator, console: Console) -> list[str]:
    """The lines of the region as they stand."""
    lines = console.render_lines(shown, pad=False)
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


@pytest.fixture
def plain_screen(monkeypatch: pytest.MonkeyPatch) -> Console:
    """The same without colours, for comparing lines."""
    console = Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)
    monkeypatch.setattr(stderr, "console", lambda: console)
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: 100.0))
    return console


def test_the_region_follows_the_stage(plain_screen: Console) -> None:
    shown = LiveNarrator(lambda: False)
    assert region(shown, plain_screen) == ["· loading    0.0 s   Ctrl-C stops"]
    (started,) = (event for event in SOLVE if isinstance(event, SolveStarted))
    shown.show(started)
    shown.show(StageEntered(Stage.PROMPT))
    shown.show(Progressed(Stage.PROMPT, 60, 240, 171.2, TokenCounts(prompt=60)))
    assert region(shown, plain_screen) == [
        "· prompt     0.0 / 120 s   60 of 240 tokens, 171/s   60 in all   Ctrl-C stops"
    ]


def test_the_region_shows_what_grows(plain_screen: Console) -> None:
    shown = LiveNarrator(lambda: False)
    shown.show(LineGrown(1, 1, "total = [/b]\x1b"))
    assert region(shown, plain_screen)[0] == "   1 │ total = [/b]\\x1b"
    shown.show(CandidatesGrown(("for a in b:\n    c", "x" * 100)))
    lines = region(shown, plain_screen)
    assert lines[0] == "   1 │ for a in b: ↵     c"
    assert lines[1] == "   2 │ " + "x" * 72 + "…"
    assert len(lines) == 3


def test_the_region_goes_back_to_the_line_that_is_left(plain_screen: Console) -> None:
    shown = LiveNarrator(lambda: False)
    shown.show(LineChosen(1, 1, "def f():\n    ", "def f():\n    ", 1.0, ()))
    shown.show(LineGrown(2, 2, "return 1"))
    assert region(shown, plain_screen)[0] == "   2 │     return 1"
    shown.show(LinesRewound(1, 1, ""))
    assert len(region(shown, plain_screen)) == 1
    shown.show(LineGrown(1, 1, "def g"))
    assert region(shown, plain_screen)[0] == "   1 │ def g"
    assert "back to line 1" in plain_screen.file.getvalue()  # type: ignore[attr-defined]


def test_the_region_says_that_it_is_stopping(plain_screen: Console) -> None:
    shown = LiveNarrator(lambda: True)
    assert region(shown, plain_screen)[-1].endswith("stopping; Ctrl-C again ends at once")


def test_a_whole_run_leaves_its_lines_and_no_region(screen: Console) -> None:
    with LiveNarrator(lambda: False) as shown:
        for event in (*LOADING, *SOLVE):
            shown.show(event)
    drawn = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[?25l" in drawn  # the cursor is hidden while the region is drawn
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")  # and shown again
    assert "   2 │     total = 0" in drawn


def test_only_a_terminal_gets_the_region(monkeypatch: pytest.MonkeyPatch, screen: Console) -> None:
    monkeypatch.setattr(stderr, "is_terminal", lambda: False)
    assert isinstance(narrator(lambda: False), PlainNarrator)
    monkeypatch.setattr(stderr, "is_terminal", lambda: True)
    assert isinstance(narrator(lambda: False), LiveNarrator)


class Terminal(io.StringIO):
    """A terminal with an old encoding that may vanish."""

    encoding = "latin-1"  # type: ignore[assignment]
    gone = False

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        text.encode(self.encoding)
        if self.gone:
            raise OSError(errno.EIO, "Input/output error")
        return super().write(text)


def test_a_terminal_that_vanishes_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with narrator(lambda: False) as shown:
        assert isinstance(shown, LiveNarrator)
        for event in (*LOADING, *SOLVE[:8]):
            shown.show(event)
        assert "\\u2502 def digit_sum(n):" in terminal.getvalue()
        terminal.gone = True
        for event in SOLVE[8:]:
            shown.show(event)
    stderr.narrate("the end")
