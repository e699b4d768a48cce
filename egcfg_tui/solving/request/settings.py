"""The settings of a solve: one field each, with its range, and the setting strings that hold them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, cast

from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.traces import TraceFormat


class RefreshMode(StrEnum):
    """When a guided trial makes a new signal."""

    LINE = "line"
    """Every `refresh` lines."""
    TOKEN = "token"
    """Before every token."""
    PERSISTENT_PREFIX = "persistent-prefix"
    """When no executed candidate agrees with the chosen code any more."""


class SettingError(ValueError):
    """A setting is out of its range, or a setting string cannot be read. The text names the setting."""


SettingValue = bool | int | float | str
"""The forms in which a setting can be given: a number, yes or no, or the name of a choice."""


def _about(meaning: str, limits: tuple[float, float] | None = None) -> dict[str, Any]:
    """The metadata of a field, from which `SETTINGS` is made."""
    return {"meaning": meaning, "limits": limits}


@dataclass(frozen=True, slots=True)
class Settings:
    """One setting of the line loop. `SETTINGS` lists every field with its range and meaning.

    Raises `SettingError` on a value that does not belong to its field.
    """

    # On a CPU a batch of four rows costs hardly more than one of three; a fifth row costs much more.
    candidates: int = field(default=4, metadata=_about("candidates per refresh (s)", (1, 16)))
    temperature: float = field(
        default=0.75, metadata=_about("temperature of candidates and samples (t)", (0.0, 5.0))
    )
    horizon: int = field(default=5, metadata=_about("further lines per candidate (d)", (1, 64)))
    refresh: int = field(default=1, metadata=_about("lines between two signals (k)", (1, 64)))
    gamma: float = field(
        default=1.0,
        metadata=_about("guidance weight: 0 none, 1 the conditional branch, above 1 beyond it", (0.0, 10.0)),
    )
    line_temperature: float = field(
        default=0.0,
        metadata=_about("temperature of the guided line; 0 takes the most likely tokens", (0.0, 5.0)),
    )
    top_p: float = field(
        default=0.95, metadata=_about("nucleus of candidates and samples (top-p)", (0.01, 1.0))
    )
    prompt_style: PromptStyle = field(default=PromptStyle.PLAIN, metadata=_about("form of the prompt"))
    max_tokens: int = field(default=768, metadata=_about("longest answer, in tokens", (16, 8192)))
    thought_tokens: int = field(
        default=1024, metadata=_about("longest thought before an answer, in tokens", (16, 32768))
    )
    signal_tokens: int = field(default=400, metadata=_about("longest signal, in tokens", (0, 4096)))
    trace: TraceFormat = field(default=TraceFormat.COMPACT, metadata=_about("what a signal shows of a run"))
    refresh_mode: RefreshMode = field(default=RefreshMode.LINE, metadata=_about("when a new signal is made"))
    partial_execution: bool = field(
        default=True, metadata=_about("the signal includes runs of unfinished candidates")
    )
    stop_loops: bool = field(default=True, metadata=_about("a trial ends if its code repeats itself"))
    remarks: bool = field(default=False, metadata=_about("samples may hold comments and docstrings"))
    early_stop: bool = field(
        default=True,
        metadata=_about("a candidate that passes the visible tests is finished and ends its trial"),
    )

    def __post_init__(self) -> None:
        for setting in SETTINGS.values():
            setting.check(getattr(self, setting.name))

    def with_value(self, name: str, value: SettingValue) -> Settings:
        """The same settings with another value for the field `name`; a choice may be given by its name.

        Raises `SettingError` for an unknown field and for a value that does not fit it.
        """
        setting = SETTINGS.get(name)
        if setting is None:
            raise SettingError(f"there is no setting {name!r}; the settings are {', '.join(SETTINGS)}")
        return replace(self, **{name: setting.read(value)})

    def to_string(self) -> str:
        """The canonical setting string, e.g. `ns3t0.75d5k1_lci_ln`; docs/settings.md describes its parts."""
        text = f"ns{self.candidates}t{_decimal(self.temperature)}d{self.horizon}k{self.refresh}"
        return text + "".join(part.suffix_of(self) for part in _SUFFIXES)


@dataclass(frozen=True, slots=True)
class Setting:
    """The facts about one field of `Settings`. `limits` is None if the field is not a number."""

    name: str
    kind: type
    default: SettingValue
    limits: tuple[float, float] | None
    meaning: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The names of the choices; empty if the field is a number or yes and no."""
        return tuple(self.kind) if issubclass(self.kind, StrEnum) else ()

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.limits is None:
            return " or ".join(self.choices) if self.choices else "true or false"
        whole = "a whole number" if self.kind is int else "a number"
        return f"{whole} between {self.limits[0]:g} and {self.limits[1]:g}"

    def read(self, value: SettingValue) -> Any:
        """The value in the type of the field. Raises `SettingError`."""
        if self.choices and isinstance(value, str) and value in self.choices:
            return self.kind(value)
        if self.kind is float and type(value) is int:
            return float(value)
        self.check(value)
        return value

    def check(self, value: object) -> None:
        """Raises `SettingError` if the value does not fit the field."""
        fits: bool = type(value) in ((int, float) if self.kind is float else (self.kind,))
        if fits and self.limits is not None:
            low, high = self.limits
            # This comparison is also False for "not a number".
            fits = low <= value <= high  # type: ignore[operator]
        if not fits:
            shown = value.value if isinstance(value, StrEnum) else value
            raise SettingError(f"{self.name} is {shown!r}; it must be {self.allowed}")


