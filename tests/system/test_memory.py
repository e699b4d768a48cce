"""Available memory: the least that the system and the process's control groups leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.system import control_groups, memory
from egcfg_tui.system.memory import available_bytes

MIB = 1 << 20


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the system's files; the process is in the group `job` of both versions."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(control_groups, "MOUNT", tmp_path)
    monkeypatch.setattr(control_groups, "MEMBERSHIP", tmp_path / "membership")
    (tmp_path / "membership").write_text("4:memory:/job\n0::/job\n")
    for folder in ("job", "memory/job"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_the_system_says_what_is_free(machine: Path) -> None:
    assert available_bytes() is None
    (machine / "meminfo").write_text("MemTotal: 99999999 kB\nMemAvailable:      4000000 kB\n")
    assert available_bytes() == 4_096_000_000


@pytest.mark.parametrize(
    ("folder", "limit", "used", "pages"),
    [
        ("job", "memory.max", "memory.current", "file"),
        (".", "memory.max", "memory.current", "file"),
        ("memory/job", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"),
        ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"),
    ],
)
def test_a_groups_limit_counts_without_its_file_pages(
    machine: Path, folder: str, limit: str, used: str, pages: str
) -> None:
    (machine / "meminfo").write_text("MemAvailable: 4000000 kB\n")
    (machine / folder / limit).write_text("1000\n")
    (machine / folder / used).write_text("900\n")
    (machine / folder / "memory.stat").write_text(f"anon 500\n{pages} 400\n")
    assert available_bytes() == 500
    (machine / folder / limit).write_text("max\n")
    assert available_bytes() == 4_096_000_000


def test_this_machine_says_how_much_it_has() -> None:
    available = available_bytes()
    assert available is not None
    assert MIB < available < 1 << 50
