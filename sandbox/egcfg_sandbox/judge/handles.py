"""Handles: they stand in the judge for classes and objects of the program (rules 2 to 4 of the README).

A handle asks the program only what the test writes. It compares nothing by the program: equality is decided
here, and an operator of the program's class that is handed a value of the test could simply answer what the
test hopes for, so it is asked only of objects that the test constructed itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from egcfg_sandbox.assertions import SHOWN, NotATest
from egcfg_sandbox.candidate.operations import BINARY_NAMES
from egcfg_sandbox.candidate.rendering import Renderer


class Questioner(Protocol):
    """Asks the program. `changes` counts the questions that may have changed an object."""

    changes: int

    def ask(self, operation: str, *details: Any) -> Any:
        """The answer to one question; raises what the program raised."""


_Plain = TypeVar("_Plain")
_MOST_UNORDERED: Final = 1000
_ABSENT: Final = object()
_CLOSE: Final = 1e-6
_PLAIN: Final = (int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)
# Methods of builtin values that compare, or that tell how two values differ. An object that merely stands
# where the test expects a builtin value could answer them as it likes.
_COMPARING: Final = frozenset(
    {
        "startswith", "endswith", "issubset", "issuperset", "isdisjoint", "equals", "is_close", "isclose",
        "difference", "symmetric_difference", "intersection", "compare", "compare_signal", "compare_total",
        "compare_total_mag", "same_quantum",
    }
)  # fmt: skip
_RENDERER: Final = Renderer(SHOWN)
_DESCRIBING: Final = frozenset({"__name__", "__qualname__"})


@dataclass(slots=True)
class Reference:
    """The object of the program that a handle stands for, by its number.

    `of_test`: the test constructed the object from a class that is declared to be one; of a class, that it is
    declared. `arrivals`: how often the program gave it where nothing of the kind was asked for; once is
    enough to make it an answer like any other, for good. `items`: how many it had, after how many changes.
    """

    questioner: Questioner
    number: int
    of_test: bool | None = None
    arrivals: int = 0
    items: tuple[int, int] | None = None

    @property
    def trusted(self) -> bool:
        """Whether it is the test's own, and stands nowhere in the place of an answer."""
        return self.of_test is True and self.arrivals == 0


@dataclass(frozen=True, slots=True)
class Traits:
    """The facts about a class of the program: whether it defines equality, and which fields that compares."""

    has_equality: bool
    compared: tuple[str, ...] | None


def is_handle(value: Any) -> bool:
    """Whether a value is a handle, for an object or a class of the program."""
    return issubclass(type(value), Handle | HandleType)


def shown(value: Any) -> str:
    """A short text of a value that a test compares, for which the program is not asked."""
    return f"<{type(value).__name__} object>" if is_handle(value) else _RENDERER.text(value)


def reference_of(handle: Any) -> Reference:
    """The reference of a handle."""
    found: Reference
    if isinstance(handle, type):
        found = type.__getattribute__(handle, "_handle_reference")
    else:
        found = object.__getattribute__(handle, "_reference")
    return found


def known_as(name: str, value: Any, declared: frozenset[str]) -> Any:
    """Notes under which name the test got a class: it is a declared class if all its names are declared.

    A program may call a class what it likes and let it stand in the place of a function under test.
    """
    if isinstance(value, HandleType):
        reference = reference_of(value)
        reference.arrivals -= 1
        reference.of_test = name in declared and reference.of_test is not False
    return value


def refuse_comparing(name: str, value: Any) -> Any:
    """An attribute of what may stand in the place of a builtin value: no method that would compare."""
    if name in _COMPARING and (callable(value) or is_handle(value)):
        raise TypeError(f"{name}() of what the program returned decides nothing")
    return value


def _ask(handle: Any, operation: str, *details: Any) -> Any:
    return reference_of(handle).questioner.ask(operation, *details)


def _operate(handle: Any, name: str, *operands: Any) -> Any:
    return _ask(handle, "operate", name, (handle, *operands))


class HandleType(type):
    """The class of the classes of handles. Calling one constructs an object in the program's process."""

    _handle_reference: Reference
    _handle_traits: Traits
    _handle_declared: frozenset[str]

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **named: Any) -> Any:
        raise NotATest(f"the class {name} of the test extends one of the program's")

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        trusted = reference_of(cls).trusted
        made = _ask(cls, "call", cls, arguments, named)
        stand_in: Any = cls
        if type(made) is stand_in:
            reference = reference_of(made)
            reference.arrivals -= 1
            reference.of_test = trusted
        return made

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name not in _DESCRIBING:
            raise AttributeError(name)
        value = known_as(name, _ask(cls, "getattr", cls, name), cls._handle_declared)
        return value if reference_of(cls).trusted else refuse_comparing(name, value)

    def __setattr__(cls, name: str, value: Any) -> None:
        _ask(cls, "setattr", cls, name, value)

    def __instancecheck__(cls, value: Any) -> bool:
        return type.__subclasscheck__(cls, vars(type(value)).get("_handle_class", type(value)))

    def __iter__(cls) -> Iterator[Any]:
        return iter(_operate(cls, "iter"))

    def __len__(cls) -> int:
        return _converted(cls, "len", int)

    def __bool__(cls) -> bool:
        return True

    def __getitem__(cls, key: Any) -> Any:
        return _operate(cls, "getitem", key)


