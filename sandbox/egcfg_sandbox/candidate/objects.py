"""Describes the program's objects for the judge: plain data as data, all others as numbered references."""

from __future__ import annotations

import builtins
import collections
import dataclasses
import importlib
import sys
import types
from collections.abc import Callable
from typing import Any, Final

from egcfg_sandbox.candidate.memory import IMMUTABLE, as_plain, plain_base
from egcfg_sandbox.candidate.operations import SPECIAL_NAMES

_FUNCTIONS: Final = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    type(str.join),
    type([].__len__),
)

Ask = Callable[[str, int, tuple[Any, ...], dict[str, Any]], Any]
"""Asks the test to do something ("call", "next") with one of its functions or iterators, by number."""


class TestFunction:
    """A function of the test that the program was given."""

    def __init__(self, ask: Ask, number: int) -> None:
        self._ask = ask
        self.test_number = number

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._ask("call", self.test_number, arguments, named)


class TestIterator(TestFunction):
    """An iterator of the test, asked for one item at a time."""

    __call__ = None  # type: ignore[assignment]

    def __iter__(self) -> TestIterator:
        return self

    def __next__(self) -> Any:
        return self._ask("next", self.test_number, (), {})


class ByReference:
    """Marks an object that travels as a reference although it has a plain form."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Objects:
    """The numbered objects of one program. `as_raised` describes an exception."""

    def __init__(self, ask: Ask, as_raised: Callable[[BaseException], Any]) -> None:
        self._ask = ask
        self._as_raised = as_raised
        self._of_test: dict[int, TestFunction] = {}
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._classes: dict[int, Any] = {}

    def number_of(self, value: Any) -> int:
        """The reference under which an object is known; it is kept alive from now on."""
        number = self._numbers.get(id(value))
        if number is None:
            number = len(self._objects) + 1
            self._objects[number] = value
            self._numbers[id(value)] = number
        return number

    def resolve(self, plain: Any) -> Any:
        """The object that a reference of the judge stands for."""
        match plain:
            case ("object", number):
                return self._objects[number]
            case ("standard", module, name):
                return vars(sys.modules[module])[name] if name else importlib.import_module(module)
            case ("named tuple", str(name), fields, values):
                return collections.namedtuple(name, fields)(*values)
            case ("named tuple", kind, _, values):
                return tuple.__new__(kind, values)
            case ("error", kind, arguments):
                return kind(*arguments)
            case ("function" | "iterator" as what, number):
                kind = TestIterator if what == "iterator" else TestFunction
                return self._of_test.setdefault(number, kind(self._ask, number))
        raise LookupError("an unknown kind of reference")

    def describe(self, value: Any) -> Any:
        """The reference, or the plain part, under which a value travels."""
        kind = type(value)
        if kind is TestFunction or kind is TestIterator:
            return ("test", value.test_number)
        if kind is ByReference:
            return self._reference(value.value)
        if isinstance(value, type):
            return ("class", self.describe_class(value))
        if isinstance(value, types.ModuleType):
            return ("module", value.__name__)
        if issubclass(kind, BaseException):
            return ("error", self._as_raised(value))
        base = plain_base(kind)
        if base in IMMUTABLE:
            fields = getattr(kind, "_fields", None) if base is tuple else None
            plain = as_plain(value, base)
            fields = fields if type(fields) is tuple else None
            return ("extended", self.number_of(value), self.describe_class(kind), fields, plain)
        if base is dict and isinstance(value, collections.Counter):
            return ("plain", collections.Counter(as_plain(value, dict)))
        if base is not None:
            return ("plain", as_plain(value, base))
        if kind.__module__ == "numpy" and isinstance(value, sys.modules["numpy"].generic):
            return ("plain", value.item())
        return self._reference(value)

    def _reference(self, value: Any) -> Any:
        kind = type(value)
        number = self.number_of(value)
        if kind in _FUNCTIONS:
            return ("function", number)
        described = self.describe_class(kind)
        if type(described) is str and hasattr(kind, "__next__"):
            return ("iterator", number)
        return ("object", number, described)

    def describe_class(self, kind: type) -> Any:
        """A builtin class by name, another by number, name, bases and traits."""
        if kind.__module__ == "builtins" and getattr(builtins, kind.__name__, None) is kind:
            return kind.__name__
        number = self.number_of(kind)
        if number in self._classes:
            return self._classes[number]
        bases = tuple(self.describe_class(base) for base in kind.__bases__)
        fields: tuple[str, ...] | None = None
        if dataclasses.is_dataclass(kind):
            fields = tuple(field.name for field in dataclasses.fields(kind) if field.compare)
        own = [base for base in kind.__mro__ if base is not object]
        traits = {
            "fields": fields,
            "eq": any("__eq__" in vars(base) for base in own),
            "special": tuple(
                name for name in SPECIAL_NAMES if any(vars(base).get(name) is not None for base in own)
            ),
        }
        self._classes[number] = (number, kind.__name__, kind.__module__, bases, traits)
        return self._classes[number]
