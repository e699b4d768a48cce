"""Folders of benches and files of records are read; anything else gets an error with the next step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.benches import MODEL, plan_of, write_bench

from egcfg_tui.bench.comparison import compare, compare_paths, read_sources
from egcfg_tui.bench.comparison.sources import distinct_names
from egcfg_tui.bench.records import BenchError

IDS = ("e1", "e2", "e3")


def test_a_plan_says_what_is_still_to_come(tmp_path: Path) -> None:
    bench = write_bench(tmp_path / "mine", {"auto": "1.."}, plan_of(IDS, ["auto", "sample"], repeats=2))
    comparison = compare_paths([bench])
    assert comparison.exercises == IDS
    assert [(row.method, row.tasks, row.missing) for row in comparison.rows] == [
        ("auto", 1, 5),
        ("sample", 0, 6),
    ]
    assert not comparison.complete


def test_without_a_plan_the_records_say_what_there_is(tmp_path: Path) -> None:
    file = write_bench(tmp_path / "old.jsonl", {"auto": ["11", "10"], "sample": ["10", "1."]})
    comparison = compare_paths([file])
    assert comparison.exercises == ("e1", "e2")
    assert [(row.planned, row.missing) for row in comparison.rows] == [(4, 0), (4, 1)]
    assert [row.bench for row in comparison.rows] == ["old", "old"]


def test_a_bench_is_named_by_its_folder(tmp_path: Path) -> None:
    folders = [write_bench(tmp_path / name / "out", {"auto": "1"}) for name in ("before", "after")]
    assert [source.name for source in read_sources(folders)] == ["before/out", "after/out"]
    (source,) = read_sources([folders[0] / "records.jsonl"])
    assert source.name == "out"


def test_names_are_as_short_as_tells_them_apart() -> None:
    paths = [Path("/a/x/records.jsonl"), Path("/a/y.jsonl"), Path("/b/z")]
    assert distinct_names(paths) == ["x", "y", "z"]
    assert distinct_names([Path("/a/x"), Path("/b/x")]) == ["a/x", "b/x"]
    assert distinct_names([Path("/x"), Path("/a/x")]) == ["x", "a/x"]
    assert distinct_names([Path("/")]) == ["/"]


def test_models_that_only_share_a_name_are_told_apart(tmp_path: Path) -> None:
    one = write_bench(tmp_path / "one", {"auto": "11"}, plan_of(IDS[:2], ["auto"]))
    plan = plan_of(IDS[:2], ["greedy"])
    plan = replace(plan, models=(replace(plan.models[0], sha256="b" * 64),))
    other = write_bench(tmp_path / "other", {"greedy": "10"}, plan)
    comparison = compare_paths([one, other])
    assert {row.model for row in comparison.rows} == {f"{MODEL} (one)", f"{MODEL} (other)"}
    assert [row.rsr for row in comparison.rows] == [None, None]
    assert any(note.startswith(f"The benches differ in model {MODEL}: aaaaaaaa") for note in comparison.notes)


def test_machines_that_differ_are_noted(tmp_path: Path) -> None:
    plan = plan_of(IDS[:1], ["auto"])
    slow = replace(plan, machine=replace(plan.machine, processor="Slow one"))
    one, other = (
        write_bench(tmp_path / "a", {"auto": "1"}, plan),
        write_bench(tmp_path / "b", {"auto": "1"}, slow),
    )
    notes = compare(read_sources([one, other])).notes
    assert notes == (
        "The benches differ in machine: Some processor, 2 cores in a and Slow one, 2 cores in b.",
    )


def test_what_is_no_bench_is_told(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"is not a bench: it has neither bench\.json nor records\.jsonl"):
        compare_paths([tmp_path])
    with pytest.raises(BenchError, match=r"nowhere: there is no such file"):
        compare_paths([tmp_path / "nowhere"])
    (tmp_path / "records.jsonl").touch()
    with pytest.raises(BenchError, match="no task has ended yet"):
        compare_paths([tmp_path])


def test_a_bench_that_is_named_twice_is_told(tmp_path: Path) -> None:
    bench = write_bench(tmp_path / "mine", {"auto": "1"})
    with pytest.raises(BenchError, match="is given twice"):
        compare_paths([bench, bench / ".." / "mine"])


def test_records_of_another_bench_are_told(tmp_path: Path) -> None:
    bench = write_bench(tmp_path / "mine", {"auto": "11"}, plan_of(("e1",), ["auto"]))
    with pytest.raises(
        BenchError, match=r"records\.jsonl holds exercise e2, which bench\.json does not plan"
    ):
        compare_paths([bench])


def test_a_record_that_was_edited_is_told_by_file_and_line(tmp_path: Path) -> None:
    bench = write_bench(tmp_path / "mine", {"auto": "10"})
    file = bench / "records.jsonl"
    file.write_text(file.read_text().replace('"outcome":"failed"', '"outcome":"solved"'))
    with pytest.raises(BenchError, match=r"records\.jsonl, line 2: it was changed"):
        compare_paths([bench])
