"""Compares benches: which model and method solves more, by how much, and whether the exercises are enough."""

from egcfg_tui.bench.comparison.building import compare, compare_paths
from egcfg_tui.bench.comparison.sources import Source, read_sources, source_of
from egcfg_tui.bench.comparison.summary import Cell, Comparison, Conditions, PairSummary, RowSummary

__all__ = [
    "Cell",
    "Comparison",
    "Conditions",
    "PairSummary",
    "RowSummary",
    "Source",
    "compare",
    "compare_paths",
    "read_sources",
    "source_of",
]
