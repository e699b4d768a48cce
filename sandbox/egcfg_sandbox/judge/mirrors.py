"""Stand-ins for the program's classes and objects inside the judge.

A stand-in asks the program only what the test asks by name. It never lets the program compare: equality is
decided here, and a value of the test is never handed to an operator of the program's whose result would be a
plain value, because such an operator could simply answer what the test hopes for.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, make_dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from egcfg_sandbox.candidate.objects import SPECIAL_NAMES
from egcfg_sandbox.codec import CodecError
from egcfg_sandbox.judge import extending, mocks
from egcfg_sandbox.judge.faults import NotATest

if TYPE_CHECKING:
    from egcfg_sandbox.judge.session import Session

_STATE_DEPTH: Final = 40
_ITEMS_COMPARED: Final = 1000
# Methods of builtin types that compare. An object that merely stands where the test expects a builtin
# could answer them as it likes.
COMPARING: Final = frozenset(
    {"startswith", "endswith", "issubset", "issuperset", "isdisjoint", "equals", "is_close", "isclose"}
)


# Special names that only describe. Libraries of the test look others up by themselves, to hand values over.
_DESCRIBING: Final = frozenset(
    {
        "__name__", "__qualname__", "__doc__", "__module__", "__dict__", "__annotations__", "__wrapped__",
        "__code__", "__defaults__", "__kwdefaults__",
    }
)  # fmt: skip


_DATACLASS_FIELDS: Final = "__dataclass_fields__"


@dataclass(frozen=True, slots=True)
class RemoteError:
    """What is known of an exception of the program: its text, the program's line, its errno."""

    text: str
    line: int | None
    number: int | None


def number_of(value: Any) -> int:
    """The reference of a stand-in."""
    return int(
        type.__getattribute__(value, "_remote_class_number")
        if isinstance(value, type)
        else _slot(value, "_remote_number")
    )


def _slot(value: Any, name: str) -> Any:
    return object.__getattribute__(value, name)


def is_remote(value: Any) -> bool:
    """Whether something is a stand-in, by its type: a mock may only say so."""
    return issubclass(type(value), RemoteObject | RemoteType)


def named_by_test(name: str, value: Any) -> Any:
    """Notes whether the test knows a class by a class's name, and uses it as one.

    The name counts that the test uses, as the program may call a class what it likes and let it stand in the
    place of a function.
    """
    if isinstance(value, RemoteType):
        session = type.__getattribute__(value, "_remote_class_session")
        type.__setattr__(value, "_remote_named", name[:1].isupper())
        type.__setattr__(value, "_remote_tested", name in session.class_names)
    return value


def _dataclass_fields(kind: type) -> Any:
    """What `dataclasses` looks for in a class, made anew from names: defaults are the program's business."""
    fields = type.__getattribute__(kind, "_remote_traits")["init"]
    made = make_dataclass(
        kind.__name__, [(name, Any, field(init=init is True)) for name, init in fields], kw_only=True
    )
    return getattr(made, _DATACLASS_FIELDS)


class RemoteType(type):
    """The class of stand-in classes: calling one makes an object in the program's process."""

    _remote_class_session: Session
    _remote_class_number: int
    _remote_traits: dict[str, Any]
    _remote_named: bool
    _remote_tested: bool

    def __new__(cls, name: str, bases: tuple[Any, ...], body: dict[str, Any], **named: Any) -> Any:
        if named or any(type(base) is not RemoteType for base in bases):
            raise NotATest(f"the test's class {name} extends one of the program's and more: not to be judged")
        made = extending.extend(bases[0]._remote_class_session.ask, name, bases, body)
        return named_by_test(name, made)

    def _remote_above(cls, instance: Any, name: str) -> Any:
        """The attribute that the class's bases have for one of its objects, or for itself."""
        value = cls._remote_class_session.ask("above", cls, instance, name)
        return _further(instance, value) if isinstance(instance, RemoteObject) else value

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        made = cls._remote_class_session.ask("call", cls, arguments, named)
        stand_in: Any = cls
        if type(made) is stand_in:
            object.__setattr__(made, "_remote_born", cls._remote_named)
            object.__setattr__(made, "_remote_made", cls._remote_tested)
        return made

    def __getattr__(cls, name: str) -> Any:
        if name == _DATACLASS_FIELDS and type.__getattribute__(cls, "_remote_traits").get("init"):
            fields = _dataclass_fields(cls)
            type.__setattr__(cls, name, fields)
            return fields
        if name.startswith("__") and name not in ("__doc__", "__annotations__", "__slots__"):
            raise AttributeError(name)
        return named_by_test(name, cls._remote_class_session.ask("getattr", cls, name))

    def __setattr__(cls, name: str, value: Any) -> None:
        cls._remote_class_session.ask("setattr", cls, name, value)

    def __instancecheck__(cls, value: Any) -> bool:
        kind = cls._remote_class_session.values.kind_of(value)
        return type.__instancecheck__(cls, value) or (kind is not None and issubclass(kind, cls))

    def __delattr__(cls, name: str) -> None:
        cls._remote_class_session.ask("delattr", cls, name)

    def __iter__(cls) -> Iterator[Any]:
        return iter(cls._remote_class_session.ask("operate", "iter", (cls,)))

    def __len__(cls) -> int:
        return int(cls._remote_class_session.ask("operate", "len", (cls,)))

    def __bool__(cls) -> bool:
        return True

    def __getitem__(cls, key: Any) -> Any:
        return cls._remote_class_session.ask("operate", "getitem", (cls, key))


