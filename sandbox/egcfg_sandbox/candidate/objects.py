"""What of the program's objects travels: plain data as data, everything else as a numbered reference."""

from __future__ import annotations

import builtins
import collections
import copy
import dataclasses
import importlib
import math
import operator
import sys
import types
from collections.abc import Callable
from typing import Any, Final

_IMMUTABLE: Final = (int, float, complex, str, bytes, tuple, frozenset)
_PLAIN_BASES: Final = (*_IMMUTABLE, bytearray, list, set, dict)


def plain_base(kind: type) -> type | None:
    """The builtin that a class extends, if any."""
    for base in _PLAIN_BASES:
        if issubclass(kind, base):
            return base
    return None


def as_plain(value: Any, base: type) -> Any:
    """The builtin part of an instance of a builtin's subclass, taken without the class's own methods."""
    if base is int or base is float:
        return base.__dict__["__int__" if base is int else "__float__"](value)
    if base is complex:
        return complex(complex.real.__get__(value), complex.imag.__get__(value))
    if base is str:
        return str.__str__(value)
    if base in (bytes, bytearray):
        return base.__dict__["__getitem__"](value, slice(None))
    if base is dict:
        return dict(dict.items(value))
    return base(base.__dict__["__iter__"](value))


def state_of(value: Any) -> dict[str, Any]:
    """Instance variables, slots included."""
    state: dict[str, Any] = {}
    for owner in type(value).__mro__:
        for name, slot in list(vars(owner).items()):
            if isinstance(slot, types.MemberDescriptorType):
                try:
                    state[name] = slot.__get__(value)
                except AttributeError:
                    continue
    variables = getattr(value, "__dict__", {})
    if type(variables) is not dict:
        # A class may have taken the name for something else.
        kept: Any = object.__getstate__(value)
        variables = kept[0] if type(kept) is tuple else kept
    state.update(variables or {})
    return state


CallBack = Callable[[str, int, tuple[Any, ...], dict[str, Any]], Any]
"""Asks the test: what to do ("call", "getattr", "operate", "isinstance", ...), with which thing, and how."""


