"""Comparing benches: which model and method solves more, by how much, and whether the exercises can tell."""

from egcfg_tui.bench.comparison.building import compare, compare_paths
from egcfg_tui.bench.comparison.summary import Cell, Comparison, Conditions, PairSummary, RowSummary

__all__ = ["Cell", "Comparison", "Conditions", "PairSummary", "RowSummary", "compare", "compare_paths"]
