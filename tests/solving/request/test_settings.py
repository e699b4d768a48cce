"""Settings and setting strings."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.solving.request.settings import (
    RANGES,
    SETTINGS,
    RefreshMode,
    Setting,
    SettingError,
    Settings,
    parse_settings,
)

carried = st.builds(
    Settings,
    candidates=st.integers(1, 16),
    temperature=st.floats(0.0, 5.0),
    horizon=st.integers(1, 64),
    refresh=st.integers(1, 64),
    prompt_style=st.sampled_from(PromptStyle),
    trace=st.sampled_from(TraceFormat),
    refresh_mode=st.sampled_from(RefreshMode),
    partial_execution=st.booleans(),
    stop_loops=st.booleans(),
    remarks=st.booleans(),
    early_stop=st.booleans(),
)
"""Everything that a setting string can carry."""


@given(carried)
def test_what_is_printed_is_read_back(settings: Settings) -> None:
    assert parse_settings(settings.to_string()) == settings


@given(carried, st.randoms(use_true_random=False), st.integers(0, 3))
def test_what_is_read_is_printed_canonically(settings: Settings, random: Any, zeros: int) -> None:
    """Suffixes in any order and numbers with needless zeros give the same settings, printed as one text."""
    canonical = settings.to_string()
    numbers, *suffixes = canonical.split("_")
    random.shuffle(suffixes)
    padded = numbers.replace("ns", f"ns{'0' * zeros}").replace("t", f"t{'0' * zeros}")
    assert parse_settings("_".join([padded, *suffixes])).to_string() == canonical


def test_the_string_of_the_paper_is_read() -> None:
    settings = parse_settings("ns3t0.75d5k1_lci_ln")
    assert (settings.candidates, settings.temperature, settings.horizon, settings.refresh) == (3, 0.75, 5, 1)
    assert settings.prompt_style is PromptStyle.LONG_CODE
    assert settings.refresh_mode is RefreshMode.LINE
    assert settings.to_string() == "ns3t0.75d5k1_lci_ln"


def test_what_a_string_leaves_out_comes_from_the_base() -> None:
    base = Settings(refresh=4, gamma=3.0, refresh_mode=RefreshMode.TOKEN, max_tokens=99)
    settings = parse_settings("ns2t1.2d3", base)
    assert settings == dataclasses.replace(base, candidates=2, temperature=1.2, horizon=3)


def test_values_without_a_suffix_are_given_by_its_absence() -> None:
    base = Settings(prompt_style=PromptStyle.LONG_CODE, trace=TraceFormat.MINIMAL, early_stop=False)
    assert parse_settings("ns4t0.75d5k1_ln", base) == Settings()


@pytest.mark.parametrize("text", ["", "ns3", "ns3t0.75", "s3t1d1", "ns3t-1d5", "ns3t1d1k", "ns3t1d1k1 _ln"])
def test_a_string_that_cannot_be_read_is_quoted(text: str) -> None:
    with pytest.raises(SettingError, match="looks like"):
        parse_settings(text)


def test_an_unknown_suffix_is_named_beside_those_there_are() -> None:
    with pytest.raises(SettingError, match=r"unknown suffix _xx; there are .*_lci.*_min.*_ln, _tk, _pp"):
        parse_settings("ns3t0.75d5k1_xx")


@pytest.mark.parametrize("text", ["ns3t1d1k1_ln_tk", "ns3t1d1k1_lci_lci"])
def test_a_suffix_given_twice_is_refused_by_the_name_of_its_setting(text: str) -> None:
    with pytest.raises(SettingError, match=r"gives (refresh_mode|prompt_style) twice"):
        parse_settings(text)


def test_a_number_too_large_for_its_setting_is_refused_by_name() -> None:
    with pytest.raises(SettingError, match="candidates is 17"):
        parse_settings("ns17t1d1k1_ln")


@pytest.mark.parametrize("name", list(RANGES))
def test_a_value_out_of_range_is_refused_by_name(name: str) -> None:
    low, high = RANGES[name]
    for value in (low - 1, high + 1, float("nan")):
        with pytest.raises(SettingError, match=f"{name} is .*between {low:g} and {high:g}"):
            Settings(**{name: value})


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_a_value_of_another_kind_is_refused_by_name(setting: Setting) -> None:
    for value in ("nonsense", None, 2.5 if setting.kind is int else [1]):
        with pytest.raises(SettingError, match=f"^{setting.name} is "):
            Settings(**{setting.name: value})


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_setting_says_what_it_means_and_is_given_by_name(setting: Setting) -> None:
    assert setting.meaning
    assert Settings().with_value(setting.name, setting.default) == Settings()
    for choice in setting.choices:
        assert getattr(Settings().with_value(setting.name, choice), setting.name) == setting.kind(choice)


def test_a_setting_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(SettingError, match=r"no setting 'gama'; the settings are .*gamma"):
        Settings().with_value("gama", 1.0)
