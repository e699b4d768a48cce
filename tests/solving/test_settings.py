"""Settings and setting strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.prompting.task import PromptStyle
from egcfg_tui.solving.settings import RANGES, SettingError, Settings, parse_settings

valid = st.builds(
    Settings,
    candidates=st.integers(1, 16),
    temperature=st.integers(0, 500).map(lambda n: n / 100),
    horizon=st.integers(1, 64),
    refresh=st.integers(1, 64),
    prompt_style=st.sampled_from(PromptStyle),
)


@given(valid)
def test_setting_strings_parse_and_print_both_ways(settings: Settings) -> None:
    assert parse_settings(settings.to_string()) == settings


def test_the_string_of_the_paper_is_read() -> None:
    settings = parse_settings("ns3t0.75d5k1_lci_ln")
    assert (settings.candidates, settings.temperature, settings.horizon, settings.refresh) == (3, 0.75, 5, 1)
    assert settings.prompt_style is PromptStyle.LONG_CODE


def test_what_a_string_leaves_out_comes_from_the_base() -> None:
    base = Settings(refresh=4, gamma=3.0)
    settings = parse_settings("ns2t1.2d3", base)
    assert (settings.refresh, settings.gamma) == (4, 3.0)


@pytest.mark.parametrize("text", ["", "ns3", "ns3t0.75", "ns3t0.75d5k1_xx", "s3t1d1", "ns3t-1d5"])
def test_a_string_that_cannot_be_read_is_quoted(text: str) -> None:
    with pytest.raises(SettingError, match="looks like"):
        parse_settings(text)


@pytest.mark.parametrize("name", list(RANGES))
def test_a_value_out_of_range_is_refused_by_name(name: str) -> None:
    low, high = RANGES[name]
    for value in (low - 1, high + 1):
        with pytest.raises(SettingError, match=f"{name} is .* between"):
            Settings(**{name: value})
