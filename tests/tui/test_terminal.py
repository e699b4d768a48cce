"""The terminal: what native code writes stays off the screen, and it is left as it was found."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.system.folders import state_folder
from egcfg_tui.tui import terminal

GUARDED = """
import os, sys
from pathlib import Path
from egcfg_tui.tui import terminal
with terminal.guarded_screen(Path(sys.argv[1])):
    os.write(2, b"native\\n")
    print("python", file=sys.stderr)
    terminal.log("logged\\ud800\\n")
    sys.__stderr__.write("screen\\n")
    sys.__stderr__.flush()
os.write(2, b"after\\n")
print("after too", file=sys.stderr)
"""


def guarded(log: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(log)], stderr=subprocess.PIPE, text=True, check=True
    )
    return done.stderr


def test_only_the_screen_reaches_the_terminal_while_it_is_guarded(tmp_path: Path) -> None:
    log = tmp_path / "state" / "tui.log"
    assert guarded(log) == "screen\nafter\nafter too\n"
    assert log.read_text() == "native\npython\nlogged\\ud800\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


def test_a_log_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert guarded(tmp_path / "file" / "tui.log") == "screen\nafter\nafter too\n"


def test_a_long_log_is_begun_anew(tmp_path: Path) -> None:
    log = tmp_path / "tui.log"
    log.write_bytes(b"x" * (terminal.LOG_BYTES + 1))
    guarded(log)
    assert log.stat().st_size < 100


def test_without_a_terminal_the_message_says_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(terminal.NoTerminalError, match=r"needs a terminal.*egcfg-tui solve"):
        terminal.require_terminal()


def test_a_browser_needs_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    terminal.require_terminal()


class Screen:
    """The program on a terminal of 80x24 cells; `script` is run in its place."""

    def __init__(self, *arguments: str, script: str | None = None) -> None:
        self.fd, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes = termios.tcgetattr(other)
        self._other = other
        environment = {**os.environ, "TERM": "xterm-256color", "LINES": "24", "COLUMNS": "80"}
        program = ["-m", "egcfg_tui"] if script is None else ["-c", script]
        command = [sys.executable, *program, *arguments]
        self.process = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=environment)
        self.seen = b""

    def read_until(self, text: bytes, timeout_s: float = 30.0) -> None:
        deadline = time.monotonic() + timeout_s
        while text not in self.seen:
            assert time.monotonic() < deadline, f"{text!r} never came; last: {self.seen[-2000:]!r}"
            if select.select([self.fd], [], [], 0.1)[0]:
                self.seen += os.read(self.fd, 65536)

    def wait(self, timeout_s: float = 20.0) -> int:
        deadline = time.monotonic() + timeout_s
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "the program does not end"
            if select.select([self.fd], [], [], 0.1)[0]:
                self.seen += os.read(self.fd, 65536)
        while select.select([self.fd], [], [], 0.1)[0]:
            self.seen += os.read(self.fd, 65536)
        return self.process.returncode

    def close(self) -> list[object]:
        modes = termios.tcgetattr(self._other)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._other)
        os.close(self.fd)
        return modes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_leaves_the_terminal_as_it_was(tmp_path: Path, number: signal.Signals) -> None:
    screen = Screen("open", "--model", str(tmp_path / "none.gguf"))
    try:
        screen.read_until(b"no model")
        screen.process.send_signal(number)
        assert screen.wait() == 0
        assert b"\x1b[?1049l" in screen.seen
    finally:
        modes = screen.close()
    assert modes == screen.modes


def test_a_window_that_is_closed_ends_the_workbench(tmp_path: Path) -> None:
    screen = Screen("open", "--model", str(tmp_path / "none.gguf"))
    screen.read_until(b"no model")
    os.close(screen.fd)
    os.close(screen._other)
    screen.process.wait(60)
    assert not list(state_folder().glob("logs/*"))
    assert (state_folder() / "tui.log").read_bytes() == b""


@pytest.mark.parametrize("data", [b"\x1b[M \xc80", b"\x1b[M q0", b"t\xe9t", b"\xff\xfe\xc3"])
def test_bytes_that_are_no_utf_8_end_nothing(tmp_path: Path, data: bytes) -> None:
    screen = Screen("open", "--model", str(tmp_path / "none.gguf"))
    try:
        screen.read_until(b"no model")
        os.write(screen.fd, data)
        os.write(screen.fd, b"?")
        screen.read_until(b"esc closes")
        screen.process.send_signal(signal.SIGTERM)
        assert screen.wait() == 0
    finally:
        screen.close()
    assert (state_folder() / "tui.log").read_bytes() == b""


BREAKS = """
import sys
from egcfg_tui.cli.main import main
from egcfg_tui.tui.app import WorkbenchApp

def breaks(app):
    if sys.argv[1] == "message":
        raise ZeroDivisionError("by accident")
    app.panic("by accident")

WorkbenchApp.action_help = breaks
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("where", ["message", "elsewhere"])
def test_an_error_that_nobody_foresaw_names_the_log_that_tells_of_it(tmp_path: Path, where: str) -> None:
    screen = Screen(where, "open", "--model", str(tmp_path / "none.gguf"), script=BREAKS)
    try:
        screen.read_until(b"no model")
        os.write(screen.fd, b"?")
        assert screen.wait() == ExitCode.INTERNAL
    finally:
        screen.close()
    log = state_folder() / "tui.log"
    assert "by accident" in log.read_text()
    told = screen.seen.decode(errors="replace").rpartition("\x1b[?1049l")[2]
    assert "unexpected error: the workbench ended; details are in" in told
    assert log.name in told


def test_the_workbench_opens_without_a_model_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    screen = Screen("open", "--model", str(tmp_path / "none.gguf"))
    try:
        screen.read_until(b"no model")
        os.write(screen.fd, b"q")
        assert screen.wait() == 0
        assert b"\x1b[?1049h" in screen.seen
        assert b"\x1b[?1049l" in screen.seen
        assert b"Traceback" not in screen.seen
    finally:
        modes = screen.close()
    assert modes == screen.modes


def test_drawing_on_a_terminal_that_is_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = terminal.ScreenStream(os.fdopen(writing, "wb"), encoding="utf-8")
    for _ in range(20):
        assert stream.write(100_000 * "x") == 100_000
        stream.flush()
    with contextlib.suppress(OSError):
        stream.close()
