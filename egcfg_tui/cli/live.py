"""Shows a running solve on standard error: a live region on a terminal, otherwise plain lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from rich.text import Text

from egcfg_tui.cli import stderr
from egcfg_tui.cli.styles import FAINT
from egcfg_tui.cli.wording import Wording, one_line
from egcfg_tui.events import (
    CandidatesGrown,
    Event,
    LineChosen,
    LineGrown,
    LinesRewound,
    Progressed,
    SolveStarted,
    Stage,
    StageEntered,
)
from egcfg_tui.terminal_text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType


class Narrator(Protocol):
    """Follows a solve event by event."""

    def show(self, event: Event) -> None:
        """Shows what the event changed."""

    def __enter__(self) -> Narrator: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def narrator(stopping: Callable[[], bool]) -> Narrator:
    """The narrator that fits standard error. `stopping` says whether the user has asked for a stop."""
    return LiveNarrator(stopping) if stderr.is_terminal() else PlainNarrator()


class PlainNarrator:
    """Writes one line after another, for files and pipes."""

    def __init__(self) -> None:
        self._wording = Wording(full=False)

    def show(self, event: Event) -> None:
        """Writes the event's lines."""
        for line in self._wording.lines(event):
            stderr.narrate(line.plain)

    def __enter__(self) -> PlainNarrator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class LiveNarrator:
    """Lines scroll by; a region below shows the stage, the line being written, and the cost so far."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        from rich.live import Live

        self._live = Live(
            self,
            console=stderr.console(),
            refresh_per_second=10,
            transient=True,
            # Standard output carries data and must never be drawn over by the region.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._stopping = stopping
        self._started_s = time.monotonic()
        self._budget_s: float | None = None
        self._stage = Stage.LOADING
        self._progress: Progressed | None = None
        self._growing = ""
        self._wording = Wording(full=False)

    def show(self, event: Event) -> None:
        """Prints the event's lines above the region and updates it."""
        lines = self._wording.lines(event)
        lead = self._wording.open_text
        match event:
            case SolveStarted(budget_s=budget_s):
                self._started_s, self._budget_s = time.monotonic(), budget_s
            case StageEntered(stage=stage):
                self._stage, self._growing = stage, ""
            case Progressed():
                self._progress = event
            case LineGrown(row=row, text=text):
                self._growing = f"{row:4} │ {lead}{one_line(text)}"
            case CandidatesGrown(texts=texts):
                self._growing = "\n".join(
                    f"   {number} │ {lead}{one_line(text)}" for number, text in enumerate(texts, 1)
                )
            case LineChosen() | LinesRewound():
                self._growing = ""
            case _:
                pass
        for line in lines:
            self._live.console.print(line)

    def __enter__(self) -> LiveNarrator:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __rich__(self) -> RenderableType:
        """The present region. Rich draws it ten times a second, even if nothing happens."""
        elapsed_s = time.monotonic() - self._started_s
        region = Text(no_wrap=True, overflow="ellipsis")
        if self._growing:
            region.append(f"{printable(self._growing)}\n", FAINT)
        region.append(f"{'·•●•'[int(elapsed_s * 4) % 4]} {self._stage:<10}", "bold")
        budget = f" / {self._budget_s:g} s" if self._budget_s else " s"
        region.append(f" {elapsed_s:.1f}{budget}")
        if self._progress:
            done, total = self._progress.done, self._progress.total
            region.append(f"   {done}{f' of {total}' if total else ''} tokens, {self._progress.rate:.0f}/s")
            region.append(f"   {self._progress.tokens.evaluated} in all")
        region.append(
            "   stopping; Ctrl-C again ends at once" if self._stopping() else "   Ctrl-C stops", FAINT
        )
        return region
