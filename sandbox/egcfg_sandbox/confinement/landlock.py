"""File, network and signal rights by Landlock, as far as the running kernel's version knows them."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Sequence
from typing import Final

from egcfg_sandbox.confinement import namespaces
from egcfg_sandbox.confinement.layer import Confinement, Layer, Process, Role
from egcfg_sandbox.linux import kernel

_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_WRITE_FILE: Final = 1 << 1
_EXECUTE: Final = 1 << 0
_TRUNCATE: Final = 1 << 14

# Rights of the first version; 1 << 13 (rename and link across folders), 14 (truncate) and 15 (device
# controls) came with versions 2, 3 and 5.
_RIGHTS_BY_VERSION: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: 1 << 15}
_READABLE: Final = _READ_FILE | _READ_DIR
_SCRATCH_DENIED: Final = (
    _EXECUTE | 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 15
)  # exec, devices, sockets, fifos
_FILE_RIGHTS: Final = _READ_FILE | _WRITE_FILE | _TRUNCATE

_NETWORK_SINCE: Final = 4
_BIND_AND_CONNECT: Final = 3
_SCOPES_SINCE: Final = 6
_SOCKETS_AND_SIGNALS: Final = 3

_VERSION: Final = 1
_PATH_BENEATH: Final = 1


class Landlock(Layer):
    """The layer."""

    name = "landlock"
    required = True

    def __init__(self) -> None:
        self._version = 0

    def probe(self, confinement: Confinement) -> None:
        """Asks the kernel for its version."""
        self._version = version()

    def apply(self, process: Process) -> None:
        """Templates and the programs that they fork may use the scratch folder; judges only read Python."""
        readable = process.confinement.readable
        if process.role is Role.TEMPLATE:
            scratch = process.confinement.has("mount_namespace")
            writable = (namespaces.SCRATCH_PARENT,) if scratch else ()
            rights = prepare(self._version, readable, namespaces.DEVICES, writable)
        elif process.role is Role.JUDGE:
            rights = prepare(self._version, readable, ("/dev/null",), ())
        else:
            return
        confine(rights)
        os.close(rights)


def version() -> int:
    """The kernel's Landlock version; raises `OSError` where there is none."""
    return kernel.syscall("landlock_create_ruleset", None, 0, _VERSION)


def _handled(abi: int) -> int:
    rights = 0
    for since, bits in _RIGHTS_BY_VERSION.items():
        if abi >= since:
            rights |= bits
    return rights


def prepare(abi: int, readable: Sequence[str], devices: Sequence[str], writable: Sequence[str]) -> int:
    """Rights as a descriptor: to read `readable`, use `devices` and write below `writable`, nothing else.

    Such a process is also cut off from the processes, ports and abstract sockets outside.
    """
    handled = _handled(abi)
    network = _BIND_AND_CONNECT if abi >= _NETWORK_SINCE else 0
    scopes = _SOCKETS_AND_SIGNALS if abi >= _SCOPES_SINCE else 0
    attributes = struct.pack("<QQQ", handled, network, scopes)
    size = 24 if abi >= _SCOPES_SINCE else 16 if abi >= _NETWORK_SINCE else 8
    rights = kernel.syscall("landlock_create_ruleset", attributes[:size], size, 0)
    for path in readable:
        _allow(rights, path, _READABLE & handled)
    for path in devices:
        _allow(rights, path, (_READ_FILE | _WRITE_FILE) & handled)
    for path in writable:
        _allow(rights, path, handled & ~_SCRATCH_DENIED)
    return rights


def confine(rights: int) -> None:
    """Restricts this process and its children to these rights."""
    kernel.syscall("landlock_restrict_self", rights, 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Adds one rule, unless the path does not exist."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        rule = struct.pack("<Qi", rights, descriptor)
        kernel.syscall("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
