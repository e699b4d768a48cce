"""The interface of a layer of defence, and the data that it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from egcfg_sandbox.verdicts import Limits


class Role(Enum):
    """The role of the process that is being confined."""

    SLOT = auto()
    """Parent of one slot's keeper and template: what it enters, they and the programs are in."""
    TEMPLATE = auto()
    """What binds it binds the programs that it forks."""
    PROGRAM = auto()
    """Takes what the template itself could not live with."""
    JUDGE = auto()
    """Executes tests, and has the same walls around it."""


@dataclass(slots=True)
class Confinement:
    """The facts and descriptors that the fork server prepared once for all of its slots.

    `readable` is what Python needs, `hidden` lies inside that and is not needed. `proc` is a descriptor of
    the host's /proc, which only keepers keep. `missing` names the layers that are off, with the reason.
    """

    readable: tuple[str, ...]
    hidden: tuple[str, ...]
    proc: int | None
    missing: dict[str, str] = field(default_factory=dict)
    has_small_root: bool = False

    def has(self, name: str) -> bool:
        """Whether a layer is on."""
        return name not in self.missing

    @property
    def filters_each_program(self) -> bool:
        """Whether every program is given its filter by itself, as a filtered template could not fork."""
        return self.has("seccomp") and not self.has("pid_namespace")


@dataclass(slots=True)
class Process:
    """The calling process, which is being confined.

    `base_mapped`: bytes of address space that it has before a program is loaded. `listener` becomes the
    descriptor at which refused system calls are announced.
    """

    role: Role
    confinement: Confinement
    limits: Limits
    base_mapped: int = 0
    listener: int | None = None


class Layer:
    """One line of defence. `required`: without it runs are refused, unless the caller allows that."""

    name: str
    required = False

    def probe(self, confinement: Confinement) -> None:
        """Finds out whether the layer can be had, and prepares it in the fork server.

        Raises `OSError` with the reason where it cannot.
        """

    def apply(self, process: Process) -> None:
        """Confines the calling process for good. Raises `OSError` if that fails."""
