"""Finds or makes what stands inside the judge for a reference to something of the program's."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, Final

from egcfg_sandbox.codec import CodecError
from egcfg_sandbox.judge.modules import standard_module
from egcfg_sandbox.judge.remote_errors import NAMESAKES, Errors, error_class, standard_exception
from egcfg_sandbox.judge.remote_kinds import (
    SPECIAL,
    RemoteAny,
    RemoteCoroutine,
    RemoteFunction,
    RemoteIterator,
    generated,
)
from egcfg_sandbox.judge.remote_objects import DOCUMENTATION, RemoteObject, RemoteType, answered

if TYPE_CHECKING:
    from egcfg_sandbox.judge.session import Session

_BUILTIN_TYPES: Final = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type)}


class Mirrors:
    """Makes and keeps the stand-ins of one program."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._classes: dict[int, type] = {}
        self._objects: dict[int, Any] = {}
        self._generators: dict[int, int] = {}
        self._numbers: dict[type, int] = {}
        self.errors = Errors(session, self._class)

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
                return NAMESAKES.get(kind, kind)
            case ("error", raised):
                return self.errors.exception(raised, iterating=False)
            case ("extended", int(number), description, fields, value):
                return self._session.values.value(number, self._class(description), fields, value)
            case ("yours", int(number)):
                return self._session.thing(number)
            case ("module", str(name)):
                return standard_module(name)
        raise CodecError("an unknown kind of reference")

    def _object(self, kind: type, number: int) -> Any:
        """One stand-in for one object, so that `is` holds."""
        known = self._objects.get(number)
        if known is not None:
            if isinstance(known, RemoteObject):
                answered(known)
            return known
        stand_in: Any = kind if isinstance(kind, RemoteType) or kind is RemoteFunction else RemoteAny
        value: Any = object.__new__(stand_in)
        RemoteObject.__init__(value, self._session, number)
        if isinstance(kind, RemoteType) and type.__getattribute__(kind, "_remote_traits").get("generator"):
            value = generated(value)
            self._generators[id(value)] = number
        self._objects[number] = value
        return value

    def generator_number(self, value: Any) -> int | None:
        """The reference of a generator that stands for one of the program's."""
        return self._generators.get(id(value))

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
        kind = standard_exception(module, name) or self._new_class(number, name, bases, traits)
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
            return error_class(self._session, number, name, errors)
        remote = tuple(parent for parent in parents if isinstance(parent, RemoteType))
        own: dict[str, Any] = {"__slots__": (), "__module__": "program", "__doc__": DOCUMENTATION}
        root: type = RemoteObject
        if traits.get("generator") is True:
            root = RemoteIterator
        else:
            own |= {known: SPECIAL[known] for known in traits.get("special", ()) if known in SPECIAL}
        kind = type.__new__(RemoteType, name, remote or (root,), own)
        for key, value in (
            ("_remote_class_session", self._session),
            ("_remote_class_number", number),
            ("_remote_traits", traits),
            ("_remote_named", None),
            ("_remote_tested", None),
        ):
            type.__setattr__(kind, key, value)
        return kind
