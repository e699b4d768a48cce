"""A comparison as one JSON object, documented in docs/comparing.md.

The documented keys come first and keep their order; further keys come after them.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from egcfg_tui.bench.comparison.summary import Comparison, PairSummary, RowSummary


def render(comparison: Comparison) -> str:
    """The object on one line, in ASCII, so that no encoding damages a text."""
    return json.dumps(values(comparison)) + "\n"


def values(comparison: Comparison) -> dict[str, Any]:
    """The object as plain values."""
    return {
        "exercises": len(comparison.exercises),
        "complete": comparison.complete,
        "rows": [_row(row) for row in comparison.rows],
        "pairs": [_pair(pair) for pair in comparison.pairs],
        "conditions": dataclasses.asdict(comparison.conditions),
        "left_out": comparison.left_out,
        "summary": comparison.summary,
        "notes": list(comparison.notes),
    }


def _row(row: RowSummary) -> dict[str, Any]:
    return {
        "model": row.model,
        "method": row.method,
        "tasks": row.tasks,
        "solved": row.solved,
        "visible_passed": row.visible_passed,
        "faults": row.faults,
        "median_s": _rounded(row.median_s, 3),
        "mean_s": _rounded(row.mean_s, 3),
        "tokens": row.tokens,
        "seconds_per_solved": _rounded(row.seconds_per_solved, 3),
        "tokens_per_solved": _rounded(row.tokens_per_solved, 1),
        "seconds": _rounded(row.seconds, 3),
        "stages": {name: _rounded(s, 3) for name, s in dataclasses.asdict(row.stages).items()},
        "runs": row.runs,
        "rsr": _rounded(row.rsr, 4),
        "missing": row.missing,
        "outcomes": {outcome.value: count for outcome, count in sorted(row.outcomes.items())},
        "repeat_shares": [_rounded(share, 4) for share in row.repeat_shares],
        "unguarded": row.unguarded,
        "model_name": row.model_name,
        "bench": row.bench,
    }


def _pair(pair: PairSummary) -> dict[str, Any]:
    return {
        "a": list(pair.a),
        "b": list(pair.b),
        "difference": _rounded(pair.difference, 2),
        "low": _rounded(pair.low, 2),
        "high": _rounded(pair.high, 2),
        # Four significant digits, so that a small p-value does not become 0.
        "mcnemar_p": float(f"{pair.mcnemar_p:.4g}"),
        "both": list(pair.both),
        "only_a": list(pair.only_a),
        "only_b": list(pair.only_b),
        "neither": list(pair.neither),
        "words": pair.words,
        "ahead": None if pair.ahead is None else list(pair.ahead),
        "needed": pair.needed,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
