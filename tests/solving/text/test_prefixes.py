"""Executable prefixes: a prefix plus `pass`, and always a program."""

from __future__ import annotations

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from egcfg_tui.solving.text.prefixes import canonical, executable_prefix, shape

SNIPPETS = [
    "def f(xs):",
    "    total = 0",
    "    for x in xs:",
    "        if x > 0:",
    "            total += x",
    "        else:",
    "    return total",
    "    try:",
    "        y = (1,",
    '    """doc',
    "    # note",
    "",
    "print(f([1])",
    "@wraps",
]
programs = st.lists(st.sampled_from(SNIPPETS), max_size=12).map("\n".join)


@given(programs | st.text(max_size=80))
@example("\0")
@example("(" * 5000)
@example("\ufeffx = 1")
def test_it_parses_and_is_a_prefix_plus_pass(code: str) -> None:
    mended = executable_prefix(code)
    if mended is None:
        return
    try:
        ast.parse(mended)
    except IndentationError:
        ast.parse(f"if True:\n{mended}")
    lines, kept = code.rstrip().split("\n"), mended.rstrip("\n").split("\n")
    if kept != lines[: len(kept)]:
        assert kept.pop().strip() == "pass"
    assert kept == lines[: len(kept)]


@pytest.mark.parametrize(
    ("code", "mended"),
    [
        ("def f(x):\n    return x\n", "def f(x):\n    return x\n"),
        ("def f(x):\n", "def f(x):\n    pass\n"),
        ("def f(x):\n    for y in x:\n", "def f(x):\n    for y in x:\n        pass\n"),
        ("def f(x):\n    y = (1,\n", "def f(x):\n    pass\n"),
        ("def f(x):\n    a = 1\n    y = (1,\n", "def f(x):\n    a = 1\n    pass\n"),
        ("x = 1\ndef", "x = 1\npass\n"),
        ("((", "pass\n"),
        ("", None),
    ],
)
def test_mends(code: str, mended: str | None) -> None:
    assert executable_prefix(code) == mended


@given(programs)
def test_canonical_text_is_a_fixed_point_without_comments_or_docstrings(code: str) -> None:
    mended = executable_prefix(code)
    text = canonical(mended) if mended is not None else None
    if text is None:
        return
    assert "#" not in text
    assert canonical(text) == text


def test_programs_that_differ_in_layout_share_one_text() -> None:
    plain = "def f(x):\n  '''Doc.'''\n  # note\n  return (x)\n"
    assert canonical(plain) == canonical("def f( x ):\n    return x") == "def f(x):\n    return x"
    assert canonical("def f():\n    'only a docstring'\n") == "def f():\n    pass"
    assert canonical("x = (") is None


def test_programs_that_differ_in_the_names_of_variables_have_one_shape() -> None:
    code = "def f({0}, {1}=1):\n    for {2} in {0}:\n        {1} += {2}\n    return {1}\n"
    assert shape(code.format("xs", "total", "x")) == shape(code.format("numbers", "sum", "n"))
    assert shape(code.format("xs", "total", "x")) != shape(code.format("xs", "total", "xs"))
    assert shape("    a = 1\n    return a") == shape("    b = 1\n    return b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x", "def g(x):\n    return x"),
        ("def f(x):\n    return f(x=x)", "def f(y):\n    return f(x=y)"),
        ("def f(x):\n    return locals()", "def f(y):\n    return locals()"),
        ("def f(x):\n    global a\n    a = x", "def f(x):\n    global b\n    b = x"),
        ("def f(x):\n    return len(x)", "def f(x):\n    return sum(x)"),
        ("a = 1\nb = 2\nprint(a)", "a = 1\nb = 2\nprint(b)"),
        ("a = (", "b = ("),
    ],
)
def test_programs_that_may_do_different_things_have_different_shapes(one: str, other: str) -> None:
    assert shape(one) != shape(other)
