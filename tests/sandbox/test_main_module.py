"""What a test names in texts, and what it puts into its own module."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from egcfg_sandbox.judge.main_module import MainModule, named_in


@pytest.mark.parametrize(
    ("test", "named"),
    [
        ("patch('__main__.f')", {"f"}),
        ("patch(f'{__name__}.f')", {"f"}),
        ("patch('os.f'), patch('__main__.f.g'), 'f', '.', '.txt', '', '1.f', f'{x}.y'", set()),
        ("globals()['f'], globals().get('g'), 'wanted', 'a b'", {"f", "g"}),
    ],
)
def test_no_other_texts_are_told(test: str, named: set[str]) -> None:
    assert named_in([ast.parse(test)]) == named


def test_what_is_put_in_the_place_of_a_name_of_the_program_is_put_there_too() -> None:
    replaced: list[Any] = []
    names: dict[str, Any] = {"f": 1, "own": 2}
    module: Any = MainModule(names, {"f": 1}, lambda *what: replaced.append(what))
    module.f, module.own, module.new = 3, 4, 5
    assert (names, replaced) == ({"f": 3, "own": 4, "new": 5}, [("f", 3)])
    del module.new
    assert not hasattr(module, "new")
    assert module.f == 3
