"""A stage for every test of the workbench."""

from __future__ import annotations

import pytest
from support.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """A stage without a script."""
    return Stage()
