"""One real sandbox for all solver tests, since starting it costs most."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from egcfg_sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