class _Documentation:
    """What `__doc__` is of an object or a class of the program."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is not None:
            return _slot(instance, "_remote_session").ask("getattr", instance, "__doc__")
        return owner._remote_class_session.ask("getattr", owner, "__doc__")


_DOCUMENTATION: Final = _Documentation()


class RemoteObject:
    """An object of the program.

    `_remote_tainted`: a value of the test went into it by an operator. `_remote_made`: the test made it by
    calling a class that it surely uses as one (or it came from such an object by an operator), rather than
    the program by returning it in the place of a plain value. `_remote_born`: the test made it by a call.
    """

    __slots__ = ("_remote_born", "_remote_made", "_remote_number", "_remote_session", "_remote_tainted")

    def __init__(self, session: Session, number: int) -> None:
        object.__setattr__(self, "_remote_session", session)
        object.__setattr__(self, "_remote_number", number)
        object.__setattr__(self, "_remote_tainted", False)
        object.__setattr__(self, "_remote_made", False)
        object.__setattr__(self, "_remote_born", False)

    def __getattr__(self, name: str) -> Any:
        if name in COMPARING and not _slot(self, "_remote_made"):
            raise TypeError(f"{name}() of an object that the program returned decides nothing")
        if name in mocks.ASSERTIONS:
            raise TypeError(f"{name}() of an object of the program, which is no mock, decides nothing")
        if name == _DATACLASS_FIELDS:
            return getattr(type(self), name)
        if name.startswith("__") and name.endswith("__") and name not in _DESCRIBING:
            raise AttributeError(f"{name} of an object of the program is not asked for")
        value = _further(self, _slot(self, "_remote_session").ask("getattr", self, name))
        return named_by_test(name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        _slot(self, "_remote_session").ask("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        _slot(self, "_remote_session").ask("delattr", self, name)

    def __eq__(self, other: Any) -> Any:
        return _same(self, other, _STATE_DEPTH)

    def __hash__(self) -> int:
        kind = type(self)
        if not isinstance(kind, RemoteType) or not type.__getattribute__(kind, "_remote_traits").get("eq"):
            return hash((kind.__name__, _slot(self, "_remote_number")))
        # Of a class with an equality: the same for those that are equal, but never that of a plain value.
        return hash((number_of(kind), _slot(self, "_remote_session").ask("operate", "hash", (self,))))

    def __copy__(self) -> Any:
        return _copied(self, "copy")

    def __deepcopy__(self, known: Any) -> Any:
        return _copied(self, "deepcopy")

    def __format__(self, form: str) -> str:
        return str(_checked(self, "format", str, form))

    def __str__(self) -> str:
        return str(_checked(self, "str", str))

    def __repr__(self) -> str:
        return str(_checked(self, "repr", str))

    def __bool__(self) -> bool:
        return bool(_checked(self, "bool", bool))

    def __dir__(self) -> list[str]:
        return [name for name in _operate(self, "dir") if type(name) is str]


# One with every special method: of a kind of which it is not known which it has.
class RemoteAny(RemoteObject):
    __slots__ = ()
    __doc__ = _DOCUMENTATION

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return _further(self, _slot(self, "_remote_session").ask("call", self, arguments, named))

    def __iter__(self) -> Iterator[Any]:
        source = _further(self, _operate(self, "iter"))
        return self if source is self else _Iteration(source)

    def __contains__(self, item: Any) -> bool:
        if _slot(self, "_remote_made"):
            return bool(_checked(self, "contains", bool, item))
        return any(item is part or item == part for part in self)

    def __getitem__(self, key: Any) -> Any:
        return _further(self, _operate(self, "getitem", key))

    def __setitem__(self, key: Any, value: Any) -> None:
        _operate(self, "setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        _operate(self, "delitem", key)

    def __enter__(self) -> Any:
        made = _slot(self, "_remote_made")
        entered = _further(self, _operate(self, "enter"))
        object.__setattr__(self, "_remote_made", made)
        return entered

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        return _operate(self, "exit", *_details(error)) and not _is_to_be_told(error, trace)

    def __reversed__(self) -> Iterator[Any]:
        return _Iteration(_further(self, _operate(self, "reversed")))

    def __round__(self, *digits: Any) -> Any:
        return _further(self, _operate(self, "round", *digits))

    def __aiter__(self) -> Any:
        return _further(self, _operate(self, "aiter"))

    async def __anext__(self) -> Any:
        return _further(self, _operate(self, "anext"))

    async def __aenter__(self) -> Any:
        return _further(self, _operate(self, "aenter"))

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> Any:
        return _operate(self, "aexit", *_details(error)) and not _is_to_be_told(error, trace)

    def __len__(self) -> int:
        return int(_checked(self, "len", int))

    def __int__(self) -> int:
        return int(_checked(self, "int", int))

    def __index__(self) -> int:
        return int(_checked(self, "index", int))

    def __float__(self) -> float:
        return float(_checked(self, "float", float))

    def __complex__(self) -> complex:
        return complex(_checked(self, "complex", complex))


_TO_BE_TOLD: Final = "_judge_told"


def to_be_told(failure: AssertionError) -> None:
    """Marks a failed assertion of the test: no `with` of the program makes it vanish."""
    setattr(failure, _TO_BE_TOLD, True)


def _is_to_be_told(error: Any, trace: Any) -> bool:
    """Whether an exception is such a failure, or one of a function that is called in the block."""
    if hasattr(error, _TO_BE_TOLD):
        return True
    own = isinstance(error, AssertionError) and not hasattr(error, "remote")
    return own and trace is not None and trace.tb_next is not None


def unswallowing(manager: Any, last: int) -> Any:
    """What stands for a context manager in a `with` whose last assertion is in the line `last`.

    The program's may not swallow what keeps the test from getting beyond that.
    """
    return _Unswallowing(manager, last) if isinstance(manager, RemoteObject) else manager


class _Unswallowing:
    def __init__(self, manager: Any, last: int) -> None:
        self._manager = manager
        self._last = last

    def __enter__(self) -> Any:
        return type(self._manager).__enter__(self._manager)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        swallowed = type(self._manager).__exit__(self._manager, kind, error, trace)
        return swallowed and trace is not None and trace.tb_lineno > self._last

    async def __aenter__(self) -> Any:
        return await type(self._manager).__aenter__(self._manager)

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> Any:
        swallowed = await type(self._manager).__aexit__(self._manager, kind, error, trace)
        return swallowed and trace is not None and trace.tb_lineno > self._last


def _details(error: Any) -> tuple[Any, Any, None]:
    """What a `with` tells its manager of an exception."""
    return (None if error is None else type(error)), error, None


def _copied(source: RemoteObject, how: str) -> Any:
    """A copy that the program makes, which decides no more than its original."""
    copy = _operate(source, how)
    if not isinstance(copy, RemoteObject):
        raise TypeError(f"{how}() of an object of the program gave {type(copy).__name__}")
    for flag in ("_remote_born", "_remote_made", "_remote_tainted"):
        object.__setattr__(copy, flag, _slot(source, flag))
    return copy


def _operate(target: Any, name: str, *operands: Any) -> Any:
    return _slot(target, "_remote_session").ask("operate", name, (target, *operands))


def _decides(target: RemoteObject) -> bool:
    """Whether plain values may come from an object: not when a value of the test went into a returned one."""
    return _slot(target, "_remote_made") or not _slot(target, "_remote_tainted")


def _further(source: RemoteObject, value: Any) -> Any:
    """What an object gave, with the same reservation as the object itself."""
    if _decides(source):
        return value
    if isinstance(value, RemoteObject):
        object.__setattr__(value, "_remote_tainted", True)
        return value
    raise TypeError("an object that a value of the test went into decides nothing")


def _answered(value: RemoteObject) -> None:
    """Notes that the program gave an object as an answer: it may stand in the place of a plain value."""
    if _slot(value, "_remote_made"):
        # It was to be trusted whatever went into it. From now on it is like any other answer.
        object.__setattr__(value, "_remote_tainted", False)
    object.__setattr__(value, "_remote_made", False)
    object.__setattr__(value, "_remote_born", False)


def _checked(target: RemoteObject, name: str, kind: type, *operands: Any) -> Any:
    """A conversion to a plain value, refused where a value of the test went in before."""
    if not _decides(target):
        raise TypeError(f"{name}() of an object that a value of the test went into decides nothing")
    value = _operate(target, name, *operands)
    if type(value) is not kind:
        raise TypeError(f"{name}() gave {type(value).__name__}")
    return value


def _binary(name: str, swapped: bool, in_place: bool = False) -> Any:
    """An operator: between two objects of the program anything goes, with a plain value only an object.

    Where the test made the object itself, by calling its class, the operator is what is under test, and may
    give a plain value too.
    """

    def operator(self: RemoteObject, other: Any) -> Any:
        left, right = (other, self) if swapped else (self, other)
        made = _slot(self, "_remote_made")
        value = _slot(self, "_remote_session").ask("operate", name, (left, right))
        tainted = not is_remote(other)
        tainted = (
            tainted
            or _slot(self, "_remote_tainted")
            or (isinstance(other, RemoteObject) and _slot(other, "_remote_tainted"))
        )
        if value is self and in_place:
            object.__setattr__(self, "_remote_made", made)
        if not tainted:
            return value
        if isinstance(value, RemoteObject):
            object.__setattr__(value, "_remote_tainted", True)
            if made and type(value) is type(self):
                object.__setattr__(value, "_remote_made", True)
            return value
        if made and not _slot(self, "_remote_tainted"):
            return value
        raise TypeError(
            "an operator of the program's class between it and a value of the test decides nothing"
        )

    return operator


def _unary(name: str) -> Any:
    def operator(self: RemoteObject) -> Any:
        return _further(self, _operate(self, name))

    return operator


def _ordering(name: str) -> Any:
    def operator(self: RemoteObject, other: Any) -> Any:
        if not isinstance(other, RemoteObject) and _slot(self, "_remote_made"):
            return _checked(self, name, bool, other)
        if (
            not isinstance(other, RemoteObject)
            or _slot(self, "_remote_tainted")
            or _slot(other, "_remote_tainted")
        ):
            return NotImplemented
        return _operate(self, name, other)

    return operator


RemoteObject.__doc__ = _DOCUMENTATION  # type: ignore[assignment]
for _name in [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "lshift",
    "rshift",
    "and",
    "or",
    "xor",
    "matmul",
]:
    _function = f"{_name}_" if _name in ("and", "or") else _name
    setattr(RemoteAny, f"__{_name}__", _binary(_function, False))
    setattr(RemoteAny, f"__r{_name}__", _binary(_function, True))
    setattr(RemoteAny, f"__i{_name}__", _binary(f"i{_name}", False, in_place=True))
for _prefix, _swapped in (("", False), ("r", True)):
    setattr(RemoteAny, f"__{_prefix}divmod__", _binary("divmod", _swapped))
for _name in ["neg", "pos", "invert", "abs", "floor", "ceil", "trunc"]:
    setattr(RemoteAny, f"__{_name}__", _unary(_name))
for _name in ["lt", "le", "gt", "ge"]:
    setattr(RemoteAny, f"__{_name}__", _ordering(_name))


# A function of the program. `inspect` and `isinstance` take it for one.
class RemoteFunction(RemoteObject):
    __slots__ = ()
    __doc__ = _DOCUMENTATION
    __call__ = RemoteAny.__call__
    __class__ = property(lambda self: FunctionType)


class RemoteIterator(RemoteAny):
    """A generator or iterator of the program, asked for one item at a time."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return _further(self, _operate(self, "next"))


