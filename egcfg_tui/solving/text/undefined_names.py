"""Which names a program uses and has not defined yet."""

from __future__ import annotations

import builtins
import re
import symtable
from collections.abc import Iterator
from typing import Final

_KNOWN: Final = frozenset(dir(builtins)) | {"__file__"}
_STAR_IMPORT: Final = re.compile(r"^\s*from\s.*\simport\s*\*", re.MULTILINE)


def missing_names(code: str) -> frozenset[str]:
    """Global names that parsable code uses although neither it nor Python defines them.

    Empty where that cannot be told: after a star import, or when the code has errors of scope.
    """
    if _STAR_IMPORT.search(code):
        return frozenset()
    try:
        top = symtable.symtable(code, "answer", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    used: set[str] = set()
    bound: set[str] = set()
    for table in _tables(top):
        for symbol in table.get_symbols():
            if table is top or symbol.is_global():
                if symbol.is_referenced():
                    used.add(symbol.get_name())
                if symbol.is_assigned() or symbol.is_imported():
                    bound.add(symbol.get_name())
    return frozenset(used - bound - _KNOWN)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
