"""The settings of a solve, and the setting strings of the method (`ns3t0.75d5k1_lci_ln`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from egcfg_tui.prompting.task import PromptStyle


class Method(StrEnum):
    """How an exercise is solved."""

    EGCFG = "egcfg"
    """Execution-guided classifier-free guidance."""
    SAMPLE = "sample"
    """Plain sampling, filtered by the visible tests."""
    GREEDY = "greedy"
    """One greedy answer."""


class SettingError(ValueError):
    """A setting out of its range or a setting string that cannot be read. Names the setting."""


RANGES: Final[dict[str, tuple[float, float]]] = {
    "candidates": (1, 16),
    "temperature": (0.0, 5.0),
    "top_p": (0.01, 1.0),
    "horizon": (1, 64),
    "refresh": (1, 64),
    "gamma": (0.0, 10.0),
    "max_tokens": (16, 8192),
    "signal_tokens": (0, 4096),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One setting of the line loop.

    candidates (s): sampled continuations per refresh. temperature (t): of the candidates and plain samples.
    horizon (d): further lines per candidate. refresh (k): lines between two signals. gamma: guidance weight.
    top_p: nucleus of the candidates. max_tokens: longest answer. signal_tokens: most tokens of a signal.
    Ranges are in `RANGES`.
    """

    candidates: int = 3
    temperature: float = 0.75
    horizon: int = 5
    refresh: int = 1
    gamma: float = 1.0
    top_p: float = 0.95
    prompt_style: PromptStyle = PromptStyle.PLAIN
    max_tokens: int = 768
    signal_tokens: int = 400

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingError(f"{name} is {value}; it must lie between {low:g} and {high:g}")

    def to_string(self) -> str:
        """The setting string, without gamma: `ns3t0.75d5k1_ln`, `_lci` for the long-code prompt."""
        style = "_lci" if self.prompt_style is PromptStyle.LONG_CODE else ""
        return f"ns{self.candidates}t{self.temperature:g}d{self.horizon}k{self.refresh}{style}_ln"


_PATTERN: Final = re.compile(
    r"ns(?P<candidates>\d+)t(?P<temperature>\d+(?:\.\d+)?)d(?P<horizon>\d+)(?:k(?P<refresh>\d+))?"
    r"(?P<style>_lci)?(?P<mode>_ln)?"
)


def parse_settings(text: str, base: Settings | None = None) -> Settings:
    """Reads a setting string; what it leaves out is taken from `base`. Raises `SettingError`."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise SettingError(
            f"setting string {text!r} cannot be read; it looks like ns3t0.75d5k1_ln "
            "(s candidates, t temperature, d horizon, k refresh, optional _lci, _ln)"
        )
    values = {f.name: getattr(base or Settings(), f.name) for f in fields(Settings)}
    values["candidates"] = int(match["candidates"])
    values["temperature"] = float(match["temperature"])
    values["horizon"] = int(match["horizon"])
    if match["refresh"]:
        values["refresh"] = int(match["refresh"])
    values["prompt_style"] = PromptStyle.LONG_CODE if match["style"] else PromptStyle.PLAIN
    return Settings(**values)
