"""All mutants of a program: what it returns, one expression, one statement or one name is changed.

A program that is nearly right is often one such change away from a right one. Searching for it needs no
model. Source: V. Debroy and W. E. Wong, "Using Mutation to Automatically Suggest Fixes for Faulty Programs",
ICST 2010; the kinds of changes are those of mutation testing, and conversions of the result.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from egcfg_tui.solving.mutation.expressions import expression_changes
from egcfg_tui.solving.mutation.names import name_changes
from egcfg_tui.solving.mutation.places import Change
from egcfg_tui.solving.mutation.results import result_changes
from egcfg_tui.solving.mutation.statements import statement_changes


def mutants(source: str) -> Iterator[str]:
    """The mutants of a program that parses, each once, as texts laid out by `ast.unparse`.

    Changed results come first, then expressions, statements and names. No mutant equals `ast.unparse` of the
    program. A program that does not parse has none.
    """
    try:
        tree = ast.parse(source)
        seen = {ast.unparse(tree)}
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    for change in _changes(tree):
        with change.made():
            try:
                text = ast.unparse(tree)
            except RecursionError:
                continue
        if text not in seen:
            seen.add(text)
            yield text


def _changes(tree: ast.Module) -> Iterator[Change]:
    return chain(result_changes(tree), expression_changes(tree), statement_changes(tree), name_changes(tree))
