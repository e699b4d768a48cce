"""Namespaces, a layer each: one of a kind for the fork server, and further ones for each slot inside it.

The fork server's hold what all runs may share: an empty network, a root made of read-only binds, no /proc. A
slot has its own processes, users and mounts, among them the scratch folder, renewed after a program that used
it.
"""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import Final

from egcfg_sandbox import system
from egcfg_sandbox.candidate.surroundings import INPUT_FILE, INPUT_NAMES
from egcfg_sandbox.confinement.layer import Confinement, Layer, Process, Role
from egcfg_sandbox.linux import kernel

SCRATCH_PARENT: Final = "/scratch"
SCRATCH: Final = f"{SCRATCH_PARENT}/run"
USUAL_SCRATCH: Final = "/tmp"
DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
# What lies below is covered in these mounts, where it is not one of the readable folders, held open.
_MOUNT_POINTS: Final = (USUAL_SCRATCH, "/var/tmp", "/mnt", "/usr")
_SCRATCH_MODE: Final = 0o700


class UserNamespace(Layer):
    """In its own user namespace a process has every capability, but only over what is in there."""

    name = "user_namespace"

    def probe(self, confinement: Confinement) -> None:
        """The fork server enters one."""
        try:
            _enter_users(confinement.proc)
        except OSError as error:
            raise OSError(f"user namespaces are closed to this user: {error.strerror}") from None

    def apply(self, process: Process) -> None:
        """Each slot has its own, in which the limit on processes counts nobody else's."""
        if process.role is Role.SLOT:
            _enter_users(process.confinement.proc)


class Namespace(Layer):
    """One kind of namespace that the fork server enters for all runs. It takes a user namespace to do so."""

    def __init__(self, name: str, flag: int) -> None:
        self.name = name
        self._flag = flag

    def probe(self, confinement: Confinement) -> None:
        """The fork server enters one."""
        if not confinement.has(UserNamespace.name):
            raise OSError(confinement.missing[UserNamespace.name])
        kernel.unshare(self._flag)


class MountNamespace(Namespace):
    """A small read-only root, and for each slot a scratch folder."""

    def __init__(self) -> None:
        super().__init__("mount_namespace", kernel.CLONE_NEWNS)

    def probe(self, confinement: Confinement) -> None:
        """The fork server enters one and builds the root, unless it did so as root."""
        super().probe(confinement)
        if not confinement.has_small_root:
            build_root(confinement)

    def apply(self, process: Process) -> None:
        """Each slot has its own, with its scratch folder."""
        if process.role is Role.SLOT:
            kernel.unshare(self._flag)
            _mount_scratch(process.limits.scratch_bytes)


class PidNamespace(Namespace):
    """Processes in one can surely be killed and reaped, and see and signal no others."""

    def __init__(self) -> None:
        super().__init__("pid_namespace", kernel.CLONE_NEWPID)

    def probe(self, confinement: Confinement) -> None:
        """The fork server goes on as the first process of a new one; what it was waits for it to end."""
        super().probe(confinement)
        child = os.fork()
        if child:
            # The caller is to see at once, by its end of the server's socket, when the child has gone.
            os.closerange(3, system.MOST_DESCRIPTORS)
            os.waitpid(child, 0)
            os._exit(0)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)

    def apply(self, process: Process) -> None:
        """Each slot has its own, of which its keeper will be the first process."""
        if process.role is Role.SLOT:
            kernel.unshare(self._flag)


class UtsNamespace(Namespace):
    """A host name that reveals nothing."""

    def __init__(self) -> None:
        super().__init__("uts_namespace", kernel.CLONE_NEWUTS)

    def probe(self, confinement: Confinement) -> None:
        """The fork server enters one and names it."""
        super().probe(confinement)
        socket.sethostname("sandbox")


def _enter_users(proc: int | None) -> None:
    """Enters a fresh user namespace that knows exactly one user and one group: this one."""
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("gid_map", f"{gid} {gid} 1"), ("uid_map", f"{uid} {uid} 1")):
        descriptor = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def build_root(confinement: Confinement) -> None:
    """Replaces the root by a small one: `readable` read-only, `hidden` covered, devices, nothing else."""
    kernel.mount("none", "/", "none", kernel.MS_REC | kernel.MS_PRIVATE)
    # Held open, because the mount point of the new root may lie above some of them.
    held = {
        path: os.open(path, os.O_PATH) for path in (*confinement.readable, *DEVICES) if Path(path).exists()
    }
    new_root = next(path for path in _MOUNT_POINTS if Path(path).is_dir())
    kernel.mount("sandbox", new_root, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1m,mode=0755")
    for path, descriptor in held.items():
        _bind(f"/proc/self/fd/{descriptor}", new_root + path)
        os.close(descriptor)
    for path in confinement.hidden:
        inside = new_root + path
        if Path(inside).is_dir():
            kernel.mount("none", inside, "tmpfs", kernel.MS_RDONLY, "size=4k,mode=0555")
    for folder in ("proc", SCRATCH.lstrip("/")):
        Path(new_root, folder).mkdir(parents=True, exist_ok=True)
    if not Path(new_root + USUAL_SCRATCH).exists():
        Path(new_root + USUAL_SCRATCH).symlink_to(SCRATCH)
    _copy_links(new_root)
    for name in INPUT_NAMES:
        link = Path(new_root + name)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"{SCRATCH}/{INPUT_FILE}")
    # Where locks and queues of multiprocessing lie.
    Path(new_root, "dev/shm").symlink_to(SCRATCH)
    kernel.make_read_only(new_root)
    os.chdir(new_root)
    kernel.pivot_root(".", ".")
    kernel.unmount(".", kernel.MNT_DETACH)
    os.chdir("/")
    confinement.has_small_root = True


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


def renew_scratch(size_bytes: int) -> None:
    """Replaces a used scratch folder, whatever it holds, by a new one."""
    kernel.unmount(SCRATCH, kernel.MNT_DETACH)
    _mount_scratch(size_bytes)


def _mount_scratch(size_bytes: int) -> None:
    """Puts an empty folder of bounded size over the scratch path, for processes in these mounts only."""
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount(
        "scratch", SCRATCH, "tmpfs", flags, f"size={size_bytes},nr_inodes=512,mode={_SCRATCH_MODE:o}"
    )
