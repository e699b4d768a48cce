"""A package index of small packages, and a hub with one file."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from support.fake_hub import Hub
from support.tiny_models import make_wheel, sha256

from egcfg_tui.models import packages
from egcfg_tui.models.catalogue import PackageSource, Part

Publish = Callable[[list[bytes]], PackageSource]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, which is the only package index that pip knows."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def publish(index: Path) -> Publish:
    """Publishes pieces of a file as packages and gives the source that joins them."""

    def publish_parts(pieces: list[bytes]) -> PackageSource:
        parts = []
        for number, piece in enumerate(pieces, start=1):
            package = f"tiny-part{number}"
            member = f"tiny_part{number}/data.bin"
            make_wheel(index, package, {member: piece})
            parts.append(Part(package, member, len(piece), sha256(piece)))
        return PackageSource("1.0", tuple(parts))

    return publish_parts


@pytest.fixture
def without_pip(index: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Copies wheels from the index instead of running pip, and lists the requested packages."""
    asked: list[str] = []

    def copy(requirement: str, staging: Path, share: Callable[[float], None]) -> Path:
        asked.append(requirement)
        share(0.5)
        name = requirement.replace("-", "_").replace("==", "-")
        return Path(shutil.copy(index / f"{name}-py3-none-any.whl", staging))

    monkeypatch.setattr(packages, "_download", copy)
    return asked


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Hub.requests, Hub.stalled, Hub.stalls_after = [], threading.Event(), None
    Hub.breaks_after = None
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()
