"""Pickles in a test: its own are as good as its code, the program's are bytes that may ask for anything."""

from __future__ import annotations

import builtins
import functools
import io
import pickle
import pickletools
from collections.abc import Callable
from typing import Any, Final

from egcfg_sandbox.judge.evaluation import Evaluation

# Classes that a pickle can make objects of, but not change: all are written in C.
_UNCHANGEABLE: Final[dict[str, frozenset[str]]] = {
    "builtins": frozenset(
        {
            "object", "bool", "int", "float", "complex", "str", "bytes", "bytearray", "list", "tuple", "dict",
            "set", "frozenset", "range", "slice",
        }
    ),
    "_codecs": frozenset({"encode"}),
    "collections": frozenset({"OrderedDict", "defaultdict", "deque"}),
    "copyreg": frozenset({"_reconstructor"}),
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
    "decimal": frozenset({"Decimal"}),
}  # fmt: skip
# In Python: the operations of a pickle that set an object's variables could set theirs.
_CHANGEABLE: Final[dict[str, frozenset[str]]] = {
    "collections": frozenset({"Counter"}),
    "fractions": frozenset({"Fraction"}),
    "pathlib": frozenset({"PurePosixPath", "PosixPath", "PureWindowsPath"}),
}
_SETTING: Final = frozenset({"BUILD", "INST", "OBJ", "PERSID", "BINPERSID", "EXT1", "EXT2", "EXT4"})
_OLD_NAMES: Final = {"__builtin__": "builtins", "copy_reg": "copyreg"}


def may_be_named(module: str, name: str, *, changing: bool) -> bool:
    """Whether a stranger's pickle may look a name up; `changing`: it may set variables of what it finds."""
    module = _OLD_NAMES.get(module, module)
    if name in _UNCHANGEABLE.get(module, ()) or (not changing and name in _CHANGEABLE.get(module, ())):
        return True
    found = vars(builtins).get(name) if module == "builtins" else None
    return isinstance(found, type) and issubclass(found, BaseException)


class Pickles:
    """Says of a pickle that is being read whether it may look a name up. Takes over `pickle`'s functions."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._own: set[bytes] = set()
        self._reading_own = False
        self._changing = True
        self._load, self._dump = pickle.loads, pickle.dumps
        for function in (self.dumps, self.dump, self.loads, self.load):
            original = getattr(pickle, function.__name__)
            setattr(pickle, function.__name__, functools.update_wrapper(_unbound(function), original))

    def look_at_name(self, module: str, name: str) -> None:
        """Raises `TypeError` for what only a pickle of the test may ask for; told by an audit hook."""
        if self._reading_own or not self._evaluation.has_heard:
            return
        if not may_be_named(module, name, changing=self._changing):
            raise TypeError(f"a test takes no {module}.{name} out of a pickle that may be the program's")

    def dumps(self, thing: Any, *arguments: Any, **named: Any) -> bytes:
        """Remembers what the test has pickled."""
        data = self._dump(thing, *arguments, **named)
        self._own.add(data)
        return data

    def dump(self, thing: Any, file: Any, *arguments: Any, **named: Any) -> None:
        """Writes what `dumps` gives."""
        file.write(self.dumps(thing, *arguments, **named))

    def loads(self, data: Any, /, **named: Any) -> Any:
        """Trusts what the test has pickled."""
        data = bytes(data)
        before = self._reading_own, self._changing
        self._reading_own = data in self._own
        self._changing = self._reading_own or _sets_variables(data)
        try:
            return self._load(data, **named)
        finally:
            self._reading_own, self._changing = before

    def load(self, file: Any, **named: Any) -> Any:
        """The next pickle in a file, which may hold several."""
        taken = _Taken(file)
        for _ in pickletools.genops(taken):
            pass
        return self.loads(taken.getvalue(), **named)


class _Taken(io.BytesIO):
    """Reads another file and keeps what it reads."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file = file

    def read(self, size: int | None = -1) -> bytes:
        """As a file's."""
        return self._kept(self._file.read(size))

    def readline(self, size: int | None = -1) -> bytes:
        """As a file's."""
        return self._kept(self._file.readline(size))

    def _kept(self, data: bytes) -> bytes:
        self.write(data)
        return data


def _unbound(method: Callable[..., Any]) -> Callable[..., Any]:
    """A function like those that it takes the place of: one that a class of the test may hold."""
    return lambda *arguments, **named: method(*arguments, **named)


def _sets_variables(data: bytes) -> bool:
    """Whether a pickle, or what is none, may set variables of what it looks up."""
    try:
        return any(operation.name in _SETTING for operation, _, _ in pickletools.genops(data))
    except ValueError:
        return True
