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


class Tmux:
    """A server of tmux of its own, with one window of 120x36 cells."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def run(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout

    def open(self, *command: str) -> None:
        """Starts a program; its window stays when it ends."""
        self.run("new-session", "-d", "-x", "120", "-y", "36", *command)
        self.run("set-option", "-g", "remain-on-exit", "on")

    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    def press(self, key: str) -> None:
        self.run("send-keys", key)

    def exit_code(self) -> int | None:
        """The program's exit code; None while it runs."""
        dead, _, code = self.run("display-message", "-p", "#{pane_dead} #{pane_dead_status}").partition(" ")
        return int(code) if dead == "1" else None

    def wait_for(self, seen: Callable[[str], object]) -> str:
        """Waits until the screen shows what is looked for."""
        ends_s = time.monotonic() + PATIENCE_S
        while not seen(screen := self.screen()):
            assert self.exit_code() is None, f"the program ended:\n{screen}"
            assert time.monotonic() < ends_s, f"not seen within {PATIENCE_S:g} s:\n{screen}"
            time.sleep(LOOK_S)
        return screen


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    server = Tmux(tmp_path / "tmux")
    yield server
    subprocess.run(["tmux", "-S", str(tmp_path / "tmux"), "kill-server"], capture_output=True, check=False)


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
