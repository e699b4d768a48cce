"""No right is ever gained: every capability is given up, and no exec can bring one back."""

from __future__ import annotations

from egcfg_sandbox.confinement.layer import Layer, Process, Role
from egcfg_sandbox.linux import kernel


class NoNewPrivs(Layer):
    """The layer. Landlock and seccomp need it."""

    name = "no_new_privs"
    required = True

    def apply(self, process: Process) -> None:
        """Templates, with the programs that they fork, and judges; a slot still has to mount."""
        if process.role in (Role.TEMPLATE, Role.JUDGE):
            kernel.forbid_new_privileges()
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
            kernel.drop_capabilities()
