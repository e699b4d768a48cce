"""What a judge is told about a test, and what it tells of it, as messages between caller and judge."""

from __future__ import annotations

import json
import marshal
from dataclasses import asdict, dataclass, replace

from egcfg_sandbox.verdicts import Program, Test, Verdict, packed_test, unpacked_test


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
    """How a run went. `traced`: its trace follows in a message of its own. `spent`: the judge ends.

    `compared`: got and expected of the comparison that decided, where a single one did.
    """

    verdict: Verdict
    error: str | None
    wall_s: float
    output: str
    traced: bool
    spent: bool
    compared: tuple[str, str] | None = None

    def pack(self) -> bytes:
        """The message."""
        return json.dumps(asdict(self)).encode()


def unpack_report(message: bytes) -> RunReport | str:
    """The report in a message of a judge, or the fault that it, or its server, tells of instead."""
    values = json.loads(message)
    if "fault" in values:
        return str(values["fault"])
    report = RunReport(**values)
    return replace(report, verdict=Verdict(report.verdict))
