"""Models without files: rows of the list of models, and pulls that a test ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from egcfg_tui.models import Entry, ModelError, State
from egcfg_tui.models.background_pull import PullEnded, PullEvent, PullProgress, PullSaid
from egcfg_tui.models.catalogue import HubSource, PackageSource, Part
from egcfg_tui.tui.model_choice.rows import ModelRow
from egcfg_tui.tui.model_choice.services import ModelServices

GB = 10**9
SOURCES = (HubSource("org/repo", "a.gguf"), PackageSource("1.0", (Part("pkg", "m", 1, "0" * 64),)))


def entry(name: str, *, title: str = "", size: int = GB) -> Entry:
    return Entry(name, title or name, f"{name}-q4_k_m.gguf", size, "0" * 64, "Apache-2.0", 4096, SOURCES)


def row(name: str, state: State, *, size: int = GB, **more: Any) -> ModelRow:
    return ModelRow(name, state, size, entry=entry(name, size=size, title=more.pop("title", "")), **more)


class FakePull:
    """A pull that reports a third of the bytes, then waits for `end` or `cancel`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cancelled = False
        self._ended = threading.Event()
        self._last = PullEnded()

    def events(self) -> Iterator[PullEvent]:
        yield PullSaid(f"{self.name}: fetching from [/]")
        yield PullProgress(GB // 3, GB, 2e7)
        self._ended.wait(30)
        yield self._last

    def cancel(self) -> None:
        self.cancelled = True
        self._ended.set()

    def end(self, last: PullEnded) -> None:
        self._last = last
        self._ended.set()


class Shop:
    """The models of the list, and the pulls that were begun."""

    def __init__(self) -> None:
        self.rows = [
            row("tiny-coder", State.READY, path=Path("/models/tiny.gguf")),
            row("absent-1b", State.ABSENT, default=True, title="[/] list[int] \x1b[2J 数字"),
            row("half-2b", State.PARTIAL, partial_bytes=GB // 2),
            row("broken-3b", State.BROKEN, problem="broken-3b has 6 bytes [/]"),
            row("large-70b", State.ABSENT, size=40 * GB),
            ModelRow("ollama:other:latest", State.READY, GB, path=Path("/o"), owner="Ollama"),
        ]
        self.pulls: list[FakePull] = []
        self.error = ""

    def services(self) -> ModelServices:
        return ModelServices(read=self._read, open_pull=self._open, available_bytes=lambda: 8 * GB)

    def _read(self) -> Iterator[ModelRow]:
        yield from self.rows
        if self.error:
            raise ModelError(self.error)

    def _open(self, name: str) -> FakePull:
        self.pulls.append(FakePull(name))
        return self.pulls[-1]
