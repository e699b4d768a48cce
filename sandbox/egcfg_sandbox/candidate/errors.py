"""Turns an exception of a program into a line of text and a verdict on its run."""

from __future__ import annotations

import errno
from typing import Any, Final

from egcfg_sandbox.verdicts import Verdict

_TOO_MUCH_WRITTEN: Final = frozenset({errno.EFBIG, errno.ENOSPC, errno.EDQUOT})


def describe_error(error: BaseException, text: Any) -> str:
    """`Type: message`, built from the exception's arguments without calling its methods."""
    kind = type.__dict__["__name__"].__get__(type(error))
    arguments = BaseException.__dict__["args"].__get__(error)
    if not arguments:
        return str(kind)
    if isinstance(error, OSError) and len(arguments) >= 2 and type(arguments[1]) is str:
        return f"{kind}: {arguments[1][:200]}"
    if len(arguments) == 1 or isinstance(error, SyntaxError):
        first = arguments[0]
        message = first[:200] if type(first) is str and not isinstance(error, KeyError) else text(first)
        return f"{kind}: {message}"
    return f"{kind}: {text(arguments)}"


def verdict_of(error: BaseException, number: int | None) -> Verdict:
    """The verdict on a run that ends by an exception; `number` is its errno."""
    if isinstance(error, SystemExit):
        return Verdict.CRASHED
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and number == errno.ENOMEM):
        return Verdict.MEMORY
    if isinstance(error, OSError) and number in _TOO_MUCH_WRITTEN:
        return Verdict.OUTPUT_LIMIT
    return Verdict.ERROR


def exit_text(error: SystemExit) -> str:
    """How a process ends by this exception."""
    status = error.code if type(error.code) is int else int(error.code is not None)
    return f"exited with status {status}"