class RemoteCoroutine(RemoteAny):
    """A coroutine of the program: it runs there, to its end, when the test awaits it."""

    __slots__ = ()

    def send(self, value: Any) -> Any:
        """One step, which is the whole way."""
        raise StopIteration(_operate(self, "await"))

    def throw(self, *error: Any) -> Any:
        """What is thrown into a coroutine that never waits ends it."""
        raise error[0]

    def close(self) -> None:
        """Nothing is held open here."""

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()  # makes it the generator that an await asks for
        return _operate(self, "await")

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("'coroutine' object is not iterable")


_SPECIAL: Final = {name: vars(RemoteAny).get(name, RemoteIterator.__next__) for name in SPECIAL_NAMES}


def _generated(source: Any) -> Generator[Any, Any, Any]:
    """A generator of the program as one that a test can tell from other iterators."""
    return (yield from source)


class _Iteration(Iterator[Any]):
    """Whatever the program's `__iter__` gave, as an iterator."""

    def __init__(self, source: Any) -> None:
        if not hasattr(type(source), "__next__"):
            raise TypeError(f"iter() returned non-iterator of type {type(source).__name__!r}")
        self._source = source

    def __next__(self) -> Any:
        return next(self._source)


def _same(left: RemoteObject, right: Any, depth: int) -> Any:
    """Equality by class and state, decided here; the class must define an equality that agrees."""
    if left is right:
        return True
    if not issubclass(type(right), RemoteObject):
        if isinstance(right, int | float | complex | str | bytes | list | tuple | dict | set | frozenset):
            if not _decides(left):
                raise TypeError("an object that a value of the test went into equals no plain value")
            has_plain, plain = _slot(left, "_remote_session").ask("plain", left)
            return bool(has_plain is True and not is_remote(plain) and plain == right)
        return NotImplemented
    if _slot(left, "_remote_number") == _slot(right, "_remote_number"):
        return True
    if type(left) is not type(right):
        return False
    session = _slot(left, "_remote_session")
    if _slot(left, "_remote_born") and _slot(right, "_remote_born"):
        # Both are the test's work: there is no answer to be compared, only the equality itself.
        return session.ask("operate", "eq", (left, right)) is True
    traits = type.__getattribute__(type(left), "_remote_traits")
    if not traits.get("eq"):
        return False
    fields = traits.get("fields")
    if depth <= 0:
        raise RecursionError("objects of the program are nested too deeply to compare")
    states = [session.ask("state", side) for side in (left, right)]
    if not all(type(state) is dict for state in states):
        return False
    if fields is not None:
        states = [{name: state.get(name) for name in fields} for state in states]
    elif session.ask("operate", "eq", (left, right)) is not True:
        return False
    return _equal_states(states[0], states[1], depth - 1)


