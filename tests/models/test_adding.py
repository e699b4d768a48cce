"""The user's own catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_models import gguf_bytes

from egcfg_tui.models import ModelError, add, load_catalogue, resolve
from egcfg_tui.models.folders import user_catalogue_file


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "My Coder_Q4.gguf"
    path.write_bytes(gguf_bytes())
    return path


def test_an_added_model_is_resolved_by_its_id_and_stays_where_it_is(model: Path) -> None:
    entry = add(model)
    assert (entry.id, entry.title, entry.licence) == ("my-coder_q4", "Tiny Coder", "mit")
    resolved = resolve("my-coder_q4")
    assert (resolved.path, resolved.context_tokens) == (model, 512)


def test_a_relative_path_is_kept_as_an_absolute_one(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model.parent)
    assert add(Path(model.name), "mine").path == model


def test_what_the_user_wrote_stays_as_it_is(model: Path) -> None:
    add(model, "one")
    file = user_catalogue_file()
    written = "# my models\n" + file.read_text()
    file.write_text(written)
    add(model, "two")
    assert file.read_text().startswith(written)
    assert load_catalogue().ids[-2:] == ("one", "two")


def test_the_catalogue_is_the_users_alone(model: Path) -> None:
    add(model)
    assert user_catalogue_file().stat().st_mode & 0o777 == 0o600
    assert user_catalogue_file().parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("model_id", "words"),
    [("smollm2-135m", "is already in the catalogue; choose another"), ("A b", "'A b' is not an id")],
)
def test_ids_that_cannot_be_are_refused(model: Path, model_id: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        add(model, model_id)
    assert not user_catalogue_file().exists()


def test_files_that_are_no_language_models_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.gguf"
    path.write_bytes(gguf_bytes(tiny__context_length=0))
    with pytest.raises(ModelError, match="is not a language model"):
        add(path)


def test_a_path_that_toml_cannot_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad\udcff.gguf"
    path.write_bytes(gguf_bytes())
    with pytest.raises(ModelError, match="is not UTF-8; rename the file"):
        add(path)
