"""By what the runs of an exercise are known: its id and its content, wherever its file lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.runs import json_codec


def key_of(exercise: Exercise) -> str:
    """The key of an exercise."""
    return recorded_key(json_codec.encode(exercise))


def recorded_key(data: Mapping[str, Any]) -> str:
    """The key of an exercise as it is recorded.

    Which tests are visible does not matter: it can be chosen for each solve. Empty values count for nothing,
    so that a field that a later version adds changes no key.
    """
    tests = [test for part in ("visible", "hidden") for test in data.get(part) or ()]
    told = sorted(json.dumps({name: value for name, value in test.items() if value}) for test in tests)
    content = json.dumps([data.get("id"), data.get("statement"), data.get("entry_point"), told])
    return hashlib.sha256(content.encode("ascii")).hexdigest()
