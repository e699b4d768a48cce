"""Every solve is kept and can be found again; old ones are removed to make room."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from support.digits_run import EXERCISE, LOADING, OTHER, SOLVE

from egcfg_tui.events import Event
from egcfg_tui.runs import History, RecordedModel, RecordingError, RunNotFound, read_recording
from egcfg_tui.solving.request.solve_request import SolveRequest

MODEL = RecordedModel("tiny-coder")
RUN = (*LOADING, *SOLVE)


def keep(history: History, exercise=EXERCISE, events: tuple[Event, ...] = RUN) -> Path:
    """One solve, kept."""
    with history.begin(SolveRequest(exercise, seed=7), MODEL) as recorder:
        for event in events:
            recorder.record(event)
    return recorder.path


def test_a_run_is_listed_with_what_came_of_it(tmp_path: Path) -> None:
    history = History(tmp_path / "runs")
    path = keep(history)
    (run,) = history.runs()
    assert (run.id, run.path) == (path.stem, path)
    assert (run.exercise, run.title, run.method, run.model) == (
        "digit_sum",
        EXERCISE.title,
        "auto",
        "tiny-coder",
    )
    assert (run.solved, run.seed) == (True, 7)
    assert run.size_bytes == path.stat().st_size
    assert read_recording(path).header.exercise == EXERCISE


def test_a_run_that_was_killed_is_listed_as_unfinished(tmp_path: Path) -> None:
    history = History(tmp_path)
    path = keep(history, events=RUN[:-2])
    with path.open("ab") as file:
        file.write(b'{"t": 1.0, "event": "LineCh')
    (run,) = history.runs()
    assert (run.solved, run.wall_s, run.reason) == (None, None, "")


def test_runs_of_one_second_are_kept_apart_newest_first(tmp_path: Path) -> None:
    history = History(tmp_path)
    paths = {keep(history) for _ in range(3)}
    assert len(paths) == 3
    ids = [run.id for run in history.runs()]
    assert ids == sorted(ids, reverse=True)


def test_words_choose_runs_whatever_their_capitals(tmp_path: Path) -> None:
    history = History(tmp_path)
    keep(history)
    keep(history, OTHER, RUN[:1])
    assert [run.exercise for run in history.runs(["DIGIT"])] == ["digit_sum"]
    assert [run.exercise for run in history.runs(["unfinished"])] == ["balanced"]
    assert history.runs(["digit", "unfinished"]) == []


def test_a_run_is_found_by_id_by_its_beginning_and_as_the_latest(tmp_path: Path) -> None:
    history = History(tmp_path)
    keep(history)
    (run,) = history.runs()
    assert history.find(run.id) == history.find(run.id[:10]) == history.find("latest") == run


def test_a_name_that_names_no_run_or_several_is_told(tmp_path: Path) -> None:
    history = History(tmp_path)
    with pytest.raises(RunNotFound, match="no run is kept yet"):
        history.find("latest")
    keep(history)
    keep(history)
    with pytest.raises(RunNotFound, match="2 runs begin with '20'"):
        history.find("20")
    with pytest.raises(RunNotFound, match="`egcfg-tui runs list`"):
        history.find("x")


def test_the_oldest_runs_make_room(tmp_path: Path) -> None:
    size = keep(History(tmp_path / "one")).stat().st_size
    history = History(tmp_path / "many", max_bytes=3 * size)
    paths = [keep(history) for _ in range(6)]
    assert all(path.exists() for path in paths[-3:])
    assert sum(path.stat().st_size for path in history.folder.iterdir()) <= 4 * size


def test_a_foreign_file_in_the_folder_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text('{"a": 1}\n')
    (tmp_path / "broken.jsonl").write_bytes(b"\xff\n")
    (tmp_path / "empty.jsonl").touch()
    assert History(tmp_path).runs() == []


def test_a_folder_that_cannot_be_made_is_named_with_the_way_around(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match=r"file/runs: the run cannot be kept.*--no-record"):
        History(tmp_path / "file" / "runs").begin(SolveRequest(EXERCISE), MODEL)


def test_an_exercise_id_becomes_a_safe_file_name(tmp_path: Path) -> None:
    path = keep(History(tmp_path), dataclasses.replace(EXERCISE, id="../../HumanEval/3 é"))
    assert path.parent == tmp_path
    assert path.stem.endswith("-HumanEval-3")
