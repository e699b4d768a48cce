"""Draws the figure of docs/results.md and the README from the records kept with the docs: `make pictures`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from matplotlib import rc_context
from matplotlib.figure import Figure

from egcfg_tui.bench.comparison import Comparison, compare_paths
from egcfg_tui.solving.methods import METHODS

DOCS: Final = Path(__file__).parents[1] / "docs"
RECORDS: Final = DOCS / "results" / "methods.jsonl"
PICTURE: Final = DOCS / "pictures" / "methods.svg"
COLOURS: Final = {"auto": "#0072b2", "sample": "#d55e00", "egcfg": "#00855f", "greedy": "#767676"}
_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def main() -> None:
    """Draws the figure."""
    PICTURE.write_text(drawn(compare_paths([RECORDS], common=True)), encoding="utf-8")


def drawn(comparison: Comparison) -> str:
    """The share of the exercises that each method has solved after so many seconds, as SVG."""
    figure = Figure(figsize=(7.2, 3.4), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    end = comparison.conditions.budget_s or max(row.by_seconds.costs[-1] for row in comparison.rows)
    for row in sorted(comparison.rows, key=lambda row: list(METHODS).index(row.method)):
        seconds, shares = row.by_seconds.steps(end, 400)
        price = row.seconds_per_solved or 0
        label = f"{row.method}: {row.solved} of {row.tasks}, {price:.0f} s for each solved"
        heights = [100 * share for share in shares]
        axes.plot(seconds, heights, label=label, color=COLOURS[row.method], linewidth=2)
    axes.set(
        xlim=(0, end),
        ylim=(0, 100),
        xlabel="seconds spent on each exercise",
        ylabel="solved, %",
        title=f"{len(comparison.exercises)} exercises, {comparison.rows[0].model_name}",
    )
    axes.grid(linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    target = io.StringIO()
    with rc_context({"svg.hashsalt": "egcfg-tui", "font.family": "sans-serif"}):
        figure.savefig(target, format="svg", metadata=_NO_METADATA)
    return "\n".join(line.rstrip() for line in target.getvalue().split("\n"))


if __name__ == "__main__":
    main()