def _equal_states(left: dict[str, Any], right: dict[str, Any], depth: int) -> bool:
    if left.keys() != right.keys():
        return False
    for name, value in left.items():
        other = right[name]
        if isinstance(value, RemoteObject):
            if _same(value, other, depth) is not True:
                return False
        elif value is not other and value != other and not _same_items(value, other):
            return False
    return True


def _same_items(left: Any, right: Any) -> bool:
    """Whether two lists hold the same in any order, as a class whose equality agreed may leave it open."""
    if not (type(left) is type(right) is list and len(left) == len(right) <= _ITEMS_COMPARED):
        return False
    rest = list(right)
    for item in left:
        if item not in rest:
            return False
        rest.remove(item)
    return True


_ENDING: Final = (StopIteration, StopAsyncIteration)
# What also catches a failed assertion of the test. A program that gives one of these classes, under whatever
# name, gives another of that name.
_NAMESAKES: Final[dict[type, type]] = {
    kind: type(kind.__name__, (kind,), {"__module__": "program"})
    for kind in (BaseException, Exception, AssertionError)
}
_STEERING: Final = frozenset({"unittest", "doctest"})
# Modules a test may use although only the program imported them.
_HELPER_NAMES: Final = """
bisect cmath collections copy datetime decimal fractions functools heapq itertools json math operator os
random re statistics string sys typing unittest
"""
HELPER_MODULES: Final = frozenset(_HELPER_NAMES.split())
_PACKAGES: Final = frozenset({"numpy", "pandas"})
_BUILTIN_TYPES: Final = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type)}


