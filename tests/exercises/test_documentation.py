"""The example in docs/exercises.md is a correct exercise, and the table names every key."""

from __future__ import annotations

import re
from pathlib import Path

from egcfg_sandbox import Sandbox
from egcfg_tui.exercises import toml_format
from egcfg_tui.exercises.checking import check_references

TEXT = (Path(__file__).parents[2] / "docs" / "exercises.md").read_text(encoding="utf-8")


def test_the_example_is_correct() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    exercise = toml_format.read(example, exercise_id="coins", source="docs/exercises.md")
    with Sandbox() as sandbox:
        (result,) = check_references([exercise], sandbox.run_many)
    assert result.failures == ()


def test_every_key_is_described() -> None:
    described = set(
        re.findall(r"`(?:\[\[)?(\w+)(?:\]\])?`", "".join(re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE)))
    )
    assert toml_format.KEYS.keys() <= described
