"""Workers on a real Ray on this machine, one of which is killed; and the error without Ray."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from egcfg_tui.bench.ray_workers import local_count, ray_workers
from egcfg_tui.bench.records import BenchError, Record, read_records

ANSWER = "def total(n):\n    while True:\n        pass\n"
"""Every run of it takes its time, so that a worker can be killed in the middle of a task."""


def test_an_address_is_a_number_of_workers_here_or_that_of_a_cluster() -> None:
    assert local_count("local:2") == 2
    others = ("local", "local:0", "local:-1", "10.0.0.1:6379", "auto")
    assert [local_count(text) for text in others] == [None] * len(others)


def test_without_ray_one_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BenchError, match=r"pip install 'egcfg-tui\[ray\]'"), ray_workers("local:2", 1):
        pass


@pytest.mark.timeout(900)
@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install 'egcfg-tui[ray]'"
)
def test_a_killed_worker_loses_no_task_and_repeats_none(tmp_path: Path) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text(ANSWER)
    command = [
        *(sys.executable, "-m", "egcfg_tui", "bench", "--limit", "4", "--models", f"say:{answer}"),
        *("--methods", "greedy,sample", "--budget-tokens", "3000", "--threads", "1"),
    ]
    subprocess.run([*command, "--out", str(tmp_path / "alone")], check=True, capture_output=True)
    mark = str(uuid.uuid4())
    bench = subprocess.Popen(
        [*command, "--out", str(tmp_path / "many"), "--ray", "local:2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "EGCFG_TEST_MARK": mark},
    )
    while bench.poll() is None and len(records(tmp_path / "many")) < 2:
        time.sleep(0.05)
    killed = _kill_a_worker(mark)
    _, told = bench.communicate()
    assert bench.returncode == 0, told
    assert killed, told
    assert told.count("loading say:") >= 3, "another worker took the place of the killed one"
    alone, many = records(tmp_path / "alone"), records(tmp_path / "many")
    assert len(many) == len(alone) == 8
    for said in ("solution", "outcome", "token_counts", "tests_passed", "seed"):
        assert {r.task: getattr(r, said) for r in many} == {r.task: getattr(r, said) for r in alone}


def records(folder: Path) -> list[Record]:
    path = folder / "records.jsonl"
    return read_records(path) if path.exists() else []


def _kill_a_worker(mark: str) -> bool:
    """Kills one of the workers that the marked bench started."""
    for folder in Path("/proc").iterdir():
        try:
            is_worker = folder.name.isdigit() and b"Solver" in (folder / "cmdline").read_bytes()
            if is_worker and mark.encode() in (folder / "environ").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
                return True
        except OSError:
            continue
    return False
