"""Stand-ins for the program's classes and objects inside the judge.

A stand-in asks the program only what the test asks by name. It never lets the program compare: equality is
decided here, and a value of the test is never handed to an operator of the program's whose result would be a
plain value, because such an operator could simply answer what the test hopes for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, make_dataclass
from typing import TYPE_CHECKING, Any, Final

from egcfg_sandbox.judge import extending, mocks
from egcfg_sandbox.judge.faults import NotATest

if TYPE_CHECKING:
    from egcfg_sandbox.judge.session import Session

_STATE_DEPTH: Final = 40
_ITEMS_COMPARED: Final = 1000
# Methods of builtin types that compare, or tell how two values differ. An object that merely stands where the
# test expects a builtin could answer them as it likes.
COMPARING: Final = frozenset(
    {
        "startswith", "endswith", "issubset", "issuperset", "isdisjoint", "equals", "is_close", "isclose",
        "difference", "symmetric_difference", "intersection", "compare", "compare_signal", "compare_total",
        "compare_total_mag", "same_quantum",
    }
)  # fmt: skip
# Special names that only describe. Libraries of the test look others up by themselves, to hand values over.
_DESCRIBING: Final = frozenset(
    {
        "__name__", "__qualname__", "__doc__", "__module__", "__dict__", "__annotations__", "__wrapped__",
        "__code__", "__defaults__", "__kwdefaults__",
    }
)  # fmt: skip
_OF_CLASSES: Final = frozenset({"__doc__", "__annotations__", "__slots__", "__match_args__"})
_DATACLASS_FIELDS: Final = "__dataclass_fields__"


def number_of(value: Any) -> int:
    """The reference of a stand-in."""
    return int(
        type.__getattribute__(value, "_remote_class_number")
        if isinstance(value, type)
        else slot(value, "_remote_number")
    )


def slot(value: Any, name: str) -> Any:
    """What a stand-in keeps itself, read without asking the program."""
    return object.__getattribute__(value, name)


def is_remote(value: Any) -> bool:
    """Whether something is a stand-in, by its type: a mock may only say so."""
    return issubclass(type(value), RemoteObject | RemoteType)


def named_by_test(name: str, value: Any) -> Any:
    """Notes whether the test knows a class by a class's name, and uses it as one.

    The names count that the test uses, as the program may call a class what it likes and let it stand in the
    place of a function: under all of them it has to be one.
    """
    if isinstance(value, RemoteType):
        session = type.__getattribute__(value, "_remote_class_session")
        for trait, holds in (("named", name[:1].isupper()), ("tested", name in session.class_names)):
            before = type.__getattribute__(value, f"_remote_{trait}")
            type.__setattr__(value, f"_remote_{trait}", holds and before is not False)
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
    _remote_named: bool | None
    _remote_tested: bool | None

    def __new__(cls, name: str, bases: tuple[Any, ...], body: dict[str, Any], **named: Any) -> Any:
        if named or any(type(base) is not RemoteType for base in bases):
            raise NotATest(f"the test's class {name} extends one of the program's and more: not to be judged")
        made = extending.extend(bases[0]._remote_class_session.ask, name, bases, body)
        return named_by_test(name, made)

    def _remote_above(cls, instance: Any, name: str) -> Any:
        """The attribute that the class's bases have for one of its objects, or for itself."""
        value = cls._remote_class_session.ask("above", cls, instance, name)
        return further(instance, value) if isinstance(instance, RemoteObject) else value

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        made = cls._remote_class_session.ask("call", cls, arguments, named)
        stand_in: Any = cls
        if type(made) is stand_in and asked_for(made):
            object.__setattr__(made, "_remote_born", cls._remote_named is True)
            object.__setattr__(made, "_remote_made", cls._remote_tested is True)
        return made

    def __getattr__(cls, name: str) -> Any:
        if name == _DATACLASS_FIELDS and type.__getattribute__(cls, "_remote_traits").get("init"):
            fields = _dataclass_fields(cls)
            type.__setattr__(cls, name, fields)
            return fields
        if name.startswith("__") and name not in _OF_CLASSES:
            raise AttributeError(name)
        value = named_by_test(name, cls._remote_class_session.ask("getattr", cls, name))
        return value if cls._remote_named is True else deciding_nothing(name, value)

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

    def __dir__(cls) -> list[str]:
        names = cls._remote_class_session.ask("operate", "dir", (cls,))
        return [name for name in names if type(name) is str]

    def __getitem__(cls, key: Any) -> Any:
        return cls._remote_class_session.ask("operate", "getitem", (cls, key))


