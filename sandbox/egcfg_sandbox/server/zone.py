"""What the fork server found out and prepared once, for all its slots."""

from __future__ import annotations

from dataclasses import dataclass


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
