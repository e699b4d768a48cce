"""When a signal is renewed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.guided.refreshing import refresh_is_due
from egcfg_tui.solving.request.settings import RefreshMode, Settings

PERSISTENT = Settings(refresh_mode=RefreshMode.PERSISTENT_PREFIX)
code = st.text("ab\n", max_size=6)


@given(st.integers(1, 9), st.integers(0, 20))
def test_line_mode_counts_lines(refresh: int, since: int) -> None:
    settings = Settings(refresh=refresh)
    assert refresh_is_due(settings, since, "x", ()) is (since >= refresh)
    assert refresh_is_due(settings, None, "x", ())


def test_token_mode_always_renews() -> None:
    assert refresh_is_due(Settings(refresh_mode=RefreshMode.TOKEN, refresh=9), 0, "x", ("xy",))


@given(code, st.lists(code), st.integers(0, 99))
def test_a_signal_persists_while_one_of_its_programs_goes_on_from_the_code(
    so_far: str, others: list[str], since: int
) -> None:
    due = refresh_is_due(PERSISTENT, since, so_far, others)
    assert due is all(not other.startswith(so_far) or other == so_far for other in others)


@pytest.mark.parametrize("covered", [(), ("other",)])
def test_without_a_signal_that_covers_the_code_one_is_due(covered: tuple[str, ...]) -> None:
    assert refresh_is_due(PERSISTENT, None, "def f():\n", covered)
