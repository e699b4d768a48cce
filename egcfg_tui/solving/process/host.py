"""Runs a service in a child process, so that native code can neither crash the front end nor block it.

A module-level factory makes the service; this module does not know what it does. A job is sent through a pipe
and its messages come back one by one. Commands may follow at any time, and a shared `StopFlag` reaches native
code directly.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Protocol

from egcfg_tui.engine.api import EngineDied
from egcfg_tui.engine.stop_flag import StopFlag

_CLOSE_GRACE_S: Final = 2.0


class Inbox:
    """The commands in the child: the service looks for them between tokens."""

    def __init__(self, connection: Connection, stop: StopFlag) -> None:
        self._connection = connection
        self.stop = stop

    def poll(self) -> Any | None:
        """The next command, or None if there is none."""
        return self._connection.recv() if self._connection.poll(0) else None

    def wait(self, timeout_s: float) -> Any | None:
        """Waits for the next command; None if none comes within `timeout_s` seconds."""
        return self._connection.recv() if self._connection.poll(timeout_s) else None


class Service(Protocol):
    """The service in the child."""

    def opened(self) -> Iterator[Any]:
        """Starts the service (loads a model) and yields messages; the first job comes afterwards."""

    def handle(self, job: Any, inbox: Inbox) -> Iterator[Any]:
        """Does one job and yields its messages."""

    def close(self) -> None:
        """Frees everything that the service holds."""


class _End:
    """Marks the end of one job's messages."""


class _Job:
    """Marks a job, so that a late command is not mistaken for one."""

    def __init__(self, content: Any) -> None:
        self.content = content


class Host:
    """The parent's end: one child process, one job at a time.

    `factory(config, stop)` is called in the child and must be importable there. The child's output and log go
    to `log_path`, or nowhere if it is None or cannot be written. `niceness` is added to the child's own, so
    that the parent goes first. `request` raises `EngineDied` if the child ends during the job.
    """

    def __init__(
        self,
        factory: Callable[[Any, StopFlag], Service],
        config: Any,
        log_path: Path | None,
        *,
        niceness: int = 0,
    ) -> None:
        self._factory = factory
        self._config = config
        self._log_path = log_path
        self._niceness = niceness
        self._context = multiprocessing.get_context("spawn")
        self._stop = StopFlag(self._context)
        self._send_lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The child's process id, None before the start."""
        return self._process.pid if self._process is not None else None

    def start(self) -> Iterator[Any]:
        """Spawns the child in place of an earlier one; yields the messages of the service's start."""
        self.close()
        self._stop.clear()
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=_serve,
            args=(self._factory, self._config, theirs, self._stop, self._log_path, self._niceness),
            name="egcfg-engine",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        return self._messages()

    def request(self, job: Any) -> Iterator[Any]:
        """Sends a job; yields its messages."""
        self._stop.clear()
        self.command(_Job(job))
        return self._messages()

    def command(self, command: Any) -> None:
        """Sends a command to the job in flight; does nothing if the child is gone: `request` will raise."""
        if self._connection is not None:
            with self._send_lock, contextlib.suppress(OSError, ValueError):
                self._connection.send(command)

    def stop(self) -> None:
        """Aborts the decode in flight and asks the job to end."""
        self._stop.set()

    def kill(self) -> None:
        """Kills the child if there is one; `request` and `start` then raise `EngineDied`."""
        process = self._process
        if process is not None and process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Ends the child: asks it to end, and kills it after two seconds."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is None:
            return
        self._stop.set()
        if connection is not None:
            connection.close()
        process.join(_CLOSE_GRACE_S)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()

    def _messages(self) -> Iterator[Any]:
        process, connection = self._process, self._connection
        if process is None or connection is None:
            raise EngineDied("the engine is not running; start it first")
        while True:
            try:
                wait([connection, process.sentinel])
                # Messages that the child sent before it died are still read.
                if connection.poll(0):
                    message = connection.recv()
                    if isinstance(message, _End):
                        return
                    yield message
                    continue
            except (EOFError, OSError, ValueError):
                pass
            if self._process is not process:
                raise EngineDied("the engine was closed")
            process.join(_CLOSE_GRACE_S)
            raise EngineDied(_death_reason(process.exitcode, self._log_path))


def _death_reason(exit_code: int | None, log_path: Path | None) -> str:
    """Why the child is gone, in words, with the next step."""
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        cause = f"was killed by {name}"
        if -exit_code == signal.SIGKILL:
            cause += " (often because the machine ran out of memory; try a smaller model or --context)"
    else:
        cause = f"ended with code {exit_code}"
    log = f"read {log_path}" if log_path else "see `egcfg-tui doctor` on why there is no log"
    return f"the engine's process {cause}; start it again, or {log}"


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _serve(
    factory: Callable[[Any, StopFlag], Service],
    config: Any,
    connection: Connection,
    stop: StopFlag,
    log_path: Path | None,
    niceness: int,
) -> None:
    """The main function of the child: sends output to the log and does jobs until the pipe closes.

    The parent handles interrupts and hang-ups of the terminal, and asks the child for a stop. If the parent
    is killed, the child ends too, even during a long decode, so that its memory is free for the next process.
    """
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.nice(niceness)
    log = _open_log(log_path)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    inbox = Inbox(connection, stop)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        service = factory(config, stop)
        try:
            for message in service.opened():
                connection.send(message)
            connection.send(_End())
            while True:
                received = connection.recv()
                if not isinstance(received, _Job):
                    continue
                for message in service.handle(received.content, inbox):
                    connection.send(message)
                connection.send(_End())
        finally:
            service.close()


def _open_log(path: Path | None) -> int:
    """A file descriptor for the log; that of the null device if no log can be written."""
    if path is not None:
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.open(os.devnull, os.O_WRONLY)
