"""Fetching from a hub: a small server in this process, the fetch itself in a fresh one.

The hub library reads its address at import, hence the fresh process; it also has a network of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.fake_hub import DIGEST, MODEL, Hub, address_of
from support.tiny_models import sha256

FETCH = """
import json, sys
from pathlib import Path
from egcfg_tui.models import hub
from egcfg_tui.models.catalogue import Entry, HubSource
from egcfg_tui.models.errors import SourceError
from egcfg_tui.models.download_meter import Meter

size, digest, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
entry = Entry("tiny", "Tiny", "tiny.gguf", size, digest, "MIT", 512)
positions = []
meter = Meter(size, lambda done, total, rate: positions.append(done))
try:
    path = hub.fetch(HubSource("org/repo", "tiny.gguf"), entry, folder, meter)
    print(json.dumps({"path": str(path), "positions": positions}))
except SourceError as error:
    print(json.dumps({"error": str(error)}))
"""


def start(address: str, folder: Path, size: int, digest: str) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, str(size), digest, str(folder)],
        env={**environment, "HF_ENDPOINT": address},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def fetch(address: str, folder: Path, size: int = len(MODEL), digest: str = DIGEST) -> dict[str, Any]:
    with start(address, folder, size, digest) as process:
        output, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")
    answer: dict[str, Any] = json.loads(output)
    return answer


def test_the_file_comes_whole_with_progress(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    answer = fetch(address_of(server), tmp_path / "hub")
    assert Path(answer["path"]).read_bytes() == MODEL
    assert (answer["positions"][0], answer["positions"][-1]) == (0, len(MODEL))


def test_a_download_that_broke_off_goes_on_where_it_stopped(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    folder = tmp_path / "hub"
    Hub.stalls_after = 3_000_000
    with start(address_of(server), folder, len(MODEL), DIGEST) as process:
        assert Hub.stalled.wait(30)
        wait_until(lambda: any(path.stat().st_size for path in folder.rglob("*.gguf")))
        process.kill()
    Hub.requests, Hub.stalls_after = [], None
    answer = fetch(address_of(server), folder)
    assert Path(answer["path"]).read_bytes() == MODEL
    already = answer["positions"][0]
    assert already > 0
    assert [wanted for _, wanted in Hub.requests] == [f"bytes={already}-"]


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_connection_that_breaks_is_made_again(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    Hub.breaks_after = 1_500_000
    answer = fetch(address_of(server), tmp_path / "hub")
    assert Path(answer["path"]).read_bytes() == MODEL
    starts = [int(str(wanted).removeprefix("bytes=").rstrip("-")) for _, wanted in Hub.requests]
    assert len(starts) > 2
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    ("size", "digest", "words"),
    [
        (len(MODEL) + 1, sha256(MODEL), f"has {len(MODEL)} bytes there instead of"),
        (len(MODEL), "0" * 64, "is another version there"),
    ],
)
def test_another_file_is_noticed_before_it_is_fetched(
    server: ThreadingHTTPServer, tmp_path: Path, size: int, digest: str, words: str
) -> None:
    assert words in fetch(address_of(server), tmp_path / "hub", size, digest)["error"]
    assert Hub.requests == []


def test_no_hub_is_known_within_seconds(tmp_path: Path) -> None:
    assert "cannot be reached" in fetch("http://127.0.0.1:9", tmp_path / "hub")["error"]
