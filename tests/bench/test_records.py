"""Records are read as they were written; an error about damage names file and line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bench_records import record

from egcfg_tui.bench.records import BenchError, Outcome, Record, append, latest, mend_end, read_records

THREE = (record("a"), record("b", Outcome.WRONG), record("c", Outcome.BUDGET, solution="\ud800\u2028"))


def write(path: Path, records: Iterable[Record]) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for one in records:
        append(descriptor, one)
    os.close(descriptor)
    return path


def change_line(path: Path, number: int, old: str, new: str) -> None:
    lines = path.read_text("ascii").splitlines()
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new)
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "records.jsonl", THREE)


def test_records_come_back_whole_and_in_order(path: Path) -> None:
    assert read_records(path) == list(THREE)


def test_a_line_is_an_object_with_the_keys_in_their_order(path: Path) -> None:
    first = json.loads(path.read_text().splitlines()[0])
    assert list(first)[:7] == ["schema", "exercise", "exercise_sha256", "model", "method", "repeat", "seed"]
    assert (first["schema"], first["outcome"]) == (1, "solved")


@given(st.integers(min_value=0))
def test_wherever_the_last_line_is_torn_the_others_stand_and_can_be_added_to(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = write(tmp_path_factory.mktemp("bench") / "records.jsonl", THREE)
    lines = path.read_bytes().splitlines(keepends=True)
    length = cut % len(lines[-1])
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:length])
    kept = THREE if length == len(lines[-1]) - 1 else THREE[:2]  # all but the newline: the line is whole
    assert read_records(path) == list(kept)
    mend_end(path)
    write(path, [record("d")])
    assert read_records(path) == [*kept, record("d")]


def test_mending_leaves_a_whole_file_and_an_empty_one_alone(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    mend_end(path)
    assert path.read_bytes() == whole
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    mend_end(empty)
    assert empty.read_bytes() == b""


def test_a_torn_line_longer_than_a_block_is_cut_off_whole(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"solution":"' + b"x" * 200_000)
    mend_end(path)
    assert path.read_bytes() == whole


def test_a_line_cut_in_the_middle_of_the_file_is_named(path: Path) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:50], lines[2]]) + "\n")
    with pytest.raises(BenchError, match=r"records\.jsonl, line 2: not valid JSON.*runs again"):
        read_records(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"outcome":"wrong"', '"outcome":"solved"', "it was changed after it was written"),
        ('"outcome":"wrong"', '"outcome":"won"', "outcome should be one of solved, wrong"),
        ('"seed":0', '"seed":"0"', "seed should be a whole number"),
        ('"schema":1', '"schema":2', "schema 2, this version reads schema 1"),
        ('"schema":1,', "", "not a record of a bench"),
        ('"model":"tiny-coder",', "", "model is missing"),
    ],
)
def test_a_line_changed_by_hand_is_named(path: Path, old: str, new: str, told: str) -> None:
    change_line(path, 2, old, new)
    with pytest.raises(BenchError, match=f"line 2: .*{told}"):
        read_records(path)


def test_records_without_a_checksum_are_read(path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps({**line, "checksum": None}) + "\n" for line in lines))
    assert read_records(path) == list(THREE)


def test_keys_of_a_later_version_are_passed_over(path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        del line["checksum"]
    path.write_text("".join(json.dumps({**line, "mood": "good"}) + "\n" for line in lines))
    assert read_records(path) == list(THREE)


def test_a_task_told_twice_is_an_error_that_names_both_lines(path: Path) -> None:
    write(path, [record("b", Outcome.FAILED)])
    with pytest.raises(BenchError, match="line 4: this is a second record of the task of line 2"):
        read_records(path)


def test_the_last_record_that_is_no_fault_counts(path: Path) -> None:
    fault, retried = record("d", Outcome.FAULT), record("d", Outcome.FAILED)
    write(path, [fault, fault, retried, record("e", Outcome.FAULT)])
    counting = latest(read_records(path))
    assert counting[fault.task] == retried
    assert {task.exercise: found.outcome for task, found in counting.items()} == {
        "a": Outcome.SOLVED,
        "b": Outcome.WRONG,
        "c": Outcome.BUDGET,
        "d": Outcome.FAILED,
        "e": Outcome.FAULT,
    }


def test_a_missing_file_is_told_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"none\.jsonl: there is no such file.*egcfg-tui bench"):
        read_records(tmp_path / "none.jsonl")


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, write_all = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda file, data: write_all(file, bytes(data)[:10]))
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    with pytest.raises(OSError, match="in pieces"):
        append(descriptor, record("d"))
    os.close(descriptor)
    assert path.read_bytes() == whole
