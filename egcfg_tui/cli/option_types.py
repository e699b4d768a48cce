"""Types of option values; an error for a wrong value names the allowed range."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence

from egcfg_tui.cli.parser import did_you_mean


def whole_number(low: int, high: int | None = None) -> Callable[[str], int]:
    """The type of a whole number from `low` to `high`; None: no upper limit."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if value < low or (high is not None and value > high):
            limits = f"of {low} or more" if high is None else f"from {low} to {high}"
            raise argparse.ArgumentTypeError(f"must be a whole number {limits}, not {text!r}")
        return value

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """The type of a number from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be a number from {low:g} to {high:g}, not {text!r}")
        return value

    return parse


def listed(choices: Sequence[str] | None = None) -> Callable[[str], list[str]]:
    """The type of names separated by commas, without repetitions; `choices`: the allowed names."""

    def parse(text: str) -> list[str]:
        names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
        if not names:
            raise argparse.ArgumentTypeError("is empty; name at least one")
        for name in names:
            if choices is not None and name not in choices:
                hint = did_you_mean(name, choices)
                raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(choices)}{hint}")
        return names

    return parse


def seconds(text: str) -> float:
    """A finite, positive number of seconds."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number of seconds above 0, not {text!r}")
    return value
