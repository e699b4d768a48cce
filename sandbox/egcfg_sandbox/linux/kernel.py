"""System calls that Python does not wrap, by way of the C library already loaded."""

from __future__ import annotations

import ctypes
import fcntl
import os
from typing import Final

from egcfg_sandbox.linux.syscalls import NUMBERS

THIS_PROCESS: Final = -10001
"""In the place of a process descriptor: the calling process (`PIDFD_SELF`, since Linux 6.15)."""
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_RDONLY: Final = 1
MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
MS_BIND: Final = 4096
MS_REC: Final = 16384
MS_PRIVATE: Final = 1 << 18
MNT_DETACH: Final = 2

_MOUNT_ATTR_RDONLY: Final = 1
_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000
_CAPABILITY_VERSION_3: Final = 0x20080522
_M_ARENA_MAX: Final = -8

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def syscall(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Makes one system call; raises `OSError` that names it. Integers are passed as longs."""
    number = NUMBERS.get(name)
    if number is None:
        raise OSError(38, f"{name}: not known on this machine")
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *words))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def prctl(option: int, *arguments: int) -> int:
    """Sets or reads an attribute of this process."""
    words = (*arguments, 0, 0, 0, 0)[:4]
    return syscall("prctl", option, *words)


def unshare(flags: int) -> None:
    """Moves this process into fresh namespaces of the named kinds."""
    syscall("unshare", flags)


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mounts a file system or changes a mount."""
    syscall("mount", source.encode(), target.encode(), kind.encode(), flags, data.encode())


def unmount(target: str, flags: int) -> None:
    """Unmounts a file system."""
    syscall("umount2", target.encode(), flags)


def pivot_root(new_root: str, old_root: str) -> None:
    """Swaps the root of the mount namespace."""
    syscall("pivot_root", new_root.encode(), old_root.encode())


def make_read_only(target: str) -> None:
    """Makes a mount and all below it read-only, keeping the flags a user namespace has locked."""
    attributes = _MOUNT_ATTR_RDONLY.to_bytes(8, "little") + bytes(24)
    syscall("mount_setattr", _AT_FDCWD, target.encode(), _AT_RECURSIVE, attributes, len(attributes))


def forbid_new_privileges() -> None:
    """Makes sure that no later exec gains rights; the filters need this."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Gives up every capability, those of the own user namespace included; no exec can bring one back."""
    header = _CAPABILITY_VERSION_3.to_bytes(4, "little") + bytes(4)
    syscall("capset", header, bytes(24))


def sealed_memory(size: int) -> int:
    """Anonymous memory as a descriptor, whose size nobody can change."""
    descriptor = os.memfd_create("trace", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return descriptor


def use_one_malloc_arena() -> None:
    """Keeps threads from reserving 64 MiB of address space each, which the memory limit would count."""
    mallopt = getattr(_libc, "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
