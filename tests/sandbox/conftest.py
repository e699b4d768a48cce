"""One sandbox for the whole folder: it must stand any sequence of programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.judging import Judge, layer_is_on

from egcfg_sandbox import CodeTest, Limits, Program, Sandbox, StdioTest, TestResult


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with every layer that this machine can have."""
    with Sandbox() as made:
        yield made


@pytest.fixture
def forks(sandbox: Sandbox) -> None:
    """For tests whose programs fork, which they may where the machine gives a process namespace."""
    if not layer_is_on(sandbox, "pid_namespace"):
        pytest.skip("without a process namespace programs may not fork")


@pytest.fixture
def scratch(sandbox: Sandbox) -> None:
    """For tests whose programs write files, which they may where the machine gives a mount namespace."""
    if not layer_is_on(sandbox, "mount_namespace"):
        pytest.skip("without a mount namespace there is no folder to write to")


@pytest.fixture(scope="session")
def judge(sandbox: Sandbox) -> Judge:
    """Runs one program against one test, with generous seconds unless the test sets them."""

    def run(
        source: str,
        test: str | StdioTest,
        *,
        setup: str = "",
        trace: bool = False,
        entry_point: str | None = None,
        classes: tuple[str, ...] = (),
        **limits: Any,
    ) -> TestResult:
        chosen = CodeTest(test, setup) if isinstance(test, str) else test
        limits.setdefault("wall_s", 20.0)
        limits.setdefault("cpu_s", 20.0)
        program = Program(source, (chosen,), trace, Limits(**limits), entry_point, classes)
        (row,) = sandbox.run(program).results
        return row

    return run
