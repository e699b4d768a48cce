"""The guard of a `with` on an object of the program: no failed assertion of the test vanishes in it."""

from __future__ import annotations

from typing import Any, Final

from egcfg_sandbox.judge.remote_objects import RemoteObject

_TO_BE_TOLD: Final = "_judge_told"


def to_be_told(failure: AssertionError) -> None:
    """Marks a failed assertion of the test: no `with` of the program makes it vanish."""
    setattr(failure, _TO_BE_TOLD, True)


def is_to_be_told(error: Any, trace: Any) -> bool:
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