class Handle:
    """An object of the program, with what every object has. `SPECIAL` is what further classes may have."""

    __slots__ = ("_reference",)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in _DESCRIBING:
            raise AttributeError(f"{name} of an object of the program is not asked for")
        kind: Any = type(self)
        declared = kind._handle_declared if isinstance(kind, HandleType) else frozenset[str]()
        value = known_as(name, _ask(self, "getattr", self, name), declared)
        return value if reference_of(self).trusted else refuse_comparing(name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        _ask(self, "setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        _ask(self, "delattr", self, name)

    def __eq__(self, other: Any) -> Any:
        return _equal(self, other, frozenset())

    def __hash__(self) -> int:
        # Equal objects hash alike as far as their class lets them, but never as a plain value does: the
        # program does not know where a class lies in the judge's memory.
        kind: Any = type(self)
        if isinstance(kind, HandleType) and kind._handle_traits.has_equality:
            return hash((kind, _converted(self, "hash", int)))
        return hash((kind, reference_of(self).number))

    def __copy__(self) -> Any:
        return _operate(self, "copy")

    def __deepcopy__(self, known: Any) -> Any:
        return _operate(self, "deepcopy")

    def __format__(self, form: str) -> str:
        return _converted(self, "format", str, form)

    def __str__(self) -> str:
        return _converted(self, "str", str)

    def __repr__(self) -> str:
        return _converted(self, "repr", str)


def new_handle(kind: type, questioner: Questioner, number: int) -> Any:
    """A handle of one of the classes below, or of a `HandleType`."""
    stand_in: Any = kind
    made = object.__new__(stand_in)
    object.__setattr__(made, "_reference", Reference(questioner, number))
    return made


def new_class(
    name: str, bases: tuple[type, ...], special: Any, traits: Traits, reference: Reference, declared: Any
) -> HandleType:
    """A class of handles; `special` are the special methods that the program's class has."""
    own: dict[str, Any] = {method: SPECIAL[method] for method in special if method in SPECIAL}
    if "__getitem__" in own:
        # Python goes through such an object item by item, whether or not its class says how.
        own["__iter__"] = SPECIAL["__iter__"]
    kind = type.__new__(
        HandleType, name, bases or (Handle,), {"__slots__": (), "__module__": "program", **own}
    )
    for key, value in (("reference", reference), ("traits", traits), ("declared", declared)):
        type.__setattr__(kind, f"_handle_{key}", value)
    return kind


def _equal(left: Handle, right: Any, comparing: frozenset[frozenset[int]]) -> Any:
    """Rule 3: one object, or of one class whose equality agrees and whose variables are equal here.

    `comparing`: the pairs of objects whose variables this one is among, by their numbers; empty for the
    objects that the test compares. Parts of those may be of a class without an equality, as the nodes of a
    list are: their variables decide.
    """
    if left is right:
        return True
    if not issubclass(type(right), Handle):
        return _equals_plain(left, right) if isinstance(right, _PLAIN) else NotImplemented
    kind: Any = type(left)
    if kind is not type(right) or not isinstance(kind, HandleType):
        return False
    traits = kind._handle_traits
    if reference_of(left).trusted and reference_of(right).trusted:
        # The test made both: there is no answer to be compared, only the equality itself.
        return _operate(left, "eq", right) is True
    if not (traits.has_equality or comparing):
        return False
    pair = frozenset((reference_of(left).number, reference_of(right).number))
    if pair in comparing:
        return True
    states = [_ask(left, "state", side) for side in (left, right)]
    if not all(type(state) is dict for state in states):
        return False
    if traits.compared is not None:
        states = [{name: state.get(name) for name in traits.compared} for state in states]
    elif traits.has_equality and _operate(left, "eq", right) is not True:
        return False
    return _same(states[0], states[1], comparing | {pair})


def _equals_plain(left: Handle, right: Any) -> bool:
    """Whether an object of a builtin's subclass is that builtin value: its plain part is compared here."""
    has_plain, plain = _ask(left, "plain", left)
    return has_plain is True and not is_handle(plain) and bool(plain == right)


def _same(left: Any, right: Any, comparing: frozenset[frozenset[int]]) -> bool:
    """Whether a variable of two objects that their class calls equal holds the same.

    Their class may leave open the order of a list and the last digits of a number.
    """
    if left is right:
        return True
    if isinstance(left, Handle):
        return _equal(left, right, comparing) is True
    if type(left) is not type(right):
        return bool(left == right)
    match left:
        case float():
            return left == right or math.isclose(left, right, rel_tol=_CLOSE, abs_tol=_CLOSE)
        case dict():
            parts = [(value, right.get(name, _ABSENT)) for name, value in left.items()]
            return len(left) == len(right) and all(_same(*both, comparing) for both in parts)
        case list() | tuple():
            both = zip(left, right, strict=False)
            ordered = len(left) == len(right) and all(_same(a, b, comparing) for a, b in both)
            return ordered or _reordered(left, right)
    return bool(left == right)


def _reordered(left: Any, right: Any) -> bool:
    """Whether two lists have the same items, each as often."""
    if type(left) is not list or not len(left) == len(right) <= _MOST_UNORDERED:
        return False
    rest = list(right)
    for item in left:
        if item not in rest:
            return False
        rest.remove(item)
    return True


def _converted(handle: Any, name: str, kind: type[_Plain], *operands: Any) -> _Plain:
    """The plain value of a given type that the program makes of an object."""
    value = _operate(handle, name, *operands)
    if type(value) is not kind:
        raise TypeError(f"{name}() gave {type(value).__name__}")
    return value


def _conversion(name: str, kind: type) -> Any:
    def convert(self: Handle) -> Any:
        return _converted(self, name, kind)

    return convert


def _question(name: str) -> Any:
    def ask(self: Handle, *operands: Any) -> Any:
        return _operate(self, name, *operands)

    return ask


def _operator(name: str, *, turned: bool = False, in_place: bool = False) -> Any:
    """Rule 4: an operator between objects of the program, or of one that the test constructed."""

    def operate(self: Handle, other: Any) -> Any:
        reference = reference_of(self)
        if not (is_handle(other) or reference.trusted):
            raise TypeError(
                "an operator between an object of the program and a value of the test decides nothing,"
                " unless the object's class is named in `classes`"
            )
        value = _ask(self, "operate", name, (other, self) if turned else (self, other))
        if in_place and value is self:
            reference.arrivals -= 1
        return value

    return operate


def _call(self: Any, *arguments: Any, **named: Any) -> Any:
    return _ask(self, "call", self, arguments, named)


def _iteration(name: str) -> Any:
    def iterate(self: Any) -> Iterator[Any]:
        source: Iterator[Any] = _operate(self, name)
        sized = any("__len__" in vars(kind) for kind in type(self).__mro__)
        return _counted(self, source) if sized and not reference_of(self).trusted else source

    return iterate


def _counted(handle: Any, source: Iterator[Any]) -> Iterator[Any]:
    count = 0
    for item in source:
        yield item
        count += 1
    _note_items(handle, count)


def _length(self: Any) -> int:
    return _note_items(self, _converted(self, "len", int))


def _note_items(handle: Any, count: int) -> int:
    """Refuses an object that has another number of items than it had just before.

    It could say that it has three, and show none of them to a test that goes through it.
    """
    reference = reference_of(handle)
    before, reference.items = reference.items, (reference.questioner.changes, count)
    if before is not None and before[0] == reference.items[0] and before[1] != count:
        raise TypeError(f"an object of the program has {before[1]} items and at the same time {count}")
    return count


def _contains(self: Any, item: Any) -> bool:
    if reference_of(self).trusted:
        return bool(_converted(self, "contains", bool, item))
    return any(item is part or item == part for part in self)


def _enter(self: Any) -> Any:
    entered = _operate(self, "enter")
    if entered is self:
        reference_of(self).arrivals -= 1
    return entered


def _exit(self: Any, kind: Any, error: Any, trace: Any) -> None:
    """Leaves the program's block. What it answers counts for nothing: it could swallow a failed check."""
    _operate(self, "exit", None, None, None)


_CONVERSIONS: Final = {"bool": bool, "int": int, "index": int, "float": float, "complex": complex}
_QUESTION_NAMES: Final = "next getitem setitem delitem round neg pos invert abs floor ceil trunc"
_BINARY_NAMES: Final = f"{BINARY_NAMES} divmod"
SPECIAL: Final[dict[str, Any]] = {
    **{f"__{name}__": _conversion(name, kind) for name, kind in _CONVERSIONS.items()},
    **{f"__{name}__": _question(name) for name in _QUESTION_NAMES.split()},
    **{f"__{name}__": _operator(name) for name in f"{_BINARY_NAMES} lt le gt ge".split()},
    **{f"__r{name}__": _operator(name, turned=True) for name in _BINARY_NAMES.split()},
    **{f"__i{name}__": _operator(f"i{name}", in_place=True) for name in _BINARY_NAMES.split()},
    "__call__": _call,
    "__iter__": _iteration("iter"),
    "__reversed__": _iteration("reversed"),
    "__len__": _length,
    "__contains__": _contains,
    "__enter__": _enter,
    "__exit__": _exit,
}
"""Special methods that a class of the program may have or lack, and what a handle does for them."""


class HandleFunction(Handle):
    """A function of the program."""

    __slots__ = ()
    __call__ = _call


class HandleIterator(Handle):
    """A generator or iterator of the program, asked for one item at a time."""

    __slots__ = ()
    __next__ = _question("next")

    def __iter__(self) -> HandleIterator:
        return self
