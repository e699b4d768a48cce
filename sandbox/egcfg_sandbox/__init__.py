"""Runs and traces small untrusted Python programs. Standard library only; usable on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egcfg_sandbox.verdicts import (
    TOLERANCE,
    CheckerTest,
    CodeTest,
    Layer,
    Limits,
    Program,
    Report,
    SnippetTest,
    StdioTest,
    SuiteTest,
    Test,
    TestResult,
    Trace,
    TraceEvent,
    Verdict,
)

if TYPE_CHECKING:
    from egcfg_sandbox.client import Sandbox, SandboxRefused, layers, missing_packages
    from egcfg_sandbox.judge.mode import why_inside

__all__ = [
    "TOLERANCE",
    "CheckerTest",
    "CodeTest",
    "Layer",
    "Limits",
    "Program",
    "Report",
    "Sandbox",
    "SandboxRefused",
    "SnippetTest",
    "StdioTest",
    "SuiteTest",
    "Test",
    "TestResult",
    "Trace",
    "TraceEvent",
    "Verdict",
    "layers",
    "missing_packages",
    "why_inside",
]


def __getattr__(name: str) -> Any:
    """The caller's side, loaded when it is asked for: the fork server, which never asks, stays small."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from egcfg_sandbox import client
    from egcfg_sandbox.judge import mode

    return getattr(mode if name == "why_inside" else client, name)
