"""Finding the file of a model by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_models import entry_for, gguf_bytes

from egcfg_tui.models import Catalogue, ModelError, ModelMissingError, ResolvedModel, resolve
from egcfg_tui.models.catalogue import HubSource
from egcfg_tui.models.folders import models_folder

MODEL = gguf_bytes(padding=100)
CATALOGUE = Catalogue("tiny", (entry_for(MODEL, HubSource("org/repo", "tiny.gguf")),))


def put(path: Path, data: bytes = MODEL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def own(data: bytes = MODEL) -> Path:
    return put(models_folder() / "tiny.gguf", data)


def test_an_id_is_found_in_our_own_folder() -> None:
    path = own()
    assert resolve("tiny", CATALOGUE) == ResolvedModel("tiny", path, 512)


def test_an_id_is_found_under_any_name_where_others_keep_models(home: Path) -> None:
    path = put(home / ".lmstudio/models/a/b/renamed.gguf")
    put(home / ".lmstudio/models/a/b/same-size.gguf", bytes(len(MODEL)))
    assert resolve("tiny", CATALOGUE).path == path


def test_a_broken_own_file_does_not_hide_a_sound_one_elsewhere(home: Path) -> None:
    own(b"GGUF too short")
    path = put(home / ".lmstudio/models/a/b/tiny.gguf")
    assert resolve("tiny", CATALOGUE).path == path


def test_a_missing_model_says_where_it_was_looked_for_and_how_to_get_it() -> None:
    with pytest.raises(ModelMissingError) as caught:
        resolve("tiny", CATALOGUE)
    text = str(caught.value)
    assert str(models_folder()) in text
    assert "Hugging Face" in text
    assert text.endswith("Fetch it: egcfg-tui models pull tiny")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (MODEL[:-1], f"has {len(MODEL) - 1} bytes instead of {len(MODEL)}"),
        (b"LFS!" + MODEL[4:], "does not begin like a GGUF file"),
        (MODEL[:-1] + b"\x01", "has the checksum"),
    ],
)
def test_a_broken_file_says_what_is_wrong_with_it(data: bytes, words: str) -> None:
    path = own(data)
    with pytest.raises(ModelError) as caught:
        resolve("tiny", CATALOGUE)
    assert f"model tiny is broken: {path} {words}" in str(caught.value)
    assert str(caught.value).endswith("egcfg-tui models pull tiny")


def test_a_user_entry_whose_file_is_gone_says_so(tmp_path: Path) -> None:
    catalogue = Catalogue("", (entry_for(MODEL, path=tmp_path / "mine.gguf"),))
    with pytest.raises(ModelMissingError, match=r"mine\.gguf is gone\nPut the file back"):
        resolve("tiny", catalogue)
    path = put(tmp_path / "mine.gguf")
    assert resolve("tiny", catalogue).path == path


def test_a_path_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "mine.gguf")
    assert resolve(str(path), CATALOGUE) == ResolvedModel("mine", path, 512)
    monkeypatch.chdir(tmp_path)
    assert resolve("mine.gguf", CATALOGUE).path == Path("mine.gguf")


def test_a_file_of_the_hugging_face_cache_is_named_by_repository(home: Path) -> None:
    path = put(home / ".cache/huggingface/hub/models--org--repo/snapshots/1/m.gguf")
    assert resolve("hf:org/repo/m.gguf", CATALOGUE) == ResolvedModel("hf:org/repo/m.gguf", path, 512)
    with pytest.raises(ModelError, match=r"did you mean hf:org/repo/m\.gguf\?"):
        resolve("hf:org/repo/n.gguf", CATALOGUE)


def test_an_ollama_model_is_named_with_or_without_its_latest_tag(home: Path) -> None:
    manifest = home / ".ollama/models/manifests/registry.ollama.ai/library/coder/latest"
    put(manifest, b'{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:a"}]}')
    path = put(home / ".ollama/models/blobs/sha256-a")
    assert resolve("ollama:coder", CATALOGUE).path == path
    assert resolve("ollama:coder:latest", CATALOGUE).path == path
    other = home / ".ollama/models/manifests/localhost:5000/someone/coder/latest"
    put(other, manifest.read_bytes())
    assert resolve("ollama:localhost:5000/someone/coder", CATALOGUE).path == path
    with pytest.raises(ModelError, match="ollama pull"):
        resolve("ollama:coder:7b", CATALOGUE)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tinny", "unknown model 'tinny'; did you mean tiny?"),
        ("nowhere.gguf", "there is no such file"),
        ("./folder.gguf", "is a folder"),
        ("./text.gguf", "not a GGUF file"),
    ],
)
def test_other_names_are_refused_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.gguf").mkdir()
    put(tmp_path / "text.gguf", b"hello")
    with pytest.raises(ModelError) as caught:
        resolve(name, CATALOGUE)
    assert words in str(caught.value)


def test_a_text_stands_in_for_a_model(tmp_path: Path) -> None:
    path = put(tmp_path / "answer.txt", b"return 1\n")
    assert resolve(f"say:{path}", CATALOGUE) == ResolvedModel(f"say:{path}", path, None, stand_in=True)


@pytest.mark.parametrize(
    ("name", "problem"), [("", "no such file"), ("gone.txt", "no such file"), (".", "folder")]
)
def test_a_text_that_is_not_there_is_told(name: str, problem: str) -> None:
    with pytest.raises(ModelError, match=rf"model say:{name}: .*{problem}; give a text file"):
        resolve(f"say:{name}", CATALOGUE)
