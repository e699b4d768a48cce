"""Mocks of the test in the program's hands: it uses them, and reaches nothing of what checks its use."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, Final

_MODULE: Final = "unittest.mock"
_ASSERTIONS: Final = """
called called_once called_with called_once_with not_called any_call has_calls
awaited awaited_once awaited_with awaited_once_with not_awaited any_await has_awaits
"""
ASSERTIONS: Final = frozenset(f"assert_{name}" for name in _ASSERTIONS.split())
"""What a test has its mocks assert. An object of the program that took a mock's place would agree."""


def is_mock(thing: Any) -> bool:
    """Whether something was made by `unittest.mock`."""
    module = sys.modules.get(_MODULE)
    return module is not None and isinstance(thing, module.NonCallableMock)


@cache
def _own_names() -> frozenset[str]:
    """What every mock has: how it is set up, what was done with it, and the assertions about that."""
    module = sys.modules[_MODULE]
    return frozenset({*dir(module.MagicMock()), *dir(module.AsyncMock()), "mock_add_spec"})


def is_open(name: str) -> bool:
    """Whether the program may read and set an attribute of this name."""
    return not name.startswith("_") and name not in _own_names()