class RemoteErrorType(type):
    """The class of stand-ins for the program's classes of exceptions, which are classes of exceptions here.

    An exception is rebuilt here from its arguments and variables, what else it has is asked for. Classes of
    the test that extend one of these work as Python has them.
    """

    _remote_class_session: Session
    _remote_class_number: int

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        if "_remote_class_number" not in vars(cls):
            return super().__call__(*arguments, **named)
        return cls._remote_class_session.ask("call", cls, arguments, named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("__", "_remote")):
            raise AttributeError(name)
        known = next(kind for kind in cls.__mro__ if "_remote_class_number" in vars(kind))
        return cls._remote_class_session.ask("getattr", known, name)


def _asked_of_error(error: Any, name: str) -> Any:
    """An attribute that an exception of the program has by its class."""
    session = type(error)._remote_class_session
    number = session.mirrors.error_number(error)
    if number is None or name.startswith(("__", "_remote")):
        raise AttributeError(f"{type(error).__name__!r} object has no attribute {name!r}")
    if name in COMPARING:
        raise TypeError(f"{name}() of an object that the program returned decides nothing")
    return session.ask("getattr", error, name)


class Mirrors:
    """Makes and keeps the stand-ins of one program."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._classes: dict[int, type] = {}
        self._objects: dict[int, Any] = {}
        self._generators: dict[int, int] = {}
        self._numbers: dict[type, int] = {}
        self._errors: dict[int, tuple[BaseException, int]] = {}

    def class_number(self, value: Any) -> int | None:
        """The reference of a class that stands for one of the program's, exceptions included."""
        if isinstance(value, type):
            return self._numbers.get(value)
        return None

    def resolve(self, plain: Any) -> Any:
        """The stand-in, or the plain value, for one description."""
        match plain:
            case ("plain", value):
                return value
            case ("object" | "function", int(number), *rest):
                return self._object(self._class(rest[0]) if plain[0] == "object" else RemoteFunction, number)
            case ("coroutine", int(number)):
                return RemoteCoroutine(self._session, number)
            case ("iterator", int(number)):
                return RemoteIterator(self._session, number)
            case ("class", description):
                kind = self._class(description)
                return _NAMESAKES.get(kind, kind)
            case ("error", raised):
                return self.exception(raised, iterating=False)
            case ("extended", int(number), description, fields, value):
                return self._session.values.value(number, self._class(description), fields, value)
            case ("yours", int(number)):
                return self._session.thing(number)
            case ("module", str(name)):
                return _standard_module(name)
        raise CodecError("an unknown kind of reference")

    def _object(self, kind: type, number: int) -> Any:
        """One stand-in for one object, so that `is` holds."""
        known = self._objects.get(number)
        if known is not None:
            if isinstance(known, RemoteObject):
                _answered(known)
            return known
        stand_in: Any = kind if isinstance(kind, RemoteType) or kind is RemoteFunction else RemoteAny
        value: Any = object.__new__(stand_in)
        RemoteObject.__init__(value, self._session, number)
        if isinstance(kind, RemoteType) and type.__getattribute__(kind, "_remote_traits").get("generator"):
            value = _generated(value)
            self._generators[id(value)] = number
        self._objects[number] = value
        return value

    def generator_number(self, value: Any) -> int | None:
        """The reference of a generator that stands for one of the program's."""
        return self._generators.get(id(value))

    def error_number(self, value: BaseException) -> int | None:
        """The reference of an exception of one of the program's classes."""
        known = self._errors.get(id(value))
        return None if known is None else known[1]

    def _class(self, description: Any) -> type:
        """The stand-in of a class, made on first sight; builtin ones stand for themselves."""
        if type(description) is str:
            return _BUILTIN_TYPES.get(description, object)
        number = description[0]
        if len(description) == 1:
            return self._classes[number]
        if number == "yours":
            return self._class_of_test(description[1])
        _, name, module, bases, traits = description
        if (
            not (type(number) is int and type(name) is str and type(traits) is dict)
            or number in self._classes
        ):
            raise CodecError("a class that is none")
        kind = _standard_exception(module, name) or self._new_class(number, name, bases, traits)
        self._classes[number] = kind
        self._numbers[kind] = number
        return kind

    def _class_of_test(self, number: Any) -> type[BaseException]:
        """A class of exceptions that the test handed over."""
        kind = self._session.thing(number) if type(number) is int else None
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise CodecError("a class of the test that is none")
        return kind

    def _new_class(self, number: int, name: str, bases: Any, traits: dict[Any, Any]) -> type:
        parents = [self._class(base) for base in bases]
        errors = tuple(parent for parent in parents if issubclass(parent, BaseException))
        if errors:
            attributes = {"__module__": "program", "__str__": _shown, "__getattr__": _asked_of_error}
            failing = RemoteErrorType(name, errors, attributes)
            failing._remote_class_session, failing._remote_class_number = self._session, number
            return failing
        remote = tuple(parent for parent in parents if isinstance(parent, RemoteType))
        own: dict[str, Any] = {"__slots__": (), "__module__": "program", "__doc__": _DOCUMENTATION}
        root: type = RemoteObject
        if traits.get("generator") is True:
            root = RemoteIterator
        else:
            own |= {known: _SPECIAL[known] for known in traits.get("special", ()) if known in _SPECIAL}
        kind = type.__new__(RemoteType, name, remote or (root,), own)
        for key, value in (
            ("_remote_class_session", self._session),
            ("_remote_class_number", number),
            ("_remote_traits", traits),
            ("_remote_named", False),
            ("_remote_tested", False),
        ):
            type.__setattr__(kind, key, value)
        return kind

    def exception(self, plain: Any, *, iterating: bool) -> BaseException:
        """The program's exception, as one of a class that the test's `except` recognises.

        The end of an iteration only where the test asks an iterator for its next item: from a call it would
        silently end a `map` or `zip` of the test.
        """
        try:
            description, arguments, state, text, line, number, shown, cause, at_test, reference = plain
            kind: Any = self._class(description)
            if not issubclass(kind, BaseException):
                raise CodecError("an exception that is none")
            if issubclass(kind, _ENDING) and not iterating:
                kind = RuntimeError
            known: Any = self._session.thing(at_test) if type(at_test) is int else None
            if isinstance(known, kind) and (iterating or not isinstance(known, _ENDING)):
                if not isinstance(known, AssertionError):
                    known.remote = RemoteError(str(text)[:300], line if type(line) is int else None, None)
                return known  # type: ignore[no-any-return]
            try:
                error = _new_exception(kind, arguments, state)
                if type(kind) is RemoteErrorType and type(reference) is int:
                    self._errors[id(error)] = (error, reference)
                if type(shown) is str:
                    error._remote_shown = shown  # type: ignore[attr-defined]
                if cause is not None:
                    error.__cause__ = self.exception(cause, iterating=False)
            except (TypeError, ValueError, AttributeError):
                # Of a class that cannot be made anew from its arguments, such as a group.
                error = RuntimeError(f"an exception of the class {kind.__name__}")
        except (TypeError, ValueError, LookupError, CodecError):
            error, text, line, number = (
                RuntimeError("garbled"),
                "an exception that cannot be read",
                None,
                None,
            )
        error.remote = RemoteError(  # type: ignore[attr-defined]
            text[:300] if type(text) is str else "",
            line if type(line) is int else None,
            number if type(number) is int else None,
        )
        return error


