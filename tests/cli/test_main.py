"""Commands are found; every mistake gets one clear message and its exit code, and never a traceback."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.command_line import CommandLine

from egcfg_tui import __version__
from egcfg_tui.cli import dispatch, stdout
from egcfg_tui.cli.dispatch import COMMANDS, Command
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode

PROGRAM = [sys.executable, "-m", "egcfg_tui"]


def in_process(*argv: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command line as a user starts it."""
    return subprocess.run([*PROGRAM, *argv], capture_output=True, encoding="utf-8", timeout=60, **options)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Namespace], Any]], None]:
    """Registers a function as the command `probe`."""

    def register(run: Callable[[Namespace], Any]) -> None:
        module = ModuleType("probe_command")
        module.configure = lambda parser: None  # type: ignore[attr-defined]
        module.run = run  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "probe_command", module)
        monkeypatch.setattr(dispatch, "COMMANDS", (*COMMANDS, Command("probe", "probe_command", "x")))

    return register


def test_version(command_line: CommandLine) -> None:
    outcome = command_line("--version")
    assert (outcome.code, outcome.stdout) == (0, f"egcfg-tui {__version__}\n")


def test_help_names_every_command(command_line: CommandLine) -> None:
    outcome = command_line("--help")
    assert outcome.code == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command.name} +{command.help}$", outcome.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_help_with_examples(command_line: CommandLine, name: str) -> None:
    outcome = command_line(name, "--help")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith(f"usage: egcfg-tui {name}")
    assert f"examples:\n  egcfg-tui {name}" in outcome.stdout


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["solve", "--help"], ["replay", "--help"]])
def test_help_loads_nothing_heavy(argv: list[str]) -> None:
    script = (
        "import sys\n"
        "from egcfg_tui.cli.main import main\n"
        f"code = main({argv!r})\n"
        "heavy = {'textual', 'numpy', 'llama_cpp', 'huggingface_hub'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "sys.exit(code)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["slove"], "unknown command 'slove'; did you mean solve?"),
        (["qqqq"], "unknown command 'qqqq'\n"),
        (["--vresion"], "unknown option --vresion; did you mean --version?"),
        (["--"], "egcfg-tui: "),
        (["replay"], "the following arguments are required: RUN"),
        (["replay", "a", "b"], "unexpected argument 'b'"),
        (["replay", "a", "--sped", "2"], "unknown option --sped; did you mean --speed?"),
        (["replay", "a", "--speed=fast"], "argument --speed: must be a number from 0.01 to 1000, not 'fast'"),
        (
            ["replay", "a", "--format", "jsn"],
            "argument --format: 'jsn' is not one of human, json; did you mean",
        ),
        (["models", "shwo"], "'shwo' is not one of list, show, pull, add; did you mean show?"),
        (["models", "list", "--fromat=json"], "unknown option --fromat; did you mean --format?"),
    ],
)
def test_a_mistyped_command_line_is_told(command_line: CommandLine, argv: list[str], message: str) -> None:
    outcome = command_line(*argv)
    assert outcome.code == ExitCode.USAGE
    assert outcome.stdout == ""
    assert message in outcome.stderr
    assert re.search(r"^See `egcfg-tui.* --help`", outcome.stderr, re.MULTILINE)


def test_options_cannot_be_abbreviated(command_line: CommandLine) -> None:
    assert command_line("replay", "a", "--form", "json").code == ExitCode.USAGE


def test_a_command_error_is_told_once(command_line: CommandLine, command: Any) -> None:
    def run(args: Namespace) -> ExitCode:
        raise CommandError("the sky is green\nLook again.", ExitCode.SANDBOX)

    command(run)
    outcome = command_line("probe")
    assert (outcome.code, outcome.stderr) == (4, "egcfg-tui: the sky is green\nLook again.\n")


def test_an_interrupt_is_one_line(command_line: CommandLine, command: Any) -> None:
    def run(args: Namespace) -> ExitCode:
        raise KeyboardInterrupt

    command(run)
    outcome = command_line("probe")
    assert (outcome.code, outcome.stderr) == (130, "egcfg-tui: interrupted\n")


def test_an_unexpected_error_goes_to_a_private_log_file(
    command_line: CommandLine, command: Any, home: Path
) -> None:
    def run(args: Namespace) -> ExitCode:
        raise ValueError("two\nlines \ud800")

    command(run)
    outcome = command_line("probe")
    assert outcome.code == ExitCode.INTERNAL
    match = re.fullmatch(
        r"egcfg-tui: unexpected error: ValueError: two; details are in (.+\.log)\n", outcome.stderr
    )
    assert match
    log = Path(match[1])
    assert log.is_relative_to(home)
    assert log.stat().st_mode & 0o777 == 0o600
    content = log.read_text()
    assert "Traceback (most recent call last)" in content
    assert "arguments: ['probe']" in content


def test_a_reader_that_went_away_ends_the_command_quietly(command: Any, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([*PROGRAM, "--help"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (ExitCode.BROKEN_PIPE, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([*PROGRAM, "--version"], stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert ended.returncode == ExitCode.MODEL_OR_DATA
    assert ended.stderr == "egcfg-tui: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_no_harm(closed: str) -> None:
    line = f"{sys.executable} -m egcfg_tui --version {closed}"
    ended = subprocess.run(["sh", "-c", line], capture_output=True, encoding="utf-8")
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr


def test_the_module_runs_as_the_program() -> None:
    ended = in_process("replay", "no-such-file.jsonl")
    assert ended.returncode == ExitCode.MODEL_OR_DATA
    assert ended.stderr == (
        "egcfg-tui: no-such-file.jsonl: the recording cannot be read: No such file or directory; "
        "check the path\n"
    )


def test_what_the_encoding_lacks_goes_out_as_an_escape(tmp_path: Path) -> None:
    script = "from egcfg_tui.cli import stdout, stderr; stdout.emit('µ \\ud800'); stderr.narrate('µ \\ud800')"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        encoding="ascii",
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (ended.stdout, ended.stderr) == ("\\xb5 \\ud800\n", "\\xb5 \\ud800\n")


def test_json_is_one_line_of_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    stdout.emit_json({"text": "a\nµ\ud800\u2028"})
    assert capsys.readouterr().out == '{"text": "a\\n\\u00b5\\ud800\\u2028"}\n'


def test_a_terminal_gets_colours(tmp_path: Path) -> None:
    script = (
        "from rich.text import Text\n"
        "from egcfg_tui.cli import stdout\n"
        "stdout.emit_lines([Text('good [b]', 'green')])"
    )
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color"}
    subprocess.run([sys.executable, "-c", script], stdout=theirs, env=env, check=True)
    shown = os.read(ours, 1000)
    os.close(theirs)
    os.close(ours)
    assert shown == b"\x1b[32mgood [b]\x1b[0m\r\n"
