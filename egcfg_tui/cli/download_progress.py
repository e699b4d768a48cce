"""Shows a download on standard error: a bar on a terminal, otherwise a line every five seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from egcfg_tui.cli import stderr

Progress = Callable[[int, int, float], None]
Narrate = Callable[[str], None]

_LINE_EVERY_S: Final = 5.0


@contextmanager
def download_progress(title: str, total_bytes: int) -> Iterator[tuple[Progress, Narrate]]:
    """Gives a progress callback (bytes done, bytes in all, bytes per second) and a function for messages."""
    if stderr.is_terminal():
        with _bar(title, total_bytes) as pair:
            yield pair
    else:
        yield _lines(title), stderr.narrate


@contextmanager
def _bar(title: str, total_bytes: int) -> Iterator[tuple[Progress, Narrate]]:
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as RichProgress
    from rich.text import Text

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
    )
    with RichProgress(*columns, console=stderr.console(), redirect_stdout=False) as bar:
        task = bar.add_task(title, total=total_bytes, rate="")

        def progress(done: int, total: int, rate: float) -> None:
            bar.update(task, completed=done, total=total, rate=_rate(rate))

        yield progress, lambda text: bar.console.print(Text(text))


def _lines(title: str) -> Progress:
    shown_at = 0.0

    def progress(done: int, total: int, rate: float) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if done == total or now - shown_at >= _LINE_EVERY_S:
            shown_at = now
            stderr.narrate(f"{title}: {done / 1e6:.1f} of {total / 1e6:.1f} MB, {_rate(rate)}")

    return progress


def _rate(bytes_per_s: float) -> str:
    return f"{bytes_per_s / 1e6:.1f} MB/s"
