"""A pull in a process of its own: it reports its progress, and ends at once when it is cancelled."""

from __future__ import annotations

import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from support.fake_hub import MODEL, Hub, address_of

from egcfg_tui.models import ModelError, resolve
from egcfg_tui.models.background_pull import BackgroundPull, PullEnded, PullEvent, PullProgress
from egcfg_tui.models.folders import models_folder
from egcfg_tui.models.found import find_all
from egcfg_tui.models.removing import remove

NAME = "hf:org/repo/tiny.gguf"


@pytest.fixture
def hub(server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> ThreadingHTTPServer:
    monkeypatch.setenv("HF_ENDPOINT", address_of(server))
    return server


@pytest.mark.usefixtures("hub")
def test_a_file_of_the_hub_is_pulled_by_its_name_and_found_by_it() -> None:
    *told, ended = BackgroundPull(NAME).events()
    path = models_folder() / "hf/org/repo/tiny.gguf"
    assert ended == PullEnded(path=path)
    progress = [event for event in told if isinstance(event, PullProgress)]
    assert progress[-1].done_bytes == progress[-1].total_bytes == len(MODEL)
    assert resolve(NAME).path == path
    assert [found.reference for found in find_all()] == [NAME]
    remove(path)
    with pytest.raises(ModelError, match=r"models pull hf:org/repo/tiny\.gguf"):
        resolve(NAME)


@pytest.mark.usefixtures("hub")
def test_a_cancel_ends_a_silent_transfer_and_the_next_pull_goes_on_from_there() -> None:
    Hub.stalls_after = 2_500_000
    pull = BackgroundPull(NAME)
    told: list[PullEvent] = []
    following = threading.Thread(target=lambda: told.extend(pull.events()))
    following.start()
    assert Hub.stalled.wait(30)
    while sum(path.stat().st_size for path in models_folder().rglob("*.gguf")) < 2_000_000:
        time.sleep(0.05)
    pull.cancel()
    following.join()
    assert told[-1] == PullEnded()
    Hub.stalls_after, Hub.requests = None, []
    assert list(BackgroundPull(NAME).events())[-1].path  # type: ignore[union-attr]
    assert int(str(Hub.requests[0][1]).removeprefix("bytes=").rstrip("-")) >= 2_000_000
    assert not [path for path in (models_folder() / ".partial").iterdir() if path.is_dir()]


def test_without_a_hub_the_reason_and_the_next_step_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    (ended,) = BackgroundPull(NAME).events()
    assert isinstance(ended, PullEnded)
    assert "cannot be reached" in ended.error
    assert "HF_ENDPOINT" in ended.error


@pytest.mark.parametrize(
    "name", ["no-such-model", "hf:tiny.gguf", "hf:org/repo/../../x.gguf", "hf:org/repo/x.bin"]
)
def test_a_name_that_is_none_is_told(name: str) -> None:
    (ended,) = BackgroundPull(name).events()
    assert isinstance(ended, PullEnded)
    assert name in ended.error


def test_a_pull_that_was_cancelled_before_it_began_starts_nothing() -> None:
    pull = BackgroundPull(NAME)
    pull.cancel()
    assert list(pull.events()) == [PullEnded()]
    assert not models_folder().exists()


def test_files_of_other_programs_are_not_removed(tmp_path: Path) -> None:
    file = tmp_path / "other.gguf"
    file.write_bytes(b"")
    with pytest.raises(ModelError, match="another program"):
        remove(file)
    assert file.exists()
