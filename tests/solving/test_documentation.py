"""docs/settings.md and docs/method.md say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from egcfg_tui.solving.methods import DEFAULT_METHOD, offered_methods
from egcfg_tui.solving.request.grid_file import parse_grid
from egcfg_tui.solving.request.settings import SETTINGS, Setting, Settings
from egcfg_tui.solving.trials.sample_tree import EXHAUSTED_AFTER
from egcfg_tui.solving.trials.sampling import ROUND, batch_width

DOCS = Path(__file__).parents[2] / "docs"
SETTINGS_TEXT = (DOCS / "settings.md").read_text(encoding="utf-8")
METHOD_TEXT = (DOCS / "method.md").read_text(encoding="utf-8")
TABLE = [line.split("|")[1:-1] for line in SETTINGS_TEXT.splitlines() if re.match(r"\| `[a-z]", line)]
ROWS = {row[0].strip(" `"): [cell.strip() for cell in row] for row in TABLE}


def test_every_setting_has_a_row_and_nothing_else_has() -> None:
    assert list(ROWS) == list(SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_default_and_values_are_those_of_the_setting(setting: Setting) -> None:
    _name, default, values, parts, _meaning = ROWS[setting.name]
    if setting.limits is not None:
        assert default == f"{setting.default:g}"
        assert values == f"{setting.limits[0]:g} to {setting.limits[1]:g}"
        return
    choices = list(setting.choices or ("true", "false"))
    assert default.strip("`") == (str(setting.default) if setting.choices else str(setting.default).lower())
    assert re.findall(r"`([^`]+)`", values) == choices
    suffixes = [part.strip().strip("`") for part in parts.split(",")]
    for choice, suffix in zip(choices, suffixes, strict=True):
        value = setting.read(choice) if setting.choices else choice == "true"
        text = Settings().with_value(setting.name, value).to_string()
        assert text == Settings().to_string() if suffix == "none" else suffix in text


def test_the_example_of_a_grid_is_read() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", METHOD_TEXT, re.DOTALL)
    assert len(parse_grid(example, "method.md")) == 64


def test_the_figures_of_the_schedule_are_those_of_the_code() -> None:
    assert f"a round of samples, of {ROUND} distinct answers" in METHOD_TEXT
    assert f"| {EXHAUSTED_AFTER} samples in a row were known | a guided trial |" in METHOD_TEXT
    assert [batch_width(n, "cpu") for n in (0, 3, 4, 11, 12, 99)] == [4, 4, 8, 8, 16, 16]
    assert batch_width(0, "cuda") == 32


def test_the_options_are_given_with_their_defaults() -> None:
    methods = "\\|".join(offered_methods())
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert f"| `--method {methods}` | `{DEFAULT_METHOD}` |" in text
