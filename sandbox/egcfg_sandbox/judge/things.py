"""What the program may do with objects of the test that it was handed, apart from calling them."""

from __future__ import annotations

import builtins
import io
import operator
from collections.abc import Callable, Iterator
from typing import Any, Final

STREAMS: Final = (Iterator, io.IOBase)
"""Things without a form of their own that a program goes through or reads."""
_OF_FILES: Final = frozenset(
    {
        "read", "readline", "readlines", "write", "writelines", "getvalue", "seek", "tell", "flush", "close",
        "closed", "readable", "writable", "seekable", "truncate",
    }
)  # fmt: skip
_DESCRIBING: Final = frozenset({"__name__", "__qualname__", "__doc__"})
_OF_STREAMS: Final = frozenset({"iter", "next"})
_BUILTIN: Final = """
len iter next bool str repr int float reversed hash
"""
_OPERATORS: Final = """
index getitem setitem delitem contains eq lt le gt ge neg abs add sub mul truediv floordiv mod pow and_ or_
xor matmul
"""
_SWAPPED: Final = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")


def _turned(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda right, left: function(left, right)


_OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    **{name: getattr(builtins, name) for name in _BUILTIN.split()},
    **{name: getattr(operator, name) for name in _OPERATORS.split()},
    **{f"r{name}": _turned(getattr(operator, name)) for name in _SWAPPED},
}
# Classes of the standard library whose objects tests make for a program to use.
_LENT: Final = {
    "array": frozenset({"array"}),
    "random": frozenset({"Random"}),
    "types": frozenset({"SimpleNamespace"}),
    "queue": frozenset({"Queue", "LifoQueue", "PriorityQueue"}),
    "_queue": frozenset({"SimpleQueue"}),
    "_thread": frozenset({"lock", "RLock"}),
    "threading": frozenset({"Barrier", "BoundedSemaphore", "Condition", "Event", "Semaphore"}),
}
_SPECIAL: Final = frozenset(f"__{name.rstrip('_')}__" for name in _OPERATIONS)


def is_lent(thing: Any) -> bool:
    """Whether the program may use a thing of a class of Python's as if the class were the test's."""
    kind = type(thing)
    return kind.__qualname__ in _LENT.get(kind.__module__, ())


def is_of_unittest(thing: Any, name: str) -> bool:
    """Whether a thing has an attribute from the library by which the test fails, or skips itself."""
    for owner in type(thing).__mro__:
        if name in vars(owner):
            return owner.__module__.partition(".")[0] == "unittest"
    return False


def is_operable(thing: Any) -> bool:
    """Whether more can be done with a thing than to call it and to ask for its variables."""
    owners = [kind for kind in type(thing).__mro__ if kind is not object]
    return isinstance(thing, STREAMS) or any(not _SPECIAL.isdisjoint(vars(kind)) for kind in owners)


def operate(thing: Any, name: Any, *operands: Any, of_test: bool) -> Any:
    """An operator or a builtin on a thing: any for objects of the test's own classes, `next` for streams."""
    operation = _OPERATIONS.get(name)
    if operation is None or not (of_test or (isinstance(thing, STREAMS) and name in _OF_STREAMS)):
        raise TypeError(f"{type(thing).__name__!r} object of the test does not let the program {name}")
    return operation(thing, *operands)


def is_open(thing: Any, name: str) -> bool:
    """Whether an attribute may be read of a thing that is no object of the test's own classes."""
    return name in _DESCRIBING or (isinstance(thing, io.IOBase) and name in _OF_FILES)
