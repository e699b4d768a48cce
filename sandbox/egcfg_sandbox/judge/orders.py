"""What a judge is told about a test, and what it tells of it, as messages between caller and judge."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from egcfg_sandbox.verdicts import CodeTest, Program, StdioTest, Test, Verdict

_TESTS: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in (CodeTest, StdioTest)}


@dataclass(frozen=True, slots=True)
class Brief:
    """One test and the program that it judges."""

    test: Test
    source: str
    trace: bool
    entry_point: str | None
    classes: tuple[str, ...]


def pack_brief(program: Program, test: int) -> bytes:
    """The message for the test of that number."""
    chosen = program.tests[test]
    brief = Brief(chosen, program.source, program.trace, program.entry_point, tuple(program.classes))
    return json.dumps([type(chosen).__name__, asdict(brief)]).encode()


def unpack_brief(message: bytes) -> Brief:
    """The brief in a message of the caller."""
    kind, brief = json.loads(message)
    test = _TESTS[kind](**brief.pop("test"))
    return Brief(test=test, **{**brief, "classes": tuple(brief["classes"])})


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
        return json.dumps(asdict(self)).encode()


def unpack_report(message: bytes) -> RunReport | str:
    """The report in a message of a judge, or the fault that it, or its server, tells of instead."""
    values = json.loads(message)
    if "fault" in values:
        return str(values["fault"])
    report = RunReport(**values)
    return replace(report, verdict=Verdict(report.verdict))
