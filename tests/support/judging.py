"""Helpers of the sandbox's tests."""

from __future__ import annotations

from typing import Any, Protocol

from egcfg_sandbox import Sandbox, StdioTest, TestResult


class Judge(Protocol):
    """Runs one program against one test in the shared sandbox; limits are those of `Limits`."""

    def __call__(
        self,
        source: str,
        test: str | StdioTest,
        *,
        setup: str = "",
        trace: bool = False,
        entry_point: str | None = None,
        classes: tuple[str, ...] = (),
        **limits: Any,
    ) -> TestResult: ...


def layer_is_on(sandbox: Sandbox, name: str) -> bool:
    """Whether a layer that a test is about exists on this machine."""
    return any(layer.active for layer in sandbox.layers if layer.name == name)
