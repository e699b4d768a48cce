"""What a judge is told about a test, and what it tells of it: a message each, between two of one interpreter.

What a judge says is taken apart by fixed places, as it comes from a process that has heard the program.
"""

from __future__ import annotations

import marshal
import struct
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox.verdicts import Program, Test, Verdict, packed_test, unpacked_test

_VERDICTS: Final = tuple(Verdict)
_REPORT: Final = struct.Struct("<cB???dI")
_MARK: Final = b"r"


@dataclass(frozen=True, slots=True)
class Brief:
    """One test and the program that it judges. `inside`: it runs in the program's process."""

    test: Test
    source: str
    trace: bool
    entry_point: str | None
    classes: tuple[str, ...]
    inside: bool


def pack_brief(program: Program, test: int, *, inside: bool) -> bytes:
    """The message for the test of that number."""
    rest = (program.source, program.trace, program.entry_point, tuple(program.classes), inside)
    return marshal.dumps((packed_test(program.tests[test]), *rest))


def unpack_brief(message: bytes) -> Brief:
    """The brief in a message of the caller."""
    test, *rest = marshal.loads(message)
    return Brief(unpacked_test(test), *rest)


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run went. `traced`: its trace follows in a message of its own. `spent`: the judge ends."""

    verdict: Verdict
    error: str | None
    wall_s: float
    output: str
    traced: bool
    spent: bool

    def pack(self) -> bytes:
        """The message."""
        error = (self.error or "").encode("utf-8", "replace")
        head = _REPORT.pack(
            _MARK,
            _VERDICTS.index(self.verdict),
            self.traced,
            self.spent,
            self.error is not None,
            self.wall_s,
            len(error),
        )
        return head + error + self.output.encode("utf-8", "replace")


def unpack_report(message: bytes) -> RunReport | None:
    """The report in a message of a judge; None for any other message."""
    if message[:1] != _MARK:
        return None
    _, verdict, traced, spent, has_error, wall_s, length = _REPORT.unpack_from(message)
    error = message[_REPORT.size : _REPORT.size + length].decode("utf-8", "replace")
    output = message[_REPORT.size + length :].decode("utf-8", "replace")
    return RunReport(_VERDICTS[verdict], error if has_error else None, wall_s, output, traced, spent)
