"""The modules that a test may use or be given: always the judge's own, never the program's."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Final

from egcfg_sandbox.codec import CodecError

# Modules a test may use although only the program imported them.
_HELPER_NAMES: Final = """
bisect cmath collections copy datetime decimal fractions functools heapq itertools json math operator os
random re statistics string sys typing unittest
"""
HELPER_MODULES: Final = frozenset(_HELPER_NAMES.split())
_PACKAGES: Final = frozenset({"numpy", "pandas"})


def standard_module(name: str) -> Any:
    """The judge's own copy of a module of the standard library or a known package: never the program's."""
    known = name.partition(".")[0] in sys.stdlib_module_names or name in _PACKAGES
    if not known or (name not in sys.modules and name not in HELPER_MODULES):
        raise CodecError(f"the module {name[:50]!r}")
    return importlib.import_module(name)
