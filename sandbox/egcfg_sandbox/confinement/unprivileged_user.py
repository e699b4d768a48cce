"""Root becomes the user nobody, to whom limits apply and root's files are closed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from egcfg_sandbox import system
from egcfg_sandbox.confinement import namespaces
from egcfg_sandbox.confinement.layer import Confinement, Layer
from egcfg_sandbox.linux import kernel

_NOBODY: Final = 65534


class UnprivilegedUser(Layer):
    """The layer. An ordinary user has it already."""

    name = "unprivileged_user"

    def probe(self, confinement: Confinement) -> None:
        """Root builds the small root while it can, and then is root no longer.

        Where Python itself lies in a folder closed to nobody and cannot be bound elsewhere, it stays root,
        without capabilities.
        """
        if os.geteuid() != 0:
            return
        try:
            kernel.unshare(kernel.CLONE_NEWNS)
            namespaces.build_root(confinement)
        except OSError:
            folder = confinement.readable[0]
            if system.fault_in_child(lambda: _read_as_nobody(folder)):
                raise OSError(f"{folder} is closed to an ordinary user") from None
        _become_nobody()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)


def _become_nobody() -> None:
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _read_as_nobody(folder: str) -> None:
    _become_nobody()
    next(Path(folder).iterdir())
