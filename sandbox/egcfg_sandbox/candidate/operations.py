"""The operators and builtins that a test may use on an object of the program, by name."""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable
from typing import Any, Final

BINARY_NAMES: Final = "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul"
_PROTOCOLS: Final = """
call iter next contains getitem setitem delitem enter exit reversed round len bool int index float complex
lt le gt ge neg pos invert abs floor ceil trunc divmod rdivmod
"""
_SIDES: Final = ("", "r", "i")
SPECIAL_NAMES: Final = (
    *(f"__{name}__" for name in _PROTOCOLS.split()),
    *(f"__{side}{name}__" for name in BINARY_NAMES.split() for side in _SIDES),
)
"""Special methods that a class may have or lack; a stand-in in the judge has the same ones."""

_OPERATORS: Final = f"""
getitem setitem delitem contains {BINARY_NAMES} neg pos invert abs index eq lt le gt ge
"""

_BUILTIN: Final = (
    len, bool, iter, next, str, repr, hash, int, float, complex, round, reversed, format, divmod,
    math.floor, math.ceil, math.trunc,
)  # fmt: skip


def _of_operator(name: str) -> Callable[..., Any]:
    """A function of the module `operator`, where `and` and `or` have an underscore."""
    function: Callable[..., Any] = getattr(operator, f"{name}_" if name in ("and", "or") else name)
    return function


OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    **{function.__name__: function for function in _BUILTIN},
    **{name: _of_operator(name) for name in _OPERATORS.split()},
    **{f"i{name}": _of_operator(f"i{name}") for name in BINARY_NAMES.split()},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "enter": lambda value: type(value).__enter__(value),
    "exit": lambda value, *details: type(value).__exit__(value, *details),
}
