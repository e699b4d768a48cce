"""The example in docs/exercises.md is a correct exercise, and the table names every key."""

from __future__ import annotations

import re
from pathlib import Path

from egcfg_sandbox import Sandbox
from egcfg_tui.exercises.checking import check_references
from egcfg_tui.exercises.formats import toml_format, toml_reader

TEXT = (Path(__file__).parents[2] / "docs" / "exercises.md").read_text(encoding="utf-8")


def test_the_examples_are_correct(sandbox: Sandbox) -> None:
    coins, data = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    data = f'title = "T"\nstatement = "S"\n{data}'
    exercises = [
        toml_format.read(text, exercise_id="x", source="docs/exercises.md") for text in (coins, data)
    ]
    results = list(check_references(exercises, sandbox.run_many))
    assert len(results) == 2
    assert [result.failures for result in results] == [(), ()]


def test_every_key_is_described() -> None:
    described = set(
        re.findall(r"`(?:\[\[)?(\w+)(?:\]\])?`", "".join(re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE)))
    )
    assert toml_reader.KEYS.keys() <= described
