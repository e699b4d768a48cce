"""Layers of defence: one file for each, in the order in which they are probed and applied.

To add one, write a file with a `Layer` and name it here: the fork server probes it, slots, templates,
programs and judges apply it, and `python -m egcfg_sandbox --layers` tells of it.
"""

from __future__ import annotations

from typing import Final

from egcfg_sandbox import system
from egcfg_sandbox.confinement.landlock import Landlock
from egcfg_sandbox.confinement.layer import Confinement, Layer, Process
from egcfg_sandbox.confinement.namespaces import (
    MountNamespace,
    Namespace,
    PidNamespace,
    UserNamespace,
    UtsNamespace,
)
from egcfg_sandbox.confinement.no_new_privs import NoNewPrivs
from egcfg_sandbox.confinement.rlimits import Rlimits
from egcfg_sandbox.confinement.seatbelt import Seatbelt
from egcfg_sandbox.confinement.seccomp import Seccomp
from egcfg_sandbox.confinement.unprivileged_user import UnprivilegedUser
from egcfg_sandbox.linux import kernel

_LINUX: Final[tuple[Layer, ...]] = (
    UnprivilegedUser(),
    UserNamespace(),
    MountNamespace(),
    PidNamespace(),
    Namespace("net_namespace", kernel.CLONE_NEWNET),
    Namespace("ipc_namespace", kernel.CLONE_NEWIPC),
    UtsNamespace(),
    Rlimits(),
    NoNewPrivs(),
    Landlock(),
    Seccomp(),
)
_MACOS: Final[tuple[Layer, ...]] = (Rlimits(), Seatbelt())
LAYERS: Final = _LINUX if system.LINUX else _MACOS
REQUIRED: Final = frozenset(layer.name for layer in LAYERS if layer.required)
"""Names of the layers without which runs are refused."""


def probe(confinement: Confinement) -> None:
    """Probes and prepares every layer; notes those that are missing, with the reason."""
    for layer in LAYERS:
        try:
            layer.probe(confinement)
        except OSError as error:
            confinement.missing[layer.name] = error.strerror or str(error)


def confine(process: Process) -> None:
    """Applies every layer that is on to the calling process."""
    for layer in LAYERS:
        if process.confinement.has(layer.name):
            layer.apply(process)
