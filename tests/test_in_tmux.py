"""The real program in a real terminal: tmux, the default model, a bundled exercise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.model,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux"),
]

PATIENCE_S = 600.0
"""What a slow machine may take to load the model, and to solve."""

LOOK_S = 0.5
EXERCISE = "cheer"
ENDED = "The program ended with"


class Tmux:
    """A server of tmux of its own, with one window of 120x36 cells."""

    def __init__(self) -> None:
        self._command = ("tmux", "-L", f"egcfg-test-{os.getpid()}", "-f", os.devnull)

    def run(self, *arguments: str) -> str:
        command = [*self._command, *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout

    def close(self) -> None:
        """Ends the server with all that runs in it."""
        subprocess.run([*self._command, "kill-server"], capture_output=True, check=False)

    def open(self, *command: str) -> None:
        """Starts a program. When it has ended its window stays, with the exit code in the last line."""
        shell = ("sh", "-c", f'"$@"; echo {ENDED} $?; exec sleep {PATIENCE_S:.0f}', "sh")
        self.run("new-session", "-d", "-x", "120", "-y", "36", *shell, *command)

    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    def press(self, key: str) -> None:
        self.run("send-keys", key)

    def exit_code(self) -> int | None:
        """The program's exit code; None while it runs."""
        _, ended, code = self.screen().rpartition(ENDED)
        return int(code) if ended and code.strip() else None

    def wait_for(self, seen: Callable[[str], object]) -> str:
        """Waits until the screen shows what is looked for."""
        ends_s = time.monotonic() + PATIENCE_S
        while not seen(screen := self.screen()):
            assert self.exit_code() is None, f"the program ended:\n{screen}"
            assert time.monotonic() < ends_s, f"not seen within {PATIENCE_S:g} s:\n{screen}"
            time.sleep(LOOK_S)
        return screen


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    server = Tmux()
    yield server
    server.close()


def test_an_exercise_is_solved_by_guided_lines_and_q_quits(tmux: Tmux, model_path: Path) -> None:
    program = (sys.executable, "-m", "egcfg_tui", "open", EXERCISE)
    tmux.open(*program, "--model", str(model_path), "--method", "egcfg", "--budget", "900")
    tmux.wait_for(lambda screen: "● ready" in screen)
    tmux.press("s")
    tmux.wait_for(lambda screen: "Candidates" in screen and "distinct" in screen)
    screen = tmux.wait_for(lambda screen: "✓ solved" in screen)
    assert "def " in screen
    assert "★" in screen
    tmux.press("q")
    ends_s = time.monotonic() + PATIENCE_S
    while tmux.exit_code() is None and time.monotonic() < ends_s:
        time.sleep(LOOK_S)
    assert tmux.exit_code() == 0
