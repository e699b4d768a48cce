"""Namespaces: one zone per fork server, made once, and inside it slots that run one program at a time.

The zone holds what all runs may share: an empty network, a root made of read-only binds, no /proc. A slot has
its own processes, users and mounts, among them the scratch folder, renewed after a program that used it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from egcfg_sandbox.linux import kernel

SCRATCH_PARENT: Final = "/scratch"
SCRATCH: Final = f"{SCRATCH_PARENT}/run"
USUAL_SCRATCH: Final = "/tmp"
DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
# What lies below is covered in these mounts, where it is not one of the readable folders, held open.
_MOUNT_POINTS: Final = (USUAL_SCRATCH, "/var/tmp", "/mnt", "/usr")
_SCRATCH_MODE: Final = 0o700
_NOBODY: Final = 65534
_SHARED_BY_RUNS: Final = {
    "mount": kernel.CLONE_NEWNS,
    "pid": kernel.CLONE_NEWPID,
    "net": kernel.CLONE_NEWNET,
    "ipc": kernel.CLONE_NEWIPC,
    "uts": kernel.CLONE_NEWUTS,
}


def become_nobody() -> None:
    """Gives up root for good, so that limits bind and files of root are out of reach."""
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _map_self(proc: int, uid: int, gid: int) -> None:
    """Makes the fresh user namespace know exactly one user and one group: this one."""
    for name, text in (("setgroups", "deny"), ("gid_map", f"{gid} {gid} 1"), ("uid_map", f"{uid} {uid} 1")):
        descriptor = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def enter_users(proc: int, further: int = 0) -> None:
    """Enters a fresh user namespace (and `further` ones) in which this user has every capability."""
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER | further)
    _map_self(proc, uid, gid)


def enter_zone(proc: int) -> dict[str, str]:
    """Enters the zone's namespaces; returns those that could not be had, with the reason.

    The process namespace takes effect for children only.
    """
    missing: dict[str, str] = {}
    try:
        enter_users(proc)
    except OSError as error:
        reason = f"user namespaces are closed to this user: {error.strerror}"
        return dict.fromkeys(("user", *_SHARED_BY_RUNS), reason)
    for name, flag in _SHARED_BY_RUNS.items():
        try:
            kernel.unshare(flag)
        except OSError as error:
            missing[name] = str(error.strerror)
    if "uts" not in missing:
        socket.sethostname("sandbox")
    return missing


def build_root(readable: Sequence[str], hidden: Sequence[str]) -> None:
    """Replaces the root by a small one: `readable` read-only, `hidden` covered, devices, nothing else."""
    kernel.mount("none", "/", "none", kernel.MS_REC | kernel.MS_PRIVATE)
    # Held open, because the mount point of the new root may lie above some of them.
    held = {path: os.open(path, os.O_PATH) for path in (*readable, *DEVICES) if Path(path).exists()}
    new_root = next(path for path in _MOUNT_POINTS if Path(path).is_dir())
    kernel.mount("sandbox", new_root, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1m,mode=0755")
    for path, descriptor in held.items():
        _bind(f"/proc/self/fd/{descriptor}", new_root + path)
        os.close(descriptor)
    for path in hidden:
        inside = new_root + path
        if Path(inside).is_dir():
            kernel.mount("none", inside, "tmpfs", kernel.MS_RDONLY, "size=4k,mode=0555")
    for folder in ("proc", SCRATCH.lstrip("/")):
        Path(new_root, folder).mkdir(parents=True, exist_ok=True)
    if not Path(new_root + USUAL_SCRATCH).exists():
        Path(new_root + USUAL_SCRATCH).symlink_to(SCRATCH)
    _copy_links(new_root)
    kernel.make_read_only(new_root)
    os.chdir(new_root)
    kernel.pivot_root(".", ".")
    kernel.unmount(".", kernel.MNT_DETACH)
    os.chdir("/")


def _bind(source: str, target: str) -> None:
    inside = Path(target)
    if Path(source).is_dir():
        inside.mkdir(parents=True, exist_ok=True)
    else:
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.touch()
    kernel.mount(source, target, "none", kernel.MS_BIND | kernel.MS_REC)


def _copy_links(new_root: str) -> None:
    """Top-level links such as /lib -> usr/lib, through which libraries are looked for."""
    for entry in os.scandir("/"):
        if entry.is_symlink() and not Path(new_root, entry.name).exists():
            Path(new_root, entry.name).symlink_to(Path(entry.path).readlink())


def scratch_state() -> tuple[int, ...]:
    """What changes about the scratch folder as soon as anything is done to it or in it, now or before.

    Its times do not tell apart what happens within a few milliseconds; its size tells of what is left in it.
    """
    state = os.stat(SCRATCH)  # noqa: PTH116 (after every run)
    return (state.st_dev, state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def own_mounts(proc: int) -> int:
    """This process's mounts as a descriptor, for `enter_mounts`."""
    return os.open("self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)


def enter_mounts(mounts: int) -> None:
    """Sees from now on what another process sees, its scratch folder too."""
    kernel.setns(mounts, kernel.CLONE_NEWNS)
    os.close(mounts)


def renew_scratch(size_bytes: int) -> None:
    """Lets go of a used scratch folder, whatever is in it, and gives a new one."""
    kernel.unmount(SCRATCH, kernel.MNT_DETACH)
    mount_scratch(size_bytes)


def mount_scratch(size_bytes: int) -> None:
    """Puts an empty folder of bounded size over the scratch path, for processes in these mounts only."""
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount(
        "scratch", SCRATCH, "tmpfs", flags, f"size={size_bytes},nr_inodes=512,mode={_SCRATCH_MODE:o}"
    )