class TestThing:
    """A function or an object of the test that the program was handed."""

    __slots__ = ("_remote_ask", "_remote_number")

    def __init__(self, ask: CallBack, number: int) -> None:
        object.__setattr__(self, "_remote_ask", ask)
        object.__setattr__(self, "_remote_number", number)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._remote_ask("call", self._remote_number, arguments, named)

    def __enter__(self) -> Any:
        return self._remote_ask("enter", self._remote_number, (), {})

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        return self._remote_ask("exit", self._remote_number, (), {})

    def __instancecheck__(self, value: Any) -> Any:
        return self._remote_ask("isinstance", self._remote_number, (value,), {})

    def __getattr__(self, name: str) -> Any:
        if name == "__dict__":
            return self._remote_ask("vars", self._remote_number, (), {})
        if name.startswith("__") and name not in ("__name__", "__qualname__"):
            raise AttributeError(name)
        return self._remote_ask("getattr", self._remote_number, (name,), {})

    def __setattr__(self, name: str, value: Any) -> None:
        self._remote_ask("setattr", self._remote_number, (name, value), {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TestThing) and other._remote_number == self._remote_number

    def __hash__(self) -> int:
        return hash(self._remote_number)


TestThing.__doc__ = property(  # type: ignore[assignment]
    lambda self: self._remote_ask("getattr", self._remote_number, ("__doc__",), {})
)


class TestObject(TestThing):
    """A thing of the test with special methods of its own, or one that is gone through or read."""

    __slots__ = ()

    def __eq__(self, other: object) -> Any:
        return super().__eq__(other) or self._remote_ask("operate", self._remote_number, ("eq", other), {})

    def __hash__(self) -> int:
        return int(self._remote_ask("operate", self._remote_number, ("hash",), {}))


def _forwarded(name: str) -> Any:
    def operator(self: TestObject, *operands: Any) -> Any:
        return self._remote_ask("operate", self._remote_number, (name, *operands), {})

    return operator


_FORWARDED: Final = """
len iter next bool str repr int float index reversed getitem setitem delitem contains lt le gt ge neg abs add
sub mul truediv floordiv mod pow and_ or_ xor matmul radd rsub rmul rtruediv rfloordiv rmod rpow
"""
for _name in _FORWARDED.split():
    setattr(TestObject, f"__{_name.rstrip('_')}__", _forwarded(_name))


_PROTOCOLS: Final = """
call iter next contains getitem setitem delitem enter exit reversed round aiter anext aenter aexit len int
index float complex lt le gt ge neg pos invert abs floor ceil trunc divmod rdivmod
"""
_BINARY: Final = "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul"
SPECIAL_NAMES: Final = tuple(
    f"__{name}__"
    for name in (
        *_PROTOCOLS.split(),
        *(side + name for name in _BINARY.split() for side in ("", "r", "i")),
    )
)
"""Of special methods that a class may have or not, and of which a test's values show which."""


class Kept:
    """Marks an object that travels as a reference although it has a plain form."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Objects:
    """The numbered objects of one program."""

    def __init__(self, call_back: CallBack, as_raised: Callable[[BaseException], Any]) -> None:
        self._call_back = call_back
        self._as_raised = as_raised
        self._of_test: dict[int, tuple[Any, int]] = {}
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._described: dict[int, None] = {}
        self._named: dict[tuple[str, tuple[str, ...]], Any] = {}

    def number_of(self, value: Any) -> int:
        """The reference under which an object is known; it is kept alive from now on."""
        number = self._numbers.get(id(value))
        if number is None:
            number = len(self._objects) + 1
            self._objects[number] = value
            self._numbers[id(value)] = number
        return number

    def get(self, number: int) -> Any:
        """The object behind a reference."""
        return self._objects[number]

    @property
    def mark(self) -> int:
        """How many classes the judge has been told of, for `withdraw`."""
        return len(self._described)

    def withdraw(self, mark: int) -> None:
        """Counts the classes described since as not told of, as the message was never sent."""
        while len(self._described) > mark:
            self._described.popitem()

    def resolve(self, plain: Any) -> Any:
        """The object behind a reference from the judge, what both sides have, or a thing of the test."""
        side, number, *rest = plain
        if side == "standard":
            return vars(sys.modules[number])[rest[0]] if rest[0] else importlib.import_module(number)
        if side == "mine":
            return self._objects[number]
        if side == "raises":
            return self._exception_class(number, *rest)
        if side == "error":
            return self._exception(number, *rest)
        if side == "named":
            return self._named_tuple(number, *rest)
        return (TestObject if rest[0] else TestThing)(self._call_back, number)

    def number_at_test(self, value: Any) -> int | None:
        """The test's number of an exception, or of a class of exceptions, that came from there."""
        found = self._of_test.get(id(value))
        return None if found is None else found[1]

    def _exception_class(self, number: int, name: str, bases: tuple[type, ...]) -> Any:
        """A class of exceptions of the test, as one that can be caught and raised here."""
        for known, its_number in self._of_test.values():
            if its_number == number:
                return known
        kind = type(name, bases, {"__module__": "test"})
        self._of_test[id(kind)] = (kind, number)
        return kind

    def _named_tuple(self, kind: Any, fields: tuple[str, ...], values: tuple[Any, ...]) -> Any:
        """A named tuple that the test made: of a class of the program, or of one made after the test's."""
        if not isinstance(kind, type):
            key = (kind, fields)
            if key not in self._named:
                self._named[key] = collections.namedtuple(kind, fields)
            kind = self._named[key]
        return tuple.__new__(kind, values)

    def _exception(self, number: int, kind: type[BaseException], arguments: tuple[Any, ...]) -> BaseException:
        """An exception of the test."""
        try:
            error = kind(*arguments)
        except Exception:
            error = kind.__new__(kind)
            error.args = arguments
        self._of_test[id(error)] = (error, number)
        return error

    def describe(self, value: Any) -> Any:
        """The reference, or the plain part, under which a value travels."""
        if type(value) in (TestThing, TestObject):
            return ("yours", value._remote_number)
        if type(value) is Kept:
            return self.reference(value.value)
        if isinstance(value, type):
            return ("class", self.describe_class(value))
        if isinstance(value, types.ModuleType):
            return ("module", value.__name__)
        kind = type(value)
        if issubclass(kind, BaseException):
            return ("error", self._as_raised(value))
        base = plain_base(kind)
        if base in _IMMUTABLE:
            fields = getattr(kind, "_fields", None) if base is tuple else None
            if type(fields) is not tuple:
                fields = None
            return (
                "extended",
                self.number_of(value),
                self.describe_class(kind),
                fields,
                as_plain(value, base),
            )
        if base is dict and isinstance(value, collections.Counter):
            return ("plain", collections.Counter(as_plain(value, dict)))
        if base is not None:
            return ("plain", as_plain(value, base))
        return self.reference(value)

    def reference(self, value: Any) -> Any:
        """A reference even where a plain form exists."""
        kind = type(value)
        if kind in _FUNCTIONS:
            return ("function", self.number_of(value), str(getattr(value, "__name__", "function")))
        if kind is types.CoroutineType:
            return ("coroutine", self.number_of(value))
        described = self.describe_class(kind)
        if type(described) is str and hasattr(kind, "__next__"):
            return ("iterator", self.number_of(value))
        return ("object", self.number_of(value), described)

    def describe_class(self, kind: type) -> Any:
        """A class by number; the first time also its name, bases and kind."""
        if kind.__module__ == "builtins" and getattr(builtins, kind.__name__, None) is kind:
            return kind.__name__
        at_test = self.number_at_test(kind)
        if at_test is not None:
            return ("yours", at_test)
        number = self.number_of(kind)
        if number in self._described:
            return (number,)
        self._described[number] = None
        bases = tuple(self.describe_class(base) for base in kind.__bases__)
        fields: tuple[str, ...] | None = None
        init: tuple[tuple[str, bool], ...] | None = None
        if dataclasses.is_dataclass(kind):
            fields = tuple(field.name for field in dataclasses.fields(kind) if field.compare)
            init = tuple((field.name, field.init) for field in dataclasses.fields(kind))
        traits = {
            "fields": fields,
            "init": init,
            "eq": any("__eq__" in vars(base) for base in kind.__mro__ if base is not object),
            "special": tuple(
                name
                for name in SPECIAL_NAMES
                if any(vars(base).get(name) is not None for base in kind.__mro__ if base is not object)
            ),
            "generator": kind is types.GeneratorType,
        }
        return (number, kind.__name__, kind.__module__, bases, traits)


_FUNCTIONS: Final = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    type(str.join),
    type([].__len__),
)


