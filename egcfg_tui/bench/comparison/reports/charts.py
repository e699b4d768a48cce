"""The charts of the HTML report: matplotlib draws them as SVG, the page colours them.

So one drawing serves the light and the dark colour scheme. The parts are drawn with an id (`series-0`,
`axis`, `zero`), this module turns the ids into classes, and the page's style sheet colours the classes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from egcfg_tui.bench.comparison.curve_axes import CurveAxis
from egcfg_tui.bench.comparison.letters import letter
from egcfg_tui.bench.comparison.summary import PairSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SERIES: Final = 6
"""How many colours the style sheet has. Further series use them again, with other dashes."""
_DASHES: Final[tuple[Any, ...]] = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.5, 1.5)))
_SVG: Final = "http://www.w3.org/2000/svg"
_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_MOST_STEPS: Final = 250
_LEAST_GAP: Final = 5.5
"""The least distance between two labels at the ends of curves, in percentage points."""


def curves(axis: CurveAxis) -> str:
    """A chart of the solved share over one kind of cost: a curve with its letter for each row."""
    figure, axes = _figure(width=4.9, height=3.0)
    heights = _apart([100 * curve.solved_after(axis.end) for curve in axis.curves])
    for index, (curve, height) in reversed(list(enumerate(zip(axis.curves, heights, strict=True)))):
        series = f"series-{index % SERIES}"
        xs, shares = curve.steps(axis.end, _MOST_STEPS)
        axes.plot(
            xs,
            [100 * share for share in shares],
            linewidth=1.8,
            linestyle=_DASHES[index % len(_DASHES)],
            gid=series,
        )
        axes.text(1.02 * axis.end, height, letter(index), gid=series, va="center", weight="bold")
    axes.set(xlim=(0, axis.end), ylim=(0, 100), xlabel=f"{axis.unit} spent on each task")
    axes.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    axes.grid(axis="y", linewidth=0.6)
    return _svg(figure, axes)


def intervals(pairs: Sequence[tuple[str, PairSummary]]) -> str:
    """A chart of each pair's difference with its interval; the dot is full if one row is ahead."""
    figure, axes = _figure(width=7.4, height=0.55 + 0.27 * len(pairs))
    for index, (_, pair) in enumerate(pairs):
        if pair.difference is None or pair.low is None or pair.high is None:
            continue
        state = "ahead" if pair.ahead else "unclear"
        _line(axes, pair.low, pair.high, index, state, width=2)
        _line(axes, pair.difference, pair.difference, index, state, width=8)
        if not pair.ahead:
            _line(axes, pair.difference, pair.difference, index, "paper", width=4.5)
    axes.axvline(0, linewidth=1, gid="zero", zorder=0)
    reach = max((abs(bound) for _, pair in pairs for bound in (pair.low or 0, pair.high or 0)), default=0)
    axes.set(xlim=(-reach - 5, reach + 5), ylim=(len(pairs) - 0.5, -0.5), xlabel="difference in points")
    axes.set_yticks(range(len(pairs)), [label for label, _ in pairs])
    axes.grid(axis="x", linewidth=0.6)
    return _svg(figure, axes)


def _line(axes: Axes, start: float, end: float, height: float, name: str, width: float) -> None:
    """Draws a horizontal line with round ends, which is a dot if it has no length."""
    axes.plot([start, end], [height, height], linewidth=width, solid_capstyle="round", gid=name)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty figure without a frame; width and height in inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=9)
    axes.xaxis.label.set_fontsize(9)
    return figure, axes


def _svg(figure: Figure, axes: Axes) -> str:
    """The figure as an element for use inside a page: without size, metadata and document type."""
    from matplotlib import rc_context

    for part in (axes.xaxis, axes.yaxis):
        part.set_gid("axis")
        for line in part.get_gridlines():
            line.set_gid("grid")
    drawn = io.BytesIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "egcfg-tui", "font.family": "sans-serif"}):
        figure.savefig(drawn, format="svg", transparent=True, metadata=_NO_METADATA)
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawn.getvalue())
    for element in root.iter(f"{{{_SVG}}}g"):
        if name := element.attrib.pop("id", None):
            element.set("class", name)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    return ElementTree.tostring(root, encoding="unicode")


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights, moved up where labels at them would overlap."""
    order = sorted(range(len(heights)), key=lambda index: (heights[index], -index))
    placed = list(heights)
    for lower, upper in pairwise(order):
        placed[upper] = max(placed[upper], placed[lower] + _LEAST_GAP)
    return placed
