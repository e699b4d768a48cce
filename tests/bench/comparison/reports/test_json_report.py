"""The JSON object has the documented keys in their order, and plain numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.benches import source

from egcfg_tui.bench.comparison import compare
from egcfg_tui.bench.comparison.reports import json_report

DOCUMENT = Path(__file__).parents[4] / "docs" / "comparing.md"
CONTRACT = {
    "top": ["exercises", "complete", "rows", "pairs"],
    "row": [
        "model",
        "method",
        "tasks",
        "solved",
        "visible_passed",
        "faults",
        "median_s",
        "mean_s",
        "tokens",
        "seconds_per_solved",
    ],
    "pair": [
        "a",
        "b",
        "difference",
        "low",
        "high",
        "mcnemar_p",
        "both",
        "only_a",
        "only_b",
        "neither",
        "words",
    ],
}


def test_the_keys_of_the_contract_come_first() -> None:
    values = json.loads(
        json_report.render(compare([source({"auto": "110", "sample": "100", "greedy": "000"})]))
    )
    assert list(values)[:4] == CONTRACT["top"]
    assert all(list(row)[:10] == CONTRACT["row"] for row in values["rows"])
    assert all(list(pair)[:11] == CONTRACT["pair"] for pair in values["pairs"])


def test_pairs_name_rows_that_are_there() -> None:
    before, after = source({"auto": "10"}, name="before"), source({"auto": "11"}, name="after")
    values = json_report.values(compare([before, after]))
    names = [[row["model"], row["method"]] for row in values["rows"]]
    (pair,) = values["pairs"]
    assert sorted([pair["a"], pair["b"]]) == sorted(names)
    assert [row["model_name"] for row in values["rows"]] == ["tiny-coder", "tiny-coder"]


def test_every_key_is_documented() -> None:
    values = json_report.values(compare([source({"auto": "110", "sample": "100"})]))
    documented = set(re.findall(r"`(\w+)`", DOCUMENT.read_text()))
    keys = {
        *values,
        *values["rows"][0],
        *values["pairs"][0],
        *values["conditions"],
        *values["rows"][0]["stages"],
    }
    assert keys <= documented


def test_a_small_p_value_is_no_zero() -> None:
    values = json_report.values(compare([source({"auto": "1" * 40, "sample": "0" * 40})]))
    assert 0 < values["pairs"][0]["mcnemar_p"] < 1e-9
