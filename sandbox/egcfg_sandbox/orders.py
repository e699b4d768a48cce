"""The messages between caller and judge: the brief on a test, and the report on its run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from egcfg_sandbox.verdicts import Program, Test, Verdict


@dataclass(frozen=True, slots=True)
class Brief:
    """One test and the program that it judges. `inside`: it runs in the program's process."""

    test: Test
    source: str
    trace: bool
    entry_point: str | None
    classes: tuple[str, ...]
    inside: bool


def brief_for(program: Program, test: int, *, inside: bool) -> Brief:
    """The brief for the test of that number."""
    rest = (program.source, program.trace, program.entry_point, tuple(program.classes), inside)
    return Brief(program.tests[test], *rest)


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run went: the fields of a `TestResult` that the judge knows.

    `traced`: its trace follows in a message of its own. `spent`: the judge ends.
    """

    verdict: Verdict
    error: str | None
    wall_s: float = 0.0
    output: str = ""
    got: str | None = None
    expected: str | None = None
    traced: bool = False
    spent: bool = True

    def pack(self) -> bytes:
        """The message: no pickle, as a judge has heard a program."""
        return json.dumps(asdict(self)).encode()


def unpack_report(message: bytes) -> RunReport | str:
    """The report in a message of a judge, or the fault that it, or its server, tells of instead."""
    values = json.loads(message)
    if "fault" in values:
        return str(values["fault"])
    report = RunReport(**values)
    return replace(report, verdict=Verdict(report.verdict))
