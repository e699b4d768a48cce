"""Runs and traces small untrusted Python programs. Standard library only; usable on its own."""

from egcfg_sandbox.client import Sandbox, SandboxRefused, layers, missing_packages
from egcfg_sandbox.verdicts import (
    CodeTest,
    Layer,
    Limits,
    Program,
    Report,
    StdioTest,
    Test,
    TestResult,
    Trace,
    TraceEvent,
    Verdict,
)

__all__ = [
    "CodeTest",
    "Layer",
    "Limits",
    "Program",
    "Report",
    "Sandbox",
    "SandboxRefused",
    "StdioTest",
    "Test",
    "TestResult",
    "Trace",
    "TraceEvent",
    "Verdict",
    "layers",
    "missing_packages",
]