def _call_operator(name: str) -> Callable[..., Any]:
    return lambda *operands: getattr(operator, name)(*operands)


_loops: list[Any] = []


def _awaited(waiting: Any) -> Any:
    """Runs what can be awaited to its end, in the event loop of all that the test awaits."""
    import asyncio  # large, and rarely needed

    async def wait() -> Any:
        return await waiting

    if not _loops:
        _loops.append(asyncio.Runner())
    return _loops[0].run(wait())


_OPERATORS: Final = """
getitem setitem delitem contains add sub mul truediv floordiv mod pow lshift rshift and_ or_ xor matmul iadd
isub imul itruediv ifloordiv imod ipow ilshift irshift iand ior ixor imatmul neg pos invert abs index eq lt le
gt ge
"""

OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    "len": len,
    "bool": bool,
    "iter": iter,
    "next": next,
    "str": str,
    "repr": repr,
    "hash": hash,
    "int": int,
    "float": float,
    "complex": complex,
    "round": round,
    "abs": abs,
    "reversed": reversed,
    "format": format,
    "dir": dir,
    "enter": lambda value: type(value).__enter__(value),
    "exit": lambda value, *details: type(value).__exit__(value, *details),
    **{name: _call_operator(name) for name in _OPERATORS.split()},
    "divmod": divmod,
    **{module_function.__name__: module_function for module_function in (math.floor, math.ceil, math.trunc)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "aiter": aiter,
    "anext": lambda value: _awaited(anext(value)),
    "aenter": lambda value: _awaited(type(value).__aenter__(value)),
    "aexit": lambda value, *details: _awaited(type(value).__aexit__(value, *details)),
    "await": _awaited,
}
