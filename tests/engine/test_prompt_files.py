"""Prompts on disk: a saved state is read back unchanged, and nothing else is ever read."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egcfg_tui.engine.api import Snapshot
from egcfg_tui.engine.fingerprints import fingerprint
from egcfg_tui.engine.prompt_files import MIN_TOKENS, PromptFiles


def snapshot(first: int = 0, *, tokens: int = MIN_TOKENS, state_bytes: int = 1000) -> Snapshot:
    rng = np.random.default_rng(first)
    row = rng.normal(size=300).astype(np.float32)
    return Snapshot(tuple(range(first, first + tokens)), row, rng.bytes(state_bytes))


def assert_same(found: Snapshot | None, expected: Snapshot) -> None:
    assert found is not None
    assert (found.tokens, found.state) == (expected.tokens, expected.state)
    np.testing.assert_array_equal(found.logits, expected.logits)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "prompts"


@pytest.fixture
def files(folder: Path) -> PromptFiles:
    return PromptFiles(folder)


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_is_remembered_comes_back(files: PromptFiles, folder: Path) -> None:
    kept = snapshot()
    assert files.recall("model", kept.tokens) is None
    files.remember("model", kept)
    assert_same(PromptFiles(folder).recall("model", kept.tokens), kept)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert only_file(folder).stat().st_mode & 0o777 == 0o600


def test_other_models_and_prompts_find_nothing(files: PromptFiles) -> None:
    kept = snapshot()
    files.remember("model", kept)
    assert files.recall("another model", kept.tokens) is None
    assert files.recall("", kept.tokens) is None
    assert files.recall("model", (*kept.tokens[:-1], 7)) is None
    assert files.recall("model", (*kept.tokens, 7)) is None


def test_short_prompts_and_engines_without_a_name_are_not_kept(files: PromptFiles, folder: Path) -> None:
    files.remember("model", snapshot(tokens=MIN_TOKENS - 1))
    files.remember("", snapshot())
    assert not folder.exists()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_goes_unseen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A byte changed anywhere, an end cut off or a piece appended: a miss, and the next writing mends it."""
    folder = tmp_path_factory.mktemp("prompts")
    folder.chmod(0o700)
    files, kept = PromptFiles(folder), snapshot()
    files.remember("model", kept)
    path = only_file(folder)
    whole = path.read_bytes()
    damage = data.draw(st.sampled_from(["flip", "cut", "append"]))
    at = data.draw(st.integers(0, len(whole) - 1))
    if damage == "flip":
        path.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :])
    elif damage == "cut":
        path.write_bytes(whole[:at])
    else:
        path.write_bytes(whole + bytes(at + 1))
    assert files.recall("model", kept.tokens) is None
    files.remember("model", kept)
    assert_same(files.recall("model", kept.tokens), kept)


def test_a_file_under_another_name_is_refused(files: PromptFiles, folder: Path) -> None:
    """A file of another model or prompt is not used, even under the right name."""
    kept, other = snapshot(), snapshot(5)
    files.remember("model", kept)
    mine = only_file(folder)
    files.remember("another model", kept)
    (theirs,) = (path for path in folder.iterdir() if path != mine)
    theirs.replace(mine)
    assert files.recall("model", kept.tokens) is None
    files.remember("model", other)
    (others,) = (path for path in folder.iterdir() if path != mine)
    others.replace(mine)
    assert files.recall("model", kept.tokens) is None


def test_a_folder_that_others_can_write_to_is_not_used(files: PromptFiles, folder: Path) -> None:
    kept = snapshot()
    files.remember("model", kept)
    folder.chmod(0o777)
    assert files.recall("model", kept.tokens) is None
    files.remember("model", snapshot(5))
    assert len(list(folder.iterdir())) == 1
    folder.chmod(0o700)
    assert_same(files.recall("model", kept.tokens), kept)


def test_a_folder_that_is_a_file_is_no_error(folder: Path, files: PromptFiles) -> None:
    folder.parent.mkdir()
    folder.write_text("mine")
    files.remember("model", snapshot())
    assert files.recall("model", snapshot().tokens) is None
    assert folder.read_text() == "mine"


def test_the_least_recently_used_go_first_and_the_bound_holds(folder: Path) -> None:
    files = PromptFiles(folder, max_bytes=10_000)
    kept = [snapshot(100 * index, state_bytes=1000) for index in range(12)]
    for index, each in enumerate(kept):
        files.remember("model", each)
        for path in folder.iterdir():
            # Clocks of file systems are coarse: age what is there.
            state = path.stat()
            os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns - 10**9))
        if index:
            assert files.recall("model", kept[0].tokens) is not None
        assert sum(path.stat().st_size for path in folder.iterdir()) <= 10_000
    found = [files.recall("model", each.tokens) is not None for each in kept]
    assert found[0]
    assert found[-1]
    assert not any(found[1:-4])
    files.remember("model", snapshot(7, state_bytes=20_000))
    assert [files.recall("model", each.tokens) is not None for each in kept] == found


def test_leftovers_of_a_killed_writer_are_counted_and_removed(folder: Path) -> None:
    files = PromptFiles(folder, max_bytes=5000)
    files.remember("model", snapshot())
    leftover = folder / ".unfinished-x"
    leftover.write_bytes(bytes(4000))
    os.utime(leftover, (0, 0))
    foreign = folder / "notes.txt"
    foreign.write_bytes(bytes(9000))
    files.remember("model", snapshot(5))
    assert not leftover.exists()
    assert foreign.exists()
    assert files.recall("model", snapshot(5).tokens) is not None


def test_writers_at_the_same_time_do_no_harm(folder: Path) -> None:
    """Whatever is found is right, nothing raises, and in the end the bound holds."""
    kept = [snapshot(100 * index, state_bytes=2000) for index in range(6)]
    faults: list[BaseException] = []
    deadline = time.monotonic() + 1.5

    def work(number: int) -> None:
        files = PromptFiles(folder, max_bytes=12_000)
        rng = np.random.default_rng(number)
        try:
            while time.monotonic() < deadline:
                each = kept[rng.integers(len(kept))]
                if rng.integers(2):
                    files.remember("model", each)
                elif (found := files.recall("model", each.tokens)) is not None:
                    assert_same(found, each)
        except BaseException as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults
    PromptFiles(folder, max_bytes=12_000).remember("model", kept[0])
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 12_000
    assert not [path for path in folder.iterdir() if path.suffix != ".state"]


def test_a_fingerprint_changes_with_file_and_settings(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    content = bytearray(os.urandom(3 << 20))
    path.write_bytes(content)
    os.utime(path, (1, 1))
    name = fingerprint(path, "f16", None)
    assert fingerprint(path, "f16", None) == name
    others = {fingerprint(path, "q8_0", None), fingerprint(path, "f16", True)}
    os.utime(path, (1, 2))
    others.add(fingerprint(path, "f16", None))
    content[100] ^= 1  # in the header
    path.write_bytes(content)
    os.utime(path, (1, 1))
    others.add(fingerprint(path, "f16", None))
    content[100] ^= 1
    content[2 << 20 : 3 << 20] = os.urandom(1 << 20)  # other weights behind the same header
    path.write_bytes(content)
    os.utime(path, (1, 1))
    others.add(fingerprint(path, "f16", None))
    assert len(others | {name}) == 6
