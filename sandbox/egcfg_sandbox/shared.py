"""Lists, dicts, sets and their like that the test and the program both hold, and which of them have changed.

Each side has a copy of its own. The side that sends a container first numbers it, one by even numbers, the
other by odd ones. With every message goes what its sender has changed since the last: the copies stay alike.
"""

from __future__ import annotations

import sys
from itertools import chain, islice
from operator import is_
from typing import Any, Final

_STEP: Final = 2
# Those of an entry and of the call that counts.
_OWN_REFERENCES: Final = 2
# All that is shared is looked at with every message, so it must not become much: in items, a container
# being as slow to look at as so many. In the middle of a call, where most messages are, it is a few of them.
_MOST_ITEMS: Final = 4000
_COST_OF_CONTAINER: Final = 10
_MOST_BETWEEN: Final = 16
_MOST_ITEMS_BETWEEN: Final = 1000


class Shared:
    """The containers by number, with the content that both sides know (None while it is put in)."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._held: dict[int, list[Any]] = {}
        self._numbers: dict[int, int] = {}

    def __getitem__(self, number: int) -> Any:
        entry = self._held[number] = self._held.pop(number)
        return entry[0]

    def __len__(self) -> int:
        return len(self._held)

    def number_of(self, container: Any) -> int | None:
        """The number of a container that both sides hold."""
        number = self._numbers.get(id(container))
        if number is not None:
            self._held[number] = self._held.pop(number)
        return number

    def add(self, container: Any) -> int:
        """Numbers a container that is sent for the first time."""
        number = self._next
        self._next += _STEP
        self._enter(number, container)
        return number

    def receive(self, number: int, container: Any) -> None:
        """Takes a container under the sender's number; `ValueError` for one that it has not to give."""
        if number in self._held or (number - self._next) % _STEP == 0:
            raise ValueError("a container under a number that is taken")
        self._enter(number, container)

    def _enter(self, number: int, container: Any) -> None:
        # First, as any call may be one too deep: what is half entered could not be withdrawn.
        key = id(container)
        self._held[number] = [container, None]
        self._numbers[key] = number

    def settle(self, container: Any) -> None:
        """Notes that both sides know the content as it is now."""
        self._held[self._numbers[id(container)]][1] = _items(container)

    def settle_later(self, number: int, container: Any) -> None:
        """Does so for what may have been dropped meanwhile."""
        if number in self._held:
            self.settle(container)

    def unsettle(self, container: Any) -> None:
        """Notes that the content is about to be put in."""
        self._held[self._numbers[id(container)]][1] = None

    def changed(self, between: bool) -> set[int]:
        """Numbers of what this side has changed; `between`, in the middle of a call: of the latest."""
        found = set()
        for number in self._looked_at(between):
            container, known = self._held[number]
            if known is None or (between and len(container) > _MOST_ITEMS_BETWEEN):
                continue
            if _differs(container, known):
                found.add(number)
        return found

    def is_changed(self, number: int) -> bool:
        """Whether this side has changed a container since the other knew its content."""
        entry = self._held.get(number)
        return entry is not None and entry[1] is not None and _differs(*entry)

    def drop_unused(self, changed: set[int], between: bool) -> list[int]:
        """Drops what nothing else here refers to and, but for `between`, what is too much to be looked at."""
        dropped = []
        total = 0
        for number in self._looked_at(between):
            entry = self._held.get(number)
            if entry is None or entry[1] is None or number in changed:
                continue
            cost = len(entry[0]) + _COST_OF_CONTAINER
            if sys.getrefcount(entry[0]) <= _OWN_REFERENCES or (not between and total + cost > _MOST_ITEMS):
                # At once, as what it holds may be of no other use either.
                self.drop((number,))
                dropped.append(number)
            else:
                total += cost
        return dropped

    def _looked_at(self, between: bool) -> list[int]:
        """All numbers, or those of the latest that were sent or received; what holds others comes first."""
        if not between:
            return list(self._held)
        latest = list(islice(reversed(self._held), _MOST_BETWEEN))
        latest.reverse()
        return latest

    def drop(self, numbers: Any) -> None:
        """From now on these are kept alike no longer."""
        for number in numbers:
            entry = self._held.pop(number, None)
            if entry is not None:
                del self._numbers[id(entry[0])]

    def clear(self) -> None:
        """Drops all of them."""
        self._held.clear()
        self._numbers.clear()

    @property
    def mark(self) -> int:
        """Where this side's numbers go on, for `withdraw`."""
        return self._next

    def withdraw(self, mark: int) -> None:
        """Drops what was numbered since, as it was never sent."""
        self.drop(range(mark, self._next, _STEP))


def _items(container: Any) -> Any:
    if isinstance(container, dict):
        return list(container.items())
    return bytes(container) if isinstance(container, bytearray) else list(container)


def _differs(container: Any, known: Any) -> bool:
    """Whether a container holds other items than are known, by identity."""
    if len(container) != len(known):
        return True
    if isinstance(container, bytearray):
        return bool(container != known)
    if isinstance(container, dict):
        return not all(map(is_, chain.from_iterable(container.items()), chain.from_iterable(known)))
    return not all(map(is_, container, known))
