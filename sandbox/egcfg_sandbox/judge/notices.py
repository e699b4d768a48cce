"""Warnings and log records of the program, for a test that looks for them or makes errors of them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any, Final

_FILE: Final = "<program>"


class Notices:
    """Has the program tell them as long as filters or handlers differ from those that were there at first."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask
        self._filters = list(warnings.filters)
        self._shown_by = (warnings.filters, warnings.showwarning)
        self._told: tuple[bool, Any] = (False, None)
        self._hearing = (self._warned, self._logged)

    def before(self) -> None:
        """Looks for what the test has set up since the last question."""
        shown_by = (warnings.filters, warnings.showwarning)
        heeded = shown_by != self._shown_by or shown_by[0] is not self._shown_by[0]
        wanted = (heeded or warnings.filters != self._filters, _levels())
        if wanted != self._told:
            self._told = wanted
            self._ask("listen", *wanted, *self._hearing)

    def _warned(self, text: str, category: Any, line: int) -> None:
        warnings.warn_explicit(text, category, _FILE, line, module="__main__", registry={})

    def _logged(self, name: str, level: int, text: str, line: int) -> None:
        logger = sys.modules["logging"].getLogger(name)
        logger.handle(logger.makeRecord(name, level, _FILE, line, text, (), None))


def _levels() -> dict[str, int] | None:
    """The levels of the test's loggers, None while no logger has a handler."""
    logging = sys.modules.get("logging")
    if logging is None:
        return None
    found = [
        logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)
    ]
    loggers = [logging.root, *found]
    if not any(logger.handlers for logger in loggers):
        return None
    return {logger.name: logger.level for logger in loggers if logger.level}
