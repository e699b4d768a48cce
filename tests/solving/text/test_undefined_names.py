"""Names that a program uses and does not define."""

from __future__ import annotations

import pytest

from egcfg_tui.solving.text.undefined_names import missing_names


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("def f(x):\n    return len(x)\n", set()),
        ("def f(x):\n    return g(x) + LIMIT\n", {"g", "LIMIT"}),
        ("def f(x):\n    g = x\n    return g\n", set()),
        ("def f(x):\n    g = x\n    return g\ndef h():\n    return g\n", {"g"}),
        ("import math as m\ndef f(x):\n    return m.pi\n", set()),
        ("def f(x: List[int]) -> Dict[str, int]:\n    return {}\n", {"List", "Dict"}),
        ("class A(B):\n    size = LIMIT\n    def f(self):\n        return size\n", {"B", "LIMIT", "size"}),
        ("@cache\ndef f(x):\n    return [y for y in x if y > bound]\n", {"cache", "bound"}),
        ("def f():\n    global total\n    total = 1\ndef g():\n    return total\n", set()),
        ("def f(x):\n    return f(x - 1)\n", set()),
        ("print(__name__, __file__)\n", set()),
        ("from math import *\nprint(sqrt(unknown))\n", set()),
        ("def f(x):\n    nonlocal x\n", set()),
    ],
)
def test_names_are_missing_when_nothing_binds_them_globally(code: str, missing: set[str]) -> None:
    assert missing_names(code) == missing
