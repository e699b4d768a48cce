"""Grid files: what they can say, and the messages that refuse a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.grid import Axis, Grid
from egcfg_tui.solving.request.grid_file import LARGEST, GridError, bundled_grid, parse_grid, read_grid
from egcfg_tui.solving.request.settings import RefreshMode, Settings


def test_keys_are_axes_in_the_order_of_the_file() -> None:
    text = 'gamma = [0, 1.5]\nrefresh_mode = "token"\nhorizon = [2]\nearly_stop = [true, false]\n'
    assert parse_grid(text, "g.toml") == Grid(
        (
            Axis("gamma", (0, 1.5)),
            Axis("refresh_mode", ("token",)),
            Axis("horizon", (2,)),
            Axis("early_stop", (True, False)),
        )
    )


def test_the_bundled_grid_is_the_papers() -> None:
    settings = bundled_grid("egcfg").settings(Settings())
    assert len(settings) == 192
    assert {entry.temperature for entry in settings} == {0.7, 0.75, 0.85, 0.95, 1.2, 1.5}
    assert {entry.horizon for entry in settings} == {2, 3, 6, 8}
    assert {entry.gamma for entry in settings} == {0.0, 0.5, 1.0, 3.0}
    assert {(entry.candidates, entry.refresh, entry.refresh_mode) for entry in settings} == {
        (3, 1, RefreshMode.LINE)
    }
    assert len({entry.prompt_style for entry in settings}) == 2


@pytest.mark.parametrize("method", list(METHODS))
def test_every_method_has_a_grid_that_fits(method: str) -> None:
    assert bundled_grid(method).settings(Settings())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\ngamma = [1 2]\n", r"g.toml: this is not valid TOML: .*line 2"),
        ("\ngama = [1]\n", r"g.toml, line 2, gama: there is no such setting; did you mean gamma\?"),
        ("[grid]\n", r"g.toml, line 1, grid: there is no such setting; the settings are candidates, "),
        ("horizon = [2, 99]", r"g.toml, line 1, horizon: horizon is 99; it must be a whole number between"),
        ('\n\ntrace = "long"', r"g.toml, line 3, trace: trace is 'long'; it must be compact or full or"),
        ('candidates = ["3"]', r"line 1, candidates: candidates is '3'; it must be a whole number"),
        ("early_stop = 1", r"line 1, early_stop: early_stop is 1; it must be true or false"),
        ("gamma = []", r"line 1, gamma: the list is empty"),
        ("gamma = [1, 0.5, 1.0]", r"line 1, gamma: the list has a value twice"),
        ("# nothing\n", r"g.toml: the grid is empty"),
        ("gamma = nan", r"line 1, gamma: gamma is nan; it must be"),
        ("gamma = [[1]]", r"line 1, gamma: gamma is \[1\]; it must be"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(text: str, message: str) -> None:
    with pytest.raises(GridError, match=message):
        parse_grid(text, "g.toml")


def test_a_grid_of_too_many_combinations_is_refused_before_it_is_made() -> None:
    values = list(range(1, 17))
    text = "\n".join(f"{name} = {values}" for name in ("candidates", "horizon", "refresh", "signal_tokens"))
    with pytest.raises(GridError, match=f"combinations are more than {LARGEST:,}"):
        parse_grid(text, "g.toml")


def test_a_file_is_read_and_one_that_cannot_be_is_named(tmp_path: Path) -> None:
    good = tmp_path / "good.toml"
    good.write_text("gamma = 2.0\n")
    assert read_grid(good) == Grid((Axis("gamma", (2.0,)),))
    with pytest.raises(GridError, match=r"none\.toml: there is no such file"):
        read_grid(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \nx = '\xe9'")
    with pytest.raises(GridError, match=r"latin\.toml, line 2: the text is not UTF-8"):
        read_grid(tmp_path / "latin.toml")
    with pytest.raises(GridError, match="cannot be read"):
        read_grid(tmp_path)
