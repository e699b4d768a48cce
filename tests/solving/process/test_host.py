"""The child process: jobs, commands, stops, deaths."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from egcfg_tui.engine.api import EngineDied
from egcfg_tui.engine.stop_flag import StopFlag
from egcfg_tui.solving.process.host import Host, Inbox


class Parrot:
    """A service without a model: it answers a job by the job's name."""

    def __init__(self, config: str, stop: StopFlag) -> None:
        self.config = config

    def opened(self) -> Iterator[Any]:
        if self.config == "dies":
            os._exit(7)
        yield f"opened {self.config}"

    def handle(self, job: Any, inbox: Inbox) -> Iterator[Any]:
        if job == "count":
            yield from range(5)
        elif job == "print":
            os.write(1, b"to fd 1\n")
            yield "printed"
        elif job == "killed":
            yield "last words"
            os.kill(os.getpid(), signal.SIGKILL)
        elif job == "until stopped":
            yield os.getpid()
            while not inbox.stop.is_set:
                time.sleep(0.01)
            yield "stopped"
        elif job == "listen":
            yield inbox.wait(10)

    def close(self) -> None:
        pass


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at /proc")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(Parrot, "polly", tmp_path / "state" / "engine.log")
    assert list(host.start()) == ["opened polly"]
    yield host
    host.close()


def test_jobs_are_answered_one_after_another(host: Host) -> None:
    assert list(host.request("count")) == [0, 1, 2, 3, 4]
    assert list(host.request("count")) == [0, 1, 2, 3, 4]


def test_output_goes_to_the_log_and_not_to_the_terminal(
    host: Host, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert list(host.request("print")) == ["printed"]
    assert "to fd 1" in (tmp_path / "state" / "engine.log").read_text()
    assert capfd.readouterr() == ("", "")


def test_a_stop_reaches_the_job_and_the_next_one_starts_clean(host: Host) -> None:
    for _ in range(2):
        messages = host.request("until stopped")
        next(messages)
        host.stop()
        assert list(messages) == ["stopped"]


def test_commands_reach_the_job_in_flight_and_late_ones_are_no_jobs(host: Host) -> None:
    messages = host.request("listen")
    host.command({"gamma": 2})
    assert list(messages) == [{"gamma": 2}]
    host.command("count")
    assert list(host.request("count")) == [0, 1, 2, 3, 4]


def test_a_killed_child_is_reported_after_its_last_words_and_can_be_replaced(host: Host) -> None:
    messages = host.request("killed")
    assert next(messages) == "last words"
    with pytest.raises(EngineDied, match=r"killed by SIGKILL .*memory"):
        next(messages)
    assert not host.alive
    assert list(host.start()) == ["opened polly"]
    assert list(host.request("count")) == [0, 1, 2, 3, 4]


def test_interrupts_of_the_terminal_are_left_to_the_parent(host: Host) -> None:
    messages = host.request("until stopped")
    os.kill(next(messages), signal.SIGINT)
    time.sleep(0.2)
    assert host.alive
    host.stop()
    assert list(messages) == ["stopped"]


def test_a_child_that_dies_while_opening_is_reported(tmp_path: Path) -> None:
    host = Host(Parrot, "dies", tmp_path / "engine.log")
    with pytest.raises(EngineDied, match="ended with code 7"):
        list(host.start())
    host.close()


def test_a_job_without_a_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineDied, match="start it first"):
        list(Host(Parrot, "x", tmp_path / "engine.log").request("count"))


def test_closing_while_a_job_is_read_ends_the_reading(host: Host) -> None:
    messages = host.request("until stopped")
    next(messages)
    host.close()
    with pytest.raises(EngineDied):
        list(messages)
    assert not host.alive


@needs_proc
def test_a_child_ends_with_its_killed_parent_in_the_middle_of_a_job(tmp_path: Path) -> None:
    read, write = os.pipe()
    parent = os.fork()
    if not parent:
        host = Host(Parrot, "polly", tmp_path / "engine.log")
        list(host.start())
        os.write(write, str(next(host.request("until stopped"))).encode())
        signal.pause()
    child = int(os.read(read, 20))
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    while _runs(child):
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_killed_child_is_told_and_can_be_replaced(host: Host) -> None:
    messages = host.request("until stopped")
    next(messages)
    host.kill()
    with pytest.raises(EngineDied, match="killed by SIGKILL"):
        list(messages)
    host.kill()  # nobody is there
    assert list(host.start()) == ["opened polly"]


@pytest.mark.parametrize("place", [None, "file/engine.log"])
def test_a_log_that_cannot_be_had_is_done_without(tmp_path: Path, place: str | None) -> None:
    (tmp_path / "file").touch()
    host = Host(Parrot, "polly", None if place is None else tmp_path / place)
    assert list(host.start()) == ["opened polly"]
    assert list(host.request("print")) == ["printed"]
    with pytest.raises(EngineDied, match=r"start it again, or (see `egcfg-tui doctor`|read )"):
        list(host.request("killed"))
    host.close()


def test_the_child_steps_back_behind_its_parent(tmp_path: Path) -> None:
    host = Host(Parrot, "polly", tmp_path / "engine.log", niceness=3)
    try:
        list(host.start())
        assert host.pid is not None
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, host.pid) == min(19, own + 3)
    finally:
        host.close()