SETTINGS: Final[dict[str, Setting]] = {
    item.name: Setting(
        item.name,
        type(item.default),
        cast(SettingValue, item.default),
        item.metadata["limits"],
        item.metadata["meaning"],
    )
    for item in fields(Settings)
}
"""All settings by name, in the order of the fields."""

RANGES: Final = {setting.name: setting.limits for setting in SETTINGS.values() if setting.limits is not None}
"""Lowest and highest value of each setting that is a number."""


@dataclass(frozen=True, slots=True)
class _Suffix:
    """A part of a setting string after the numbers: the name of the setting, and a suffix per value."""

    name: str
    suffixes: dict[Any, str]

    def suffix_of(self, settings: Settings) -> str:
        return self.suffixes[getattr(settings, self.name)]


def _style_suffix(style: PromptStyle) -> str:
    short = {"plain": "", "few-shot": "_fs", "long-code": "_lci"}
    return short.get(style.value, f"_{style.value.replace('-', '')}")


_SUFFIXES: Final = (
    _Suffix("prompt_style", {style: _style_suffix(style) for style in PromptStyle}),
    _Suffix("trace", {TraceFormat.COMPACT: "", TraceFormat.FULL: "_full", TraceFormat.MINIMAL: "_min"}),
    _Suffix("partial_execution", {True: "", False: "_np"}),
    _Suffix("stop_loops", {True: "", False: "_nl"}),
    _Suffix("remarks", {False: "", True: "_rm"}),
    _Suffix("early_stop", {True: "", False: "_ne"}),
    _Suffix(
        "refresh_mode",
        {RefreshMode.LINE: "_ln", RefreshMode.TOKEN: "_tk", RefreshMode.PERSISTENT_PREFIX: "_pp"},
    ),
)
"""The suffixes in the order in which they are written; they may be read in any order. The value with an empty
suffix is the one of a string without a suffix."""

CARRIED: Final = frozenset(
    ("candidates", "temperature", "horizon", "refresh", *(part.name for part in _SUFFIXES))
)
"""The settings that a setting string holds."""

_PATTERN: Final = re.compile(
    r"ns(?P<candidates>\d{1,9})t(?P<temperature>\d{1,9}(?:\.\d{1,400})?)d(?P<horizon>\d{1,9})"
    r"(?:k(?P<refresh>\d{1,9}))?(?P<suffixes>(?:_[a-z]+)*)",
    re.ASCII,
)
_NUMBERS: Final[dict[str, Callable[[str], float]]] = {
    "candidates": int,
    "temperature": float,
    "horizon": int,
    "refresh": int,
}


def parse_settings(text: str, base: Settings | None = None) -> Settings:
    """Reads a setting string. Settings that it does not hold, and k and the refresh mode if it leaves them
    out, are taken from `base`.

    Raises `SettingError`.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise SettingError(
            f"setting string {text!r} cannot be read; it looks like ns3t0.75d5k1_lci_ln "
            "(s candidates, t temperature, d horizon, k refresh, then suffixes)"
        )
    changes: dict[str, Any] = {
        name: read(match[name]) for name, read in _NUMBERS.items() if match[name] is not None
    }
    given = [f"_{word}" for word in match["suffixes"].split("_")[1:]]
    for part in _SUFFIXES:
        values = {suffix: value for value, suffix in part.suffixes.items()}
        mine = [suffix for suffix in given if suffix in values]
        if len(mine) > 1:
            raise SettingError(f"setting string {text!r} gives {part.name} twice: {' and '.join(mine)}")
        if mine or "" in values:
            changes[part.name] = values[mine[0] if mine else ""]
        given = [suffix for suffix in given if suffix not in values]
    if given:
        known = ", ".join(suffix for part in _SUFFIXES for suffix in part.suffixes.values() if suffix)
        raise SettingError(f"setting string {text!r} has an unknown suffix {given[0]}; there are {known}")
    return replace(base or Settings(), **changes)


def _decimal(number: float) -> str:
    """The shortest decimal text that reads back as the same number; never with an exponent."""
    text = format(Decimal(repr(float(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
