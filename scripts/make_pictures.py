"""Makes the pictures of the README and of docs/tour.md from the bundled recording: `make pictures`.

Each picture shows the workbench replaying the recording, at one moment and after some keys were pressed.
Neither a model nor a terminal is needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.events import CandidatesExecuted, LineChosen, SignalBuilt
from egcfg_tui.runs import Recording
from egcfg_tui.tui.film import Frame, film
from egcfg_tui.tui.first_start import bundled_recording
from egcfg_tui.tui.screenshot import draw_several

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
SIZE: Final = (120, 34)


@dataclass(frozen=True, slots=True)
class Still:
    """One picture: after which of the signals (None: at the end), the keys pressed then, columns and rows."""

    name: str
    signal: int | None
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = SIZE


STILLS: Final = (
    Still("candidates", 2),
    Still("tokens", 2, ("up", "2")),
    Still("signal", 2, ("3",)),
    Still("trace", 4, ("1", "down", "4", "down", "down", "down")),
    Still("solved", None, ("home", "down")),
    Still("help", None, ("question_mark",)),
    Still("small", 3, (), (80, 24)),
)

SECONDS: Final[dict[type, float]] = {CandidatesExecuted: 1.6, SignalBuilt: 1.6, LineChosen: 0.9}
"""Seconds that the film shows each event; the last picture stays longest."""
LAST_S: Final = 4.0


async def main() -> None:
    """Draws all pictures and the film."""
    recording = bundled_recording()
    signals_s = [timed.t for timed in recording.events if isinstance(timed.event, SignalBuilt)]
    FOLDER.mkdir(exist_ok=True)
    for still in STILLS:
        at_s = None if still.signal is None else signals_s[still.signal - 1]
        (picture,) = await draw_several(recording, still.size, [(at_s, still.keys)])
        _write(f"{still.name}.svg", film([Frame(picture, 1.0)]))
    _write("solve.svg", await moving(recording))


async def moving(recording: Recording) -> str:
    """A film of the solve from its first candidates to its end: runs, signals and chosen lines."""
    stops = [timed for timed in recording.events if type(timed.event) in SECONDS]
    moments: list[tuple[float | None, Sequence[str]]] = []
    for stop in stops:
        panel = "3" if isinstance(stop.event, SignalBuilt) else "1"
        moments.append((stop.t, (panel,)))
    pictures = await draw_several(recording, SIZE, [*moments, (None, ("1",))])
    seconds = [*(SECONDS[type(stop.event)] for stop in stops), LAST_S]
    return film([Frame(svg, long) for svg, long in zip(pictures, seconds, strict=True)])


def _write(name: str, picture: str) -> None:
    text = "\n".join(line.rstrip() for line in picture.split("\n"))
    (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
