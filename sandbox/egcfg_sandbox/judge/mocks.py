"""Mocks of the test in the program's hands: it uses them, and reaches nothing of what checks its use."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

_MODULE = "unittest.mock"


def is_mock(thing: Any) -> bool:
    """Whether something was made by `unittest.mock`."""
    module = sys.modules.get(_MODULE)
    return module is not None and isinstance(thing, module.NonCallableMock)


@cache
def _own_names() -> frozenset[str]:
    """What every mock has: how it is set up, what was done with it, and the assertions about that."""
    return frozenset({*dir(sys.modules[_MODULE].MagicMock()), "mock_add_spec"})


def is_open(name: str) -> bool:
    """Whether the program may read and set an attribute of this name."""
    return not name.startswith("_") and name not in _own_names()
