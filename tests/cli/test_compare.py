"""`egcfg-tui compare`: every format is the golden one, and every refusal names the next step."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.benches import plan_of, write_bench
from support.command_line import CommandLine

from egcfg_tui.cli.exit_codes import ExitCode

ROWS = {
    "auto": "1111111111110111w0",
    "sample": "11111111w1000110l0",
    "greedy": "1100000000w0000bn!",
}
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bench with one fault and one task missing, in the current folder."""
    monkeypatch.chdir(tmp_path)
    ids = [f"set/{number}" for number in range(19)]
    rows = {
        **ROWS,
        "auto": ROWS["auto"] + "1",
        "sample": ROWS["sample"] + "0",
        "greedy": ROWS["greedy"] + ".",
    }
    write_bench(tmp_path / "mine", rows, plan_of(ids, list(rows)), ids=ids)
    (tmp_path / "mine" / "recordings").mkdir()
    for name in ("1", "2"):
        (tmp_path / "mine" / "recordings" / f"set-{name}-auto-1.jsonl").touch()
    return "mine"


@pytest.mark.parametrize(
    ("form", "columns", "name"),
    [
        ("human", 80, "compare_80.txt"),
        ("human", 120, "compare_120.txt"),
        ("json", 80, "compare.json"),
        ("markdown", 80, "compare.md"),
        ("html", 80, "compare.html"),
    ],
)
def test_the_output_is_the_golden_one(
    command_line: CommandLine,
    golden: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    bench: str,
    form: str,
    columns: int,
    name: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = command_line("compare", bench, "--format", form)
    assert outcome.code == ExitCode.DONE
    assert ("Incomplete: 1 fault and 1 missing task" in outcome.stderr) == (form != "human")
    # What matplotlib draws changes with its version.
    golden(name, SVG.sub("<svg></svg>", outcome.stdout))
    if form == "human":
        assert max(map(len, outcome.stdout.splitlines())) <= columns


def test_human_is_the_default_and_goes_to_a_file_as_well(command_line: CommandLine, bench: str) -> None:
    assert command_line("compare", bench).stdout == command_line("compare", bench, "--format", "human").stdout
    outcome = command_line("compare", bench, "--out", "report.txt")
    assert (outcome.code, outcome.stdout) == (0, "")
    assert Path("report.txt").read_text().startswith("egcfg-tui compare: 19 exercises")


@pytest.mark.parametrize("form", ["human", "json", "markdown", "html"])
def test_a_report_replaces_a_report_and_nothing_else(
    command_line: CommandLine, bench: str, form: str
) -> None:
    for _ in range(2):
        assert command_line("compare", bench, "--format", form, "--out", "report").code == 0
    report = Path("report").read_bytes()
    assert report
    Path("mine.jsonl").write_bytes(Path(bench, "records.jsonl").read_bytes())
    outcome = command_line("compare", "mine.jsonl", "--format", form, "--out", "mine.jsonl")
    assert outcome.code == ExitCode.MODEL_OR_DATA
    assert "--out mine.jsonl: exists and is not a report of `egcfg-tui compare`" in outcome.stderr
    assert Path("mine.jsonl").read_bytes() == Path(bench, "records.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("out", "told"), [("mine", "is a folder"), ("nowhere/report", "there is no folder nowhere")]
)
def test_a_place_that_cannot_take_a_report_is_told(
    command_line: CommandLine, bench: str, out: str, told: str
) -> None:
    outcome = command_line("compare", bench, "--out", out)
    assert (outcome.code, outcome.stdout) == (ExitCode.MODEL_OR_DATA, "")
    assert told in outcome.stderr


def test_links_are_relative_to_the_page(command_line: CommandLine, bench: str) -> None:
    Path("site").mkdir()
    command_line("compare", bench, "--format", "html", "--out", "site/report.html")
    assert 'href="../mine/recordings/set-1-auto-1.jsonl"' not in Path("site/report.html").read_text()
    Path("mine/recordings/set").mkdir()
    Path("mine/recordings/set/1-auto-1.jsonl").touch()
    command_line("compare", bench, "--format", "html", "--out", "site/report.html")
    assert 'href="../mine/recordings/set/1-auto-1.jsonl"' in Path("site/report.html").read_text()


def test_runs_that_are_unlike_are_refused_with_the_next_step(command_line: CommandLine, bench: str) -> None:
    write_bench(Path("other"), ROWS, budget_s=10.0)
    outcome = command_line("compare", bench, "other", "--common")
    assert (outcome.code, outcome.stdout) == (ExitCode.MODEL_OR_DATA, "")
    assert outcome.stderr == (
        "egcfg-tui: `budget_s` is 25 in mine and 10 in other; it must be the same in all benches: run the "
        "second bench again with `--budget 25`\n"
    )


def test_files_of_records_are_compared(command_line: CommandLine, bench: str) -> None:
    write_bench(Path("before.jsonl"), {"auto": "1100"})
    write_bench(Path("after.jsonl"), {"auto": "1110"})
    values = json.loads(command_line("compare", "before.jsonl", "after.jsonl", "--format", "json").stdout)
    assert [row["model"] for row in values["rows"]] == ["tiny-coder (after)", "tiny-coder (before)"]
    assert values["pairs"][0]["difference"] == 25


def test_common_compares_what_both_have(command_line: CommandLine, bench: str) -> None:
    write_bench(Path("before.jsonl"), {"auto": "110"})
    write_bench(Path("after.jsonl"), {"sample": "1110"})
    assert command_line("compare", "before.jsonl", "after.jsonl").code == ExitCode.MODEL_OR_DATA
    outcome = command_line("compare", "before.jsonl", "after.jsonl", "--common", "--format", "json")
    assert json.loads(outcome.stdout)["exercises"] == 3


def test_a_terminal_is_not_obeyed(command_line: CommandLine, bench: str) -> None:
    write_bench(
        Path("evil"), {"\x1b[2Jm/auto": "11", "\x1b[2Jm/sample": "00"}, ids=("\x1b]0;x\x07", "[red]b")
    )
    outcome = command_line("compare", "evil")
    assert "\x1b" not in outcome.stdout
    assert "\\x1b[2Jm" in outcome.stdout
    assert "[red]b" in outcome.stdout
    for form in ("markdown", "html", "json"):
        assert "\x1b" not in command_line("compare", "evil", "--format", form).stdout