def _shown(error: Any) -> str:
    """What the program's class says of its exception, else what Python would."""
    text = getattr(error, "_remote_shown", None)
    if text is not None:
        return str(text)
    base: Any = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
    return str(base.__str__(error))


def _new_exception(kind: type[BaseException], arguments: Any, state: Any) -> BaseException:
    """An exception with its arguments and attributes but without running a constructor of the program."""
    arguments = arguments if type(arguments) is tuple else ()
    try:
        error = kind.__new__(kind, *arguments)
        kind.__init__(error, *arguments)
    except (TypeError, ValueError):
        error = kind.__new__(kind)
    for name, value in state.items() if type(state) is dict else ():
        if type(name) is str and not name.startswith("__"):
            setattr(error, name, value)
    return error


def _standard_exception(module: Any, name: str) -> type[BaseException] | None:
    """An exception of the standard library, so that the test's own import of it matches.

    Only of modules that are loaded here: a program must not choose what the judge imports. None of
    unittest's, whose exceptions tell it to skip or to forget a failure.
    """
    if type(module) is not str or name.startswith("_") or module.partition(".")[0] in _STEERING:
        return None
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _standard_module(name: str) -> Any:
    """The judge's own copy of a module of the standard library or a known package: never the program's."""
    known = name.partition(".")[0] in sys.stdlib_module_names or name in _PACKAGES
    if not known or (name not in sys.modules and name not in HELPER_MODULES):
        raise CodecError(f"the module {name[:50]!r}")
    return importlib.import_module(name)
