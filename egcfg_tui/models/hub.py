"""Fetches a model file from the Hugging Face hub."""

from __future__ import annotations

import logging
import os
import re
import threading
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from egcfg_tui.models.catalogue import Entry, HubSource
from egcfg_tui.models.errors import SourceError
from egcfg_tui.models.meter import Meter
from egcfg_tui.models.space import ensure_space

_ANSWER_S: Final = 4.0
"""How long the hub may take to answer at all; a name server that is silent would take half a minute."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def fetch(source: HubSource, entry: Entry, folder: Path, meter: Meter) -> Path:
    """Downloads into `folder`; a download that broke off goes on where it stopped."""
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # plain HTTP resumes from the byte, xet starts again
    from huggingface_hub import hf_hub_download

    _ensure_same_file(source, entry)
    already = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    ensure_space(folder, max(0, entry.size_bytes - already))
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # its retries are not for the user
    bar: Any = partial(_Bar, meter)
    try:
        path = hf_hub_download(source.repo, source.file, local_dir=folder, tqdm_class=bar)
    except Exception as error:
        raise SourceError(_first_line(error)) from error
    return Path(path)


def _ensure_same_file(source: HubSource, entry: Entry) -> None:
    """Asks the hub for size and checksum, so that no answer or another file is known in seconds."""
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
    if answer.size is not None and answer.size != entry.size_bytes:
        raise SourceError(f"{source.file} has {answer.size} bytes there instead of {entry.size_bytes}")
    if _SHA256.fullmatch(answer.etag or "") and answer.etag != entry.sha256:
        raise SourceError(f"{source.file} is another version there: its checksum is not the catalogue's")


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


class _Bar:
    """What the hub library takes for a progress bar; it draws nothing and feeds the meter."""

    def __init__(self, meter: Meter, initial: float = 0, **_options: object) -> None:
        self._meter = meter
        self._done_bytes = int(initial)
        meter.start(self._done_bytes)

    def update(self, count: float | None = 1) -> None:
        """Notes that `count` more bytes arrived."""
        self._done_bytes += int(count or 0)
        self._meter.at(self._done_bytes)

    def close(self) -> None:
        """Part of the surface; there is nothing to close."""

    def __enter__(self) -> _Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
