"""Names that statements bind, use and change."""

from __future__ import annotations

import ast

import pytest

from egcfg_tui.solving.text.statement_names import (
    NO_NAMES,
    acts,
    changed_names,
    is_sentence,
    is_words,
    names_called_for_effect,
    names_of,
)


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
        ("def f():\n    global total\n    total += 1\n", {"total"}),
        ("def f():\n    global total\n    total = 1\ntotal = 0\n", set()),
        ("def f(x):\n    return f(x - 1)\n", set()),
        ("print(__name__, __file__)\n", set()),
        ("from math import *\nprint(sqrt(unknown))\n", set()),
        ("def f(x):\n    nonlocal x\n", set()),
        ("def f():\n    f.calls += 1\n", {"f.calls"}),
        ("def f():\n    f.calls += 1\nf.calls = 0\n", set()),
        ("def f():\n    f.calls += 1\nsetattr(f, 'calls', 0)\n", set()),
        ("def f():\n    if not hasattr(f, 'n'):\n        f.n = 0\n    f.n += 1\n", set()),
        ("@d\ndef f():\n    return f.calls\n", {"d"}),
        ("def f():\n    return f.__name__\n", set()),
        ("class A:\n    n = 0\n    def f(self):\n        A.n += A.m\n", {"A.m"}),
        ("class A(list):\n    def f(self):\n        return A.m\n", set()),
    ],
)
def test_names_and_attributes_are_missing_when_nothing_binds_them(code: str, missing: set[str]) -> None:
    assert names_of(ast.parse(code), code).missing == missing


def test_names_of_statements_add_up_to_those_of_the_module() -> None:
    code = "import math\nx = []\ndef f(y):\n    f.n += 1\n    return g(math.pi, x)\nf.n = None\n"
    code += "def g():\n    pass\n"
    added = NO_NAMES
    for node in ast.parse(code).body:
        source = ast.unparse(node)
        added = added + names_of(ast.parse(source), source)
    assert added == names_of(ast.parse(code), code)
    assert added.stubs == {"g"}
    assert added.variables == {"x"}
    assert added.modules == added.imported == {"math"}


@pytest.mark.parametrize(
    ("code", "stub"),
    [
        ("def f():\n    pass\n", True),
        ("def f():\n    '''Doc.'''\n    ...\n", True),
        ("async def f():\n    raise NotImplementedError('x')\n", True),
        ("def f():\n    return None\n", False),
        ("class f:\n    def g(self):\n        pass\n", True),
        ("class f(Exception):\n    pass\n", False),
        ("@dataclass\nclass f:\n    x: int\n", False),
        ("class f:\n    x: int\n", False),
        ("f = None\n", True),
        ("f = ...\n", True),
        ("f = 1\n", False),
    ],
)
def test_a_stub_is_still_to_be_written(code: str, stub: bool) -> None:
    names = names_of(ast.parse(code), code)
    assert (names.stubs == {"f"}) is stub
    assert not (names + names_of(ast.parse("f = max\n"), "f = max\n")).stubs


@pytest.mark.parametrize(
    ("code", "changed", "told"),
    [
        ("x = 1\n", {"x"}, set()),
        ("x.y[0].z = 1\n", {"x"}, set()),
        ("x[0] += 1\n", {"x"}, set()),
        ("del x.y\n", {"x"}, set()),
        ("setattr(x, 'y', 1)\n", {"x"}, {"setattr"}),
        ("a().b = 1\n", {"a"}, set()),
        ("sys.setrecursionlimit(9)\n", set(), {"sys"}),
        ("for i in y:\n    x[i] = 1\n    z.append(i)\n", {"i", "x"}, {"z"}),
        ("def f():\n    x = 1\n    sys.exit()\n", set(), set()),
        ("y = x.pop()\n", {"y"}, set()),
    ],
)
def test_what_statements_change_and_what_they_tell(code: str, changed: set[str], told: set[str]) -> None:
    assert changed_names(ast.parse(code)) == changed
    assert names_called_for_effect(ast.parse(code)) == told


@pytest.mark.parametrize(
    ("code", "does"),
    [
        ("print(1)\n", True),
        ("N and print(N)\n", True),
        ("for x in y:\n    print(x)\n", True),
        ("if __name__ == '__main__':\n    main()\n", True),
        ("import sys\nN = int(input())\n", False),
        ("def main():\n    print(1)\n", False),
        ("'''Text.'''\n", False),
    ],
)
def test_a_program_acts_when_it_calls_something_for_its_effect(code: str, does: bool) -> None:
    assert acts(ast.parse(code)) is does


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("Explanation\n", True),
        ("以下是代码\n", True),
        ("[PYTHON]\n", True),
        ("Yes, sure\n", True),
        ("Note: this\n", True),
        ("-item\n", True),
        ("x: int\n", False),
        ("len\n", False),
        ("'text'\n", False),
        ("main()\n", False),
        ("x = Word\n", False),
        ("", False),
    ],
)
def test_unknown_words_that_do_nothing_are_prose(code: str, words: bool) -> None:
    assert is_words(ast.parse(code), NO_NAMES) is words
    known = names_of(ast.parse("from a import *\n"), "from a import *\n")
    assert not is_words(ast.parse(code), known)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("with that in place:\n    pass\n", True),
        ("if you or I:\n    pass\n", True),
        ("for x in numbers:\n    pass\n", False),
        ("while len(x) > y:\n    pass\n", False),
        ("if True:\n    pass\n", False),
        ("x = 1\n", False),
    ],
)
def test_a_header_of_unknown_words_is_a_sentence(code: str, sentence: bool) -> None:
    assert is_sentence(ast.parse(code), NO_NAMES) is sentence
