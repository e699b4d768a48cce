"""A chart of the share of solved tasks over their cost, drawn with characters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from egcfg_tui.bench.comparison.curve_axes import CurveAxis
from egcfg_tui.bench.comparison.letters import letter

_COLOURS: Final = (33, 208, 36, 170, 220, 45)
"""Colours of the 256-colour palette that colour-blind readers can tell apart."""
_HEIGHT: Final = 14
_MOST_COLUMNS: Final = 100
_LEAST_COLUMNS: Final = 30


def coloured_letter(index: int) -> Text:
    """The letter of a row in the colour of its curve."""
    return Text(letter(index), f"bold color({_COLOURS[index % len(_COLOURS)]})")


@dataclass(frozen=True)
class CurveChart:
    """The rows' curves over one axis.

    Without colours the curves are drawn with the letters of the rows, because braille lines would look alike.
    """

    axis: CurveAxis

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        import plotext

        coloured = console.color_system is not None and not console.no_color and not options.ascii_only
        plotext.clear_figure()
        plotext.theme("clear")
        plotext.plot_size(max(_LEAST_COLUMNS, min(options.max_width, _MOST_COLUMNS)), _HEIGHT)
        plotext.ylim(0, 100)
        plotext.xlim(0, self.axis.end)
        ticks = _round_numbers(self.axis.end)
        plotext.xticks(ticks, [f"{tick:g}" for tick in ticks])
        plotext.yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
        # The first row is drawn last and lies on top.
        for index, curve in reversed(list(enumerate(self.axis.curves))):
            xs, shares = curve.steps(self.axis.end, points=200)
            plotext.plot(
                xs,
                [100 * share for share in shares],
                marker="braille" if coloured else letter(index)[-1],
                color=_COLOURS[index % len(_COLOURS)],
            )
        yield Text(f"solved after {self.axis.unit}  ", "bold").append_text(
            Text(" ").join(coloured_letter(index) for index in range(len(self.axis.curves)))
        )
        drawn = plotext.build()
        yield Text.from_ansi(drawn if coloured else plotext.uncolorize(drawn), no_wrap=True, overflow="crop")


def _round_numbers(end: float) -> list[float]:
    """Three to six round numbers from 0 up to `end`."""
    power = 10 ** math.floor(math.log10(end))
    step = next(power * part for part in (0.2, 0.5, 1, 2) if end / (power * part) <= 5)
    return [step * index for index in range(int(end / step) + 1)]
