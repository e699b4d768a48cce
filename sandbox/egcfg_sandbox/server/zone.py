"""What the fork server found out and prepared once, for all its slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LINUX_NAMES: Final = """
no_new_privs user_namespace pid_namespace net_namespace mount_namespace ipc_namespace uts_namespace landlock
seccomp unprivileged_user
"""
LINUX_LAYERS: Final = tuple(_LINUX_NAMES.split())


@dataclass(frozen=True, slots=True)
class Zone:
    """`proc` is the host's /proc, which only keepers hold; `missing` names layers and why they are off."""

    proc: int | None
    missing: dict[str, str]
    landlock_abi: int
    readable: tuple[str, ...]
    program_filter: bytes
    judge_filter: bytes

    def has(self, name: str) -> bool:
        """Whether a layer is on."""
        return name not in self.missing

    @property
    def filters_template(self) -> bool:
        """Whether the template can live with the program's filter: not where that forbids to fork."""
        return bool(self.program_filter) and self.has("pid_namespace")

    @property
    def filters_each_program(self) -> bool:
        """Whether each program's process has to be given the filter by itself."""
        return bool(self.program_filter) and not self.has("pid_namespace")
