"""Fetches a model file from the Hugging Face hub.

The hub library handles addresses, tokens, proxies and offline mode. The download itself is ours, because the
library's own starts from zero after an interruption.
"""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path
from typing import Any, Final

from egcfg_tui.models.catalogue import Entry, HubSource
from egcfg_tui.models.download_meter import Meter
from egcfg_tui.models.errors import ModelError, SourceError
from egcfg_tui.models.space import ensure_space

_ANSWER_S: Final = 4.0
"""How long the hub may take for a first answer. Otherwise a silent name server costs half a minute."""

_STALL_S: Final = 20.0
"""How long a download may give no new byte before it is tried again."""

_TRIES: Final = 3
"""After this many tries in a row without a new byte the hub counts as unreachable."""

_PAUSE_S: Final = 1.0
_CHUNK_BYTES: Final = 1 << 20
PREFIX: Final = "hf:"
"""The beginning of a reference to a file in the hub."""

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+-]*", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def entry_of(reference: str) -> Entry:
    """The entry of the file `hf:org/repo/file`. Asks the hub for the file's size and checksum.

    Raises `ModelError` within seconds if there is no such file or the hub does not answer.
    """
    parts = reference.removeprefix(PREFIX).split("/")
    if len(parts) < 3 or not all(_NAME.fullmatch(part) for part in parts) or not parts[-1].endswith(".gguf"):
        raise ModelError(
            f"{reference!r} does not name a .gguf file; write hf:org/repo/file.gguf, as on the hub's page"
        )
    source = HubSource("/".join(parts[:2]), "/".join(parts[2:]))
    try:
        answer = _ask(source)
    except SourceError as error:
        raise ModelError(
            f"{reference} cannot be fetched: {source} {error}\n"
            "Check name and network; HF_ENDPOINT names another hub, HF_TOKEN opens closed repositories. "
            "Models of the catalogue may come from elsewhere: egcfg-tui models list"
        ) from error
    if not answer.size:
        raise ModelError(f"{reference} cannot be fetched: {source} does not say how large the file is")
    known = _SHA256.fullmatch(answer.etag or "")
    return Entry(
        id=reference,
        title=parts[-1],
        file=str(Path("hf", *parts)),
        size_bytes=answer.size,
        sha256=known[0] if known else "",
        licence="unknown",
        context_tokens=0,
        sources=(source,),
    )


def fetch(source: HubSource, entry: Entry, folder: Path, meter: Meter) -> Path:
    """Downloads the file into `folder` and returns its path; an interrupted download is continued.

    Raises `SourceError` when the hub cannot deliver the file, `OSError` when the disk cannot take it.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # the library reads it at its import
    _ensure_same_file(source, entry)
    path = folder / "download.gguf"
    path.touch()
    if path.stat().st_size > entry.size_bytes:
        path.write_bytes(b"")
    done_bytes = path.stat().st_size
    ensure_space(folder, entry.size_bytes - done_bytes)
    meter.start(done_bytes)
    fruitless = 0
    while done_bytes < entry.size_bytes:
        reason = _go_on(source, path, meter)
        gained = path.stat().st_size - done_bytes
        done_bytes += gained
        fruitless = 0 if gained > 0 else fruitless + 1
        if fruitless == _TRIES:
            raise SourceError(reason)
        if fruitless:
            time.sleep(_PAUSE_S)
    return path


def _go_on(source: HubSource, path: Path, meter: Meter) -> str:
    """Appends the missing bytes until the end or an interruption; returns in words why it ended."""
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # exported lazily

    headers = {"Range": f"bytes={path.stat().st_size}-", "Accept-Encoding": "identity"}
    try:
        with (
            path.open("ab") as file,
            get_session().stream(
                "GET",
                hf_hub_url(source.repo, source.file),
                headers={**build_hf_headers(), **headers},
                follow_redirects=True,
                timeout=_STALL_S,
            ) as response,
        ):
            response.raise_for_status()
            if response.status_code != 206:
                file.truncate(0)  # the server ignores the range and sends the whole file
            for chunk in response.iter_bytes(_CHUNK_BYTES):
                file.write(chunk)
                meter.at(file.tell())
    except OSError as error:
        if error.filename or error.errno:
            raise  # an error of the disk, not of the network
        return _first_line(error)
    except Exception as error:
        return _first_line(error)
    return "the transfer ended early"


def _ask(source: HubSource) -> Any:
    """What the hub says of a file, `size` and `etag` among it. Raises `SourceError` within seconds."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # the library reads it at its import
    answers: list[Any] = []

    def ask() -> None:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url

        try:
            answers.append(get_hf_file_metadata(hf_hub_url(source.repo, source.file), timeout=_ANSWER_S))
        except Exception as error:
            answers.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_ANSWER_S)
    if not answers:
        raise SourceError(f"no answer within {_ANSWER_S:g} seconds")
    answer = answers[0]
    if isinstance(answer, Exception):
        raise SourceError(f"cannot be reached ({_first_line(answer)})") from answer
    return answer


def _ensure_same_file(source: HubSource, entry: Entry) -> None:
    """Asks the hub for size and checksum, so that no answer or another file is known in seconds."""
    answer = _ask(source)
    if answer.size is not None and answer.size != entry.size_bytes:
        raise SourceError(f"{source.file} has {answer.size} bytes there instead of {entry.size_bytes}")
    if entry.sha256 and _SHA256.fullmatch(answer.etag or "") and answer.etag != entry.sha256:
        raise SourceError(
            f"{source.file} is another version there: its checksum differs from the catalogue's"
        )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
