"""Tells the test of warnings and log records while it wants to know."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

Tell = Callable[..., Any]


class Teller:
    """What is told, and how to undo what was set up for it."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], Any]] = []

    def listen(self, heeded: bool, levels: dict[str, int] | None, warned: Tell, logged: Tell) -> None:
        """From now on the test hears of all warnings or of none, and of records from its loggers' levels."""
        while self._undo:
            self._undo.pop()()
        if heeded:
            self._tell_warnings(warned)
        if levels is not None:
            self._tell_records(levels, logged)

    def _tell_warnings(self, warned: Tell) -> None:
        changed = warnings.catch_warnings()
        changed.__enter__()
        self._undo.append(lambda: changed.__exit__(None, None, None))
        # Which of them count, the test's own filters decide.
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, category, filename, lineno, file=None, line=None: warned(
            str(message), category, lineno
        )

    def _tell_records(self, levels: dict[str, int], logged: Tell) -> None:
        import logging  # large, and rarely needed

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                logged(record.name, record.levelno, record.getMessage(), record.lineno)

        handler = Handler()
        logging.root.addHandler(handler)
        self._undo.append(lambda: logging.root.removeHandler(handler))
        for name, level in levels.items():
            logger = logging.getLogger(name)
            before = logger.level
            self._undo.append(lambda logger=logger, before=before: logger.setLevel(before))  # type: ignore[misc]
            logger.setLevel(level)
