"""One real sandbox for all tests of exercises, because starting it takes the most time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from egcfg_sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