class _Documentation:
    """What `__doc__` is of an object or a class of the program."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is not None:
            return slot(instance, "_remote_session").ask("getattr", instance, "__doc__")
        return owner._remote_class_session.ask("getattr", owner, "__doc__")


DOCUMENTATION: Final = _Documentation()


class RemoteObject:
    """An object of the program.

    `_remote_tainted`: a value of the test went into it by an operator. `_remote_made`: the test made it by
    calling a class that it surely uses as one (or it came from such an object by an operator), rather than
    the program by returning it in the place of a plain value. `_remote_born`: the test made it by a call.
    `_remote_strays`: how often the program gave it otherwise, which ends all trust in it. `_remote_size`: how
    many items it said or showed it has, after how many changes.
    """

    __slots__ = (
        "_remote_born",
        "_remote_made",
        "_remote_number",
        "_remote_session",
        "_remote_size",
        "_remote_strays",
        "_remote_tainted",
    )

    def __init__(self, session: Session, number: int) -> None:
        object.__setattr__(self, "_remote_session", session)
        object.__setattr__(self, "_remote_number", number)
        object.__setattr__(self, "_remote_tainted", False)
        object.__setattr__(self, "_remote_made", False)
        object.__setattr__(self, "_remote_born", False)
        object.__setattr__(self, "_remote_strays", 1)
        object.__setattr__(self, "_remote_size", None)

    def __getattr__(self, name: str) -> Any:
        if name == _DATACLASS_FIELDS:
            return getattr(type(self), name)
        if name.startswith("__") and name.endswith("__") and name not in _DESCRIBING:
            raise AttributeError(f"{name} of an object of the program is not asked for")
        value = further(self, slot(self, "_remote_session").ask("getattr", self, name))
        if name not in mocks.ASSERTIONS and slot(self, "_remote_made"):
            return named_by_test(name, value)
        return named_by_test(name, deciding_nothing(name, value))

    def __setattr__(self, name: str, value: Any) -> None:
        slot(self, "_remote_session").ask("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        slot(self, "_remote_session").ask("delattr", self, name)

    def __eq__(self, other: Any) -> Any:
        return _same(self, other, _STATE_DEPTH)

    def __hash__(self) -> int:
        kind = type(self)
        if not isinstance(kind, RemoteType) or not type.__getattribute__(kind, "_remote_traits").get("eq"):
            return hash((slot(self, "_remote_session").secret, slot(self, "_remote_number")))
        # Of a class with an equality: the same for those that are equal, but never that of a plain value,
        # which the program could work out but for the secret.
        session = slot(self, "_remote_session")
        return hash((session.secret, number_of(kind), session.ask("operate", "hash", (self,))))

    def __copy__(self) -> Any:
        return _copied(self, "copy")

    def __deepcopy__(self, known: Any) -> Any:
        return _copied(self, "deepcopy")

    def __format__(self, form: str) -> str:
        return str(checked(self, "format", str, form))

    def __str__(self) -> str:
        return str(checked(self, "str", str))

    def __repr__(self) -> str:
        return str(checked(self, "repr", str))

    def __bool__(self) -> bool:
        return bool(checked(self, "bool", bool))

    def __dir__(self) -> list[str]:
        return [name for name in operate(self, "dir") if type(name) is str]


RemoteObject.__doc__ = DOCUMENTATION  # type: ignore[assignment]


def _copied(source: RemoteObject, how: str) -> Any:
    """A copy that the program makes, which decides no more than its original."""
    copy = operate(source, how)
    if not isinstance(copy, RemoteObject):
        raise TypeError(f"{how}() of an object of the program gave {type(copy).__name__}")
    tainted = slot(copy, "_remote_tainted") or slot(source, "_remote_tainted")
    object.__setattr__(copy, "_remote_tainted", tainted)
    if asked_for(copy):
        for flag in ("_remote_born", "_remote_made"):
            object.__setattr__(copy, flag, slot(source, flag))
    return copy


def operate(target: Any, name: str, *operands: Any) -> Any:
    return slot(target, "_remote_session").ask("operate", name, (target, *operands))


def decides(target: RemoteObject) -> bool:
    """Whether plain values may come from an object: not when a value of the test went into a returned one."""
    return slot(target, "_remote_made") or not slot(target, "_remote_tainted")


def is_made(target: RemoteObject) -> bool:
    """Whether the test made an object, which is then taken at its word."""
    return bool(slot(target, "_remote_made"))


def further(source: RemoteObject, value: Any) -> Any:
    """What an object gave, with the same reservation as the object itself."""
    if decides(source):
        return value
    if isinstance(value, RemoteObject):
        object.__setattr__(value, "_remote_tainted", True)
        return value
    raise TypeError("an object that a value of the test went into decides nothing")


def answered(value: RemoteObject) -> None:
    """Notes that the program gave an object as an answer: it may stand in the place of a plain value."""
    if slot(value, "_remote_made"):
        # It was to be trusted whatever went into it. From now on it is like any other answer.
        object.__setattr__(value, "_remote_tainted", False)
    object.__setattr__(value, "_remote_made", False)
    object.__setattr__(value, "_remote_born", False)
    object.__setattr__(value, "_remote_strays", slot(value, "_remote_strays") + 1)


def asked_for(value: RemoteObject) -> bool:
    """Notes that an object came where one had to come; whether it never came anywhere else."""
    strays = slot(value, "_remote_strays") - 1
    object.__setattr__(value, "_remote_strays", strays)
    return bool(strays == 0)


def sized(target: RemoteObject, items: int) -> int:
    """Notes how many items an object has; raises `TypeError` when it was another number just before."""
    now = (slot(target, "_remote_session").changes, items)
    before = slot(target, "_remote_size")
    if before is not None and before[0] == now[0] and before[1] != items:
        raise TypeError(f"an object of the program has {before[1]} items and at the same time {items}")
    object.__setattr__(target, "_remote_size", now)
    return items


def deciding_nothing(name: str, value: Any) -> Any:
    """An attribute of what may stand in the place of a builtin's value: no method that is handed another."""
    if (name in COMPARING or name in mocks.ASSERTIONS) and (callable(value) or is_remote(value)):
        raise TypeError(f"{name}() of what the program returned decides nothing")
    return value


def checked(target: RemoteObject, name: str, kind: type, *operands: Any) -> Any:
    """A conversion to a plain value, refused where a value of the test went in before."""
    if not decides(target):
        raise TypeError(f"{name}() of an object that a value of the test went into decides nothing")
    value = operate(target, name, *operands)
    if type(value) is not kind:
        raise TypeError(f"{name}() gave {type(value).__name__}")
    return value


def _same(left: RemoteObject, right: Any, depth: int) -> Any:
    """Equality by class and state, decided here; the class must define an equality that agrees."""
    if left is right:
        return True
    if not issubclass(type(right), RemoteObject):
        if isinstance(right, int | float | complex | str | bytes | list | tuple | dict | set | frozenset):
            if not decides(left):
                raise TypeError("an object that a value of the test went into equals no plain value")
            has_plain, plain = slot(left, "_remote_session").ask("plain", left)
            return bool(has_plain is True and not is_remote(plain) and plain == right)
        return NotImplemented
    if slot(left, "_remote_number") == slot(right, "_remote_number"):
        return True
    if type(left) is not type(right):
        return False
    session = slot(left, "_remote_session")
    if slot(left, "_remote_born") and slot(right, "_remote_born"):
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
