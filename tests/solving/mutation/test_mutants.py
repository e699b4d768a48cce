"""Mutants: other programs, one change away; the tree that they are made from stays as it was."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.mutation.expressions import expression_changes
from egcfg_tui.solving.mutation.mutants import mutants
from egcfg_tui.solving.mutation.names import name_changes
from egcfg_tui.solving.mutation.places import Change
from egcfg_tui.solving.mutation.results import result_changes
from egcfg_tui.solving.mutation.statements import statement_changes

LINES = (
    "total = 0",
    "for x in xs[1:]:\n        total += x * 2\n        n -= 1",
    "if n > 0 and xs:\n        return [x for x in xs if x % 2 == 0]\n    else:\n        n = len(xs)",
    "while n:\n        n = n // 10",
    "name = 'A b'.strip().lower()",
    "pairs = sorted(range(n), key=lambda i: -xs[i])",
    "return total if not n else max(xs[0], 1.5)",
    "return {x: n for x in xs}",
)
BODIES = st.lists(st.sampled_from(LINES), min_size=1, max_size=5)


def function(*lines: str) -> str:
    return "def f(xs, n):\n    " + "\n    ".join(lines) + "\n"


@given(BODIES)
def test_mutants_are_programs_that_differ_from_the_answer_and_from_each_other(lines: list[str]) -> None:
    source = function(*lines)
    made = list(mutants(source))
    assert made
    assert len({*made, ast.unparse(ast.parse(source))}) == len(made) + 1
    for mutant in made:
        ast.parse(mutant)


@pytest.mark.parametrize("changes", [result_changes, expression_changes, statement_changes, name_changes])
@given(lines=BODIES)
def test_a_change_leaves_no_trace_in_the_tree(
    changes: Callable[[ast.Module], Iterator[Change]], lines: list[str]
) -> None:
    tree = ast.parse(function(*lines))
    before = ast.dump(tree)
    for change in changes(tree):
        with change.made():
            ast.unparse(tree)
        assert ast.dump(tree) == before


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("return n * (n + 1) // 2", "return n * (n + 1)"),
        ("return [x for x in xs if x > 0]", "return sum([x for x in xs if x > 0])"),
        ("return xs[n]", "return xs[n - 1]"),
        ("return n < 5", "return n <= 5"),
        ("return all((x > n for x in xs))", "return any((x > n for x in xs))"),
        ("return xs.split(' | ')", "return xs.split(' ')"),
        ("return list(range(n))", "return list(range(1, n + 1))"),
        ("return xs[:n]", "return xs[:n + 1]"),
        ("return n if n > 2 or xs else 0", "return n if n > 2 and xs else 0"),
        ("return max(xs, key=abs)", "return max(xs)"),
        ("return n", "return xs"),
        ("xs.sort()\n    return xs", "return xs"),
        ("for x in xs:\n        n += x\n        return n", "for x in xs:\n        n += x\n    return n"),
        ("for x in xs:\n        n += x\n    n = -n", "for x in xs:\n        n += x\n        n = -n"),
        ("if xs:\n        n += 1\n    return n", "n += 1\n    return n"),
        ("if not xs:\n        n = 1\n    return n", "if xs:\n        n = 1\n    return n"),
        ("n *= 2\n    return n", "n **= 2\n    return n"),
        ("return {True: n}", "return {False: n}"),
    ],
)
def test_one_change_mends_what_small_models_get_wrong(wrong: str, right: str) -> None:
    assert ast.unparse(ast.parse(function(right))) in mutants(function(wrong))


def test_all_values_that_a_function_returns_change_together() -> None:
    made = set(mutants("def f(n):\n    if n:\n        return n\n    return 0\n"))
    assert "def f(n):\n    if n:\n        return str(n)\n    return str(0)" in made


def test_definitions_imports_annotations_and_targets_stay() -> None:
    for mutant in mutants("import math\n\ndef f(n: int=1) -> int:\n    m = n\n    return m\n"):
        assert mutant.startswith("import math\n\ndef f(n: int=")
        assert " -> int:" in mutant


@pytest.mark.parametrize("source", ["", "def f(:", "x = \0", "    return 1", "-" * 100_000 + "1"])
def test_what_is_no_program_has_no_mutants(source: str) -> None:
    assert list(mutants(source)) == []
