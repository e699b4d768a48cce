"""Stand-ins with special methods: of functions, iterators, coroutines, and of whatever may have any."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from types import FunctionType
from typing import Any, Final

from egcfg_sandbox.candidate.objects import SPECIAL_NAMES
from egcfg_sandbox.judge.remote_objects import (
    DOCUMENTATION,
    RemoteObject,
    asked_for,
    checked,
    further,
    is_remote,
    operate,
    sized,
    slot,
)
from egcfg_sandbox.judge.remote_operators import add_operators
from egcfg_sandbox.judge.unswallowing import comes_from_program, may_swallow


# One with every special method: of a kind of which it is not known which it has.
class RemoteAny(RemoteObject):
    __slots__ = ()
    __doc__ = DOCUMENTATION

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return further(self, slot(self, "_remote_session").ask("call", self, arguments, named))

    def __iter__(self) -> Iterator[Any]:
        source = further(self, operate(self, "iter"))
        return self if source is self else _Iteration(source, self)

    def __contains__(self, item: Any) -> bool:
        if slot(self, "_remote_made"):
            return bool(checked(self, "contains", bool, item))
        return any(item is part or item == part for part in self)

    def __getitem__(self, key: Any) -> Any:
        return further(self, operate(self, "getitem", key))

    def __setitem__(self, key: Any, value: Any) -> None:
        operate(self, "setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        operate(self, "delitem", key)

    def __enter__(self) -> Any:
        made = slot(self, "_remote_made")
        entered = further(self, operate(self, "enter"))
        if entered is self:
            asked_for(self)
        object.__setattr__(self, "_remote_made", made)
        return entered

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        return _left(self, "exit", error, trace)

    def __reversed__(self) -> Iterator[Any]:
        return _Iteration(further(self, operate(self, "reversed")))

    def __round__(self, *digits: Any) -> Any:
        return further(self, operate(self, "round", *digits))

    def __aiter__(self) -> Any:
        return further(self, operate(self, "aiter"))

    async def __anext__(self) -> Any:
        return further(self, operate(self, "anext"))

    async def __aenter__(self) -> Any:
        return further(self, operate(self, "aenter"))

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> Any:
        return _left(self, "aexit", error, trace)

    def __len__(self) -> int:
        return sized(self, int(checked(self, "len", int)))

    def __int__(self) -> int:
        return int(checked(self, "int", int))

    def __index__(self) -> int:
        return int(checked(self, "index", int))

    def __float__(self) -> float:
        return float(checked(self, "float", float))

    def __complex__(self) -> complex:
        return complex(checked(self, "complex", complex))


add_operators(RemoteAny)


# A function of the program. `inspect` and `isinstance` take it for one.
class RemoteFunction(RemoteObject):
    __slots__ = ()
    __doc__ = DOCUMENTATION
    __call__ = RemoteAny.__call__
    __class__ = property(lambda self: FunctionType)


RemoteFunction.__name__ = FunctionType.__name__


class RemoteIterator(RemoteAny):
    """A generator or iterator of the program, asked for one item at a time."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return further(self, operate(self, "next"))


class RemoteCoroutine(RemoteAny):
    """A coroutine of the program: it runs there, to its end, when the test awaits it."""

    __slots__ = ()

    def send(self, value: Any) -> Any:
        """One step, which is the whole way."""
        raise StopIteration(operate(self, "await"))

    def throw(self, *error: Any) -> Any:
        """What is thrown into a coroutine that never waits ends it."""
        raise error[0]

    def close(self) -> None:
        """Nothing is held open here."""

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()  # makes it the generator that an await asks for
        return operate(self, "await")

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("'coroutine' object is not iterable")


SPECIAL: Final = {name: vars(RemoteAny).get(name, RemoteIterator.__next__) for name in SPECIAL_NAMES}


def generated(source: Any) -> Generator[Any, Any, Any]:
    """A generator of the program as one that a test can tell from other iterators."""
    return (yield from source)


class _Iteration(Iterator[Any]):
    """Whatever the program's `__iter__` gave, as an iterator: over all that `whole` has, if that is given."""

    def __init__(self, source: Any, whole: RemoteObject | None = None) -> None:
        if not hasattr(type(source), "__next__"):
            raise TypeError(f"iter() returned non-iterator of type {type(source).__name__!r}")
        self._source = source
        self._whole = whole
        self._items = 0

    def __next__(self) -> Any:
        try:
            item = next(self._source)
        except StopIteration:
            if self._whole is not None:
                sized(self._whole, self._items)
            raise
        self._items += 1
        return item


def _left(manager: RemoteObject, how: str, error: Any, trace: Any) -> Any:
    """What a manager makes of the end of its block, unless an exception that is to be told would vanish."""
    if error is None:
        return operate(manager, how, None, None, None)
    texts = slot(manager, "_remote_session").texts
    try:
        answer = operate(manager, how, type(error), error, None)
    except BaseException as another:
        # In the place of the first, which the test may expect.
        if another is error or not comes_from_program(another) or may_swallow(texts, error, trace):
            raise
        return False
    if is_remote(answer):
        # Asked once, as it may say something else the next time.
        answer = bool(answer)
    return answer if not answer or may_swallow(texts, error, trace) else False
