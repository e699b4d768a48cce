"""The number of threads follows the cores that the process may use, not those of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.system import control_groups, cores
from egcfg_tui.system.cores import usable_cores

UNIFIED = "0::/user.slice/job\n"
SEPARATE = "4:memory:/job\n2:cpu,cpuacct:/job\n1:name=systemd:/\n"


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with eight cores and an empty folder in place of the control groups."""
    monkeypatch.setattr(control_groups, "MOUNT", tmp_path / "groups")
    monkeypatch.setattr(control_groups, "MEMBERSHIP", tmp_path / "membership")
    monkeypatch.setattr(cores, "_allowed", lambda: 8)
    return tmp_path / "groups"


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def member_of(groups: Path, membership: str) -> None:
    write(groups.parent / "membership", membership)


def test_without_a_quota_all_cores_of_the_process_count(groups: Path) -> None:
    assert usable_cores() == 8
    member_of(groups, UNIFIED)
    write(groups / "cpu.max", "max 100000\n")
    assert usable_cores() == 8


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("300000 100000", 3), ("250000 100000", 2), ("50000 100000", 1), ("9999999 100000", 8)],
)
@pytest.mark.parametrize("folder", ["user.slice/job", "user.slice", "."])
def test_a_quota_of_any_group_around_the_process_counts(
    groups: Path, folder: str, quota: str, expected: int
) -> None:
    member_of(groups, UNIFIED)
    write(groups / folder / "cpu.max", f"{quota}\n")
    assert usable_cores() == expected


def test_the_smallest_quota_counts(groups: Path) -> None:
    member_of(groups, UNIFIED)
    write(groups / "user.slice/cpu.max", "200000 100000\n")
    write(groups / "user.slice/job/cpu.max", "400000 100000\n")
    assert usable_cores() == 2


@pytest.mark.parametrize("folder", ["cpu,cpuacct/job", "cpu/job", "cpu"])
def test_quotas_of_the_first_version_count(groups: Path, folder: str) -> None:
    """The limit is also found where a container sees its own group as the root."""
    member_of(groups, SEPARATE)
    write(groups / folder / "cpu.cfs_period_us", "100000\n")
    write(groups / folder / "cpu.cfs_quota_us", "-1\n")
    assert usable_cores() == 8
    write(groups / folder / "cpu.cfs_quota_us", "300000\n")
    assert usable_cores() == 3


def test_what_is_no_quota_hinders_nothing(groups: Path) -> None:
    member_of(groups, UNIFIED + "strange\n::\n")
    for content in ("", "0 0", "many", "100000 0", "\xff"):
        write(groups / "cpu.max", content)
        assert usable_cores() == 8
