"""The identity of an exercise in a bench: a hash of everything that can change its solving or scoring."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from enum import Enum
from typing import Any, Final

from egcfg_tui.exercises.model import Exercise

_BESIDE: Final = frozenset(
    {"id", "title", "level", "source", "reference", "openable", "visible_derived", "left_out"}
)
"""The fields of an exercise that neither the model nor a test ever sees."""


def exercise_sha256(exercise: Exercise) -> str:
    """The content hash. It does not depend on the file or the id, but changes with every test.

    Fields with their default value are left out, so that a field that a later version adds changes no hash.
    """
    content = {name: value for name, value in _plain(exercise).items() if name not in _BESIDE}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != _default(field)
        }
        return told if isinstance(value, Exercise) else {"": type(value).__name__, **told}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
