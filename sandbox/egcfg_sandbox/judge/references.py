"""Turns the program's references into handles, and handles into references (rule 1)."""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any, Final

from egcfg_sandbox.codec import CodecError
from egcfg_sandbox.judge.failures import NAMESAKES, error_class, rebuild, standard_error
from egcfg_sandbox.judge.handles import (
    Handle,
    HandleFunction,
    HandleIterator,
    HandleType,
    Questioner,
    Reference,
    Traits,
    is_handle,
    new_class,
    new_handle,
    reference_of,
    refuse_comparing,
)

_BUILTIN_TYPES: Final = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type)}
_IMMUTABLE: Final = (int, float, complex, str, bytes, tuple, frozenset)
_NAMED: Final = (type, types.FunctionType, types.BuiltinFunctionType)
_HELPER_NAMES: Final = """
bisect cmath collections copy datetime decimal fractions functools heapq itertools json math operator
os random re statistics string sys typing unittest
"""
HELPER_MODULES: Final = frozenset(_HELPER_NAMES.split())
"""Modules that a test may use although only the program imported them: always the judge's own."""
_SHARED_MODULES: Final = frozenset({"builtins", "_operator", "_functools", *HELPER_MODULES})


class References:
    """The handles of one program by number, and the test's functions that the program was handed."""

    def __init__(self, questioner: Questioner) -> None:
        self.declared: frozenset[str] = frozenset()
        """Names that are known to be classes; see `Program.classes`."""
        self._questioner = questioner
        self._classes: dict[int, type] = {}
        self._class_numbers: dict[type, int] = {}
        self._objects: dict[int, Handle] = {}
        self._values: dict[int, Any] = {}
        self._value_numbers: dict[int, int] = {}
        self._value_classes: dict[tuple[type, type, Any], Any] = {}
        self._of_test: list[Any] = []

    def resolve(self, plain: Any) -> Any:
        """The handle or the plain value for a description that the program sent."""
        match plain:
            case ("plain", value):
                return value
            case ("object", int(number), description):
                kind = self._class(description)
                return self._handle(kind if isinstance(kind, HandleType) else Handle, number)
            case ("function", int(number)):
                return self._handle(HandleFunction, number)
            case ("iterator", int(number)):
                return self._handle(HandleIterator, number)
            case ("class", description):
                kind = self._class(description)
                if isinstance(kind, HandleType):
                    reference_of(kind).arrivals += 1
                return NAMESAKES.get(kind, kind)
            case ("error", (description, *details)):
                return rebuild(self._class(description), details, iterating=False)
            case ("extended", int(number), description, fields, value):
                return self._value(number, self._class(description), fields, value)
            case ("test", int(number)):
                return self.of_test(number)
            case ("module", str(name)):
                return _standard_module(name)
        raise CodecError("an unknown kind of reference")

    def exception(self, plain: Any, *, iterating: bool) -> BaseException:
        """The exception that the program raised; see `failures.rebuild`."""
        try:
            description, *details = plain
            return rebuild(self._class(description), details, iterating=iterating)
        except (TypeError, ValueError, LookupError):
            raise CodecError("an exception that cannot be read") from None

    def of_test(self, number: int) -> Any:
        """The function or iterator of the test with this number, which the program was given."""
        if not 0 <= number < len(self._of_test):
            raise CodecError("a thing that was never sent")
        return self._of_test[number]

    def describe(self, value: Any) -> Any:
        """The description, for the program, of a value of the test that is no plain data."""
        if is_handle(value):
            return ("object", reference_of(value).number)
        number = self._value_numbers.get(id(value))
        if isinstance(value, type):
            number = self._class_numbers.get(value)
        if number is not None:
            return ("object", number)
        fields = getattr(value, "_fields", None)
        if isinstance(value, tuple) and isinstance(fields, tuple):
            kind = vars(type(value)).get("_handle_class", type(value).__name__)
            return ("named tuple", kind, fields, tuple(value))
        name = _public_name(value)
        if name is not None:
            return ("standard", *name)
        if isinstance(value, BaseException):
            kind = type(value)
            known = kind in self._class_numbers or kind.__module__ == "builtins"
            return ("error", kind if known else _builtin_base(kind), value.args if known else (str(value),))
        if isinstance(value, Iterator):
            return ("iterator", self._number(value))
        if callable(value):
            return ("function", self._number(value))
        raise CodecError(f"a {type(value).__name__}, which has no form outside the test")

    def _number(self, thing: Any) -> int:
        """The number under which the program knows a function or iterator of the test."""
        for number, known in enumerate(self._of_test):
            if known is thing:
                return number
        self._of_test.append(thing)
        return len(self._of_test) - 1

    def _handle(self, kind: type, number: int) -> Handle:
        """One handle for one object, so that `is` holds. A second arrival makes it an answer for good."""
        known = self._objects.get(number)
        if known is None:
            known = self._objects[number] = new_handle(kind, self._questioner, number)
        reference_of(known).arrivals += 1
        return known

    def _class(self, description: Any) -> type:
        """What stands for a class, made on first sight; builtin ones stand for themselves."""
        if type(description) is str:
            return _BUILTIN_TYPES.get(description, object)
        number, name, module, bases, traits = description
        if number in self._classes:
            return self._classes[number]
        if (type(number), type(name), type(traits)) != (int, str, dict):
            raise CodecError("a class that is none")
        kind = standard_error(module, name) or self._new_class(number, name, bases, traits)
        self._classes[number] = kind
        self._class_numbers[kind] = number
        return kind

    def _new_class(self, number: int, name: str, bases: Any, traits: dict[Any, Any]) -> type:
        parents = [self._class(base) for base in bases]
        errors = tuple(parent for parent in parents if issubclass(parent, BaseException))
        if errors:
            return error_class(name, errors)
        handled = tuple(parent for parent in parents if isinstance(parent, HandleType))
        known = Traits(traits["eq"] is True, traits["fields"])
        reference = Reference(self._questioner, number)
        return new_class(name, handled, traits["special"], known, reference, self.declared)

    def _value(self, number: int, kind: type, fields: Any, plain: Any) -> Any:
        """An immutable value whose class extends a builtin: that builtin here, and more when it is asked.

        `fields`: those of a named tuple.
        """
        known = self._values.get(number)
        if known is not None:
            return known
        base: Any = type(plain)
        if base not in _IMMUTABLE or not isinstance(kind, HandleType):
            raise CodecError("a value of a class that extends none")
        if fields is not None:
            if base is not tuple or len(fields) != len(plain) or {*map(type, fields)} - {str}:
                raise CodecError("a named tuple that is none")
            for name, part in zip(fields, plain, strict=True):
                refuse_comparing(name, part)
        key = (kind, base, fields)
        if key not in self._value_classes:
            parent = base if fields is None else namedtuple(kind.__name__, fields)
            own: dict[str, Any] = {"__slots__": (), "__module__": "program", "_handle_class": kind}
            own["__getattr__"] = self._asking_for_more()
            self._value_classes[key] = type(kind.__name__, (parent,), own)
        value = base.__new__(self._value_classes[key], plain)
        self._values[number] = value
        self._value_numbers[id(value)] = number
        return value

    def _asking_for_more(self) -> Callable[[Any, str], Any]:
        """The method by which such a value has the attributes that its class has beside the builtin's."""

        def more(value: Any, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}")
            return refuse_comparing(name, self._questioner.ask("getattr", value, name))

        return more


def _public_name(value: Any) -> tuple[str, str] | None:
    """Module and name of a function or class that both sides have: the program is to use its own."""
    if isinstance(value, types.ModuleType):
        known = value.__name__.partition(".")[0] in sys.stdlib_module_names
        return (value.__name__, "") if known and sys.modules.get(value.__name__) is value else None
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(value, _NAMED) or type(module) is not str or type(name) is not str:
        return None
    if module not in _SHARED_MODULES or vars(sys.modules[module]).get(name) is not value:
        return None
    return (module, name)


def _builtin_base(kind: type) -> type:
    """The builtin exception class that an exception class of the test extends."""
    return next(base for base in kind.__mro__ if base.__module__ == "builtins")


def _standard_module(name: str) -> Any:
    """The judge's own copy of a module of the standard library: never the program's."""
    known = name.partition(".")[0] in sys.stdlib_module_names
    if not known or (name not in sys.modules and name not in HELPER_MODULES):
        raise CodecError(f"the module {name[:50]!r}")
    return importlib.import_module(name)
