"""Finding models that other programs have put on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.tiny_models import gguf_bytes

from egcfg_tui.models.found import find_all


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf_bytes())
    return path


def references() -> list[str]:
    return [row.reference for row in find_all()]


def put_ollama(folder: Path, manifest: str, layers: object) -> None:
    path = folder / "manifests" / manifest
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"layers": layers}))
    for digest in ("abc", "own", "mirrored"):
        put(folder / "blobs" / f"sha256-{digest}")


MODEL_LAYER = {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:abc"}
OWN_LAYER = MODEL_LAYER | {"digest": "sha256:own"}
MIRRORED_LAYER = MODEL_LAYER | {"digest": "sha256:mirrored"}
OTHER_LAYER = {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:def"}


def test_an_empty_home_holds_no_models() -> None:
    assert find_all() == []


def test_files_of_every_program_are_found_at_their_usual_places(home: Path) -> None:
    put(home / ".cache/huggingface/hub/models--org--some--repo/snapshots/abc/q4/m.gguf")
    put_ollama(home / ".ollama/models", "registry.ollama.ai/library/coder/7b", [OTHER_LAYER, MODEL_LAYER])
    plain = [
        put(home / ".local/share/egcfg-tui/models/own.gguf"),
        put(home / ".cache/llama.cpp/cached.gguf"),
        put(home / ".lmstudio/models/org/repo/studio.gguf"),
    ]
    assert references() == [*map(str, plain), "hf:org/some--repo/q4/m.gguf", "ollama:coder:7b"]


@pytest.mark.parametrize(
    ("variable", "file", "reference"),
    [
        ("EGCFG_MODELS_DIR", "x.gguf", None),
        ("LLAMA_CACHE", "x.gguf", None),
        ("HF_HUB_CACHE", "models--o--r/snapshots/1/x.gguf", "hf:o/r/x.gguf"),
        ("HF_HOME", "hub/models--o--r/snapshots/1/x.gguf", "hf:o/r/x.gguf"),
    ],
)
def test_the_programs_own_variables_move_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, file: str, reference: str | None
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    path = put(tmp_path / file)
    assert references() == [reference or str(path)]


def test_ollama_names_are_those_that_ollama_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path))
    put_ollama(tmp_path, "registry.ollama.ai/someone/coder/latest", [MODEL_LAYER])
    put_ollama(tmp_path, "hf.co/someone/Tiny-GGUF/Q4_K_M", [OWN_LAYER])
    put_ollama(tmp_path, "localhost:5000/library/coder/7b", [MIRRORED_LAYER])
    assert references() == [
        "ollama:hf.co/someone/Tiny-GGUF:Q4_K_M",
        "ollama:localhost:5000/library/coder:7b",
        "ollama:someone/coder:latest",
    ]


@pytest.mark.parametrize("layers", [[], [OTHER_LAYER], [{}], "x", [3], None])
def test_odd_manifests_are_passed_over(home: Path, layers: object) -> None:
    put_ollama(home / ".ollama/models", "registry.ollama.ai/library/coder/7b", layers)
    assert references() == []


def test_unfinished_downloads_are_passed_over(home: Path) -> None:
    put(home / ".local/share/egcfg-tui/models/.partial/tiny/packages/joined.gguf")
    assert references() == []


def test_a_file_reached_in_two_ways_is_named_once(home: Path) -> None:
    own = put(home / ".local/share/egcfg-tui/models/own.gguf")
    link = home / ".lmstudio/models/link.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(own)
    assert references() == [str(own)]
