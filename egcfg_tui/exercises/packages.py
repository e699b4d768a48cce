"""Third-party modules that exercises import: which ones, and whether a sandbox would find them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from typing import Final

from egcfg_sandbox import missing_packages
from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.exercises.python import source as python_source

_DISTRIBUTIONS: Final = {
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "PIL": "pillow",
    "cv2": "opencv-python",
}
"""What pip calls modules of another name."""


def imported_packages(*sources: str) -> tuple[str, ...]:
    """The top-level modules beyond the standard library that the sources import, sorted.

    Text that is not Python imports nothing.
    """
    names: set[str] = set()
    for source in sources:
        try:
            tree = python_source.parse_open(source)
        except python_source.SourceError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return tuple(sorted(names - sys.stdlib_module_names))


def require_packages(exercise: Exercise) -> None:
    """Raises `ExerciseError` that says how to install what the exercise needs and a sandbox lacks."""
    missing = missing_packages(exercise.packages)
    if missing:
        raise ExerciseError(f"{exercise.source}: needs {_listed(missing)}; {advice(missing)}")


def advice(missing: Iterable[str]) -> str:
    """The next step for modules that are not installed."""
    names = " ".join(sorted(_DISTRIBUTIONS.get(name, name) for name in missing))
    return f"install with `{sys.executable} -m pip install {names}`"


def _listed(names: Iterable[str]) -> str:
    *first, last = [f"`{name}`" for name in names]
    return f"{', '.join(first)} and {last}" if first else last
