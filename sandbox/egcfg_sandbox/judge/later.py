"""What the program changes in shared containers while the test has not asked it for anything.

Python compares, orders and hashes what a container holds while it goes through that container. Were the
program, asked for one item's sake, to take the others away, a comparison would end early, and with `True`.
"""

from __future__ import annotations

from typing import Any, Final

from egcfg_sandbox.codec import put_in
from egcfg_sandbox.judge.remote_objects import RemoteObject, is_made
from egcfg_sandbox.shared import Shared

_OF_JUDGE: Final = frozenset({"plain", "state", "listen", "replace", "environment", "feed"})
_COMPARING: Final = frozenset({"eq", "hash", "lt", "le", "gt", "ge"})
_CONVERTING: Final = frozenset(
    {
        "bool", "len", "int", "index", "float", "complex", "str", "repr", "format", "copy", "deepcopy",
        "neg", "pos", "invert", "abs", "round", "floor", "ceil", "trunc",
    }
)  # fmt: skip


def is_aside(operation: str, details: tuple[Any, ...]) -> bool:
    """Whether a question may come up where the test has written none.

    An object that the test itself made is converted only where the test says so; others may stand in the
    place of a plain value.
    """
    if operation != "operate":
        return operation in _OF_JUDGE
    name, operands = details
    if name in _CONVERTING:
        return not (isinstance(operands[0], RemoteObject) and is_made(operands[0]))
    return name in _COMPARING


class Later:
    """The new contents of containers, until the test asks for something."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._contents: dict[int, tuple[Any, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._contents)

    def note(self, number: int, container: Any, content: Any) -> None:
        """Keeps the latest content of a container."""
        self._contents[number] = container, content

    def forget(self, numbers: set[int]) -> None:
        """Lets what the test has made of containers stand: the program is told of it."""
        for number in numbers:
            self._contents.pop(number, None)

    def put_in(self) -> None:
        """Fills the containers that the test has not changed itself meanwhile.

        What the program changes while it is asked for hashes here comes the next time.
        """
        contents, self._contents = self._contents, {}
        for number, (container, content) in contents.items():
            if not self._shared.is_changed(number):
                put_in(container, content)
                self._shared.settle_later(number, container)
