"""Each doctest becomes a test on its own that decides as the doctest would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises.python.doctests import doctest_assertions

F = frozenset({"f"})

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers(), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_examples_hold_for_the_function_they_were_made_with_and_fail_for_another(
    values: list[object],
) -> None:
    lines = [
        f">>> f({index})\n{'' if value is None else repr(value)}\n" for index, value in enumerate(values)
    ]
    tests = doctest_assertions("\n".join(lines), F)
    assert len(tests) == len(values)
    for test in tests:
        exec(test, {"f": values.__getitem__})
        with pytest.raises(AssertionError):
            exec(test, {"f": lambda index: object()})


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        (">>> f(1)  # why\n2", ["assert f(1) == 2"]),
        (">>> f(1)", ["assert f(1) is None"]),
        (">>> f(1) == 2", ["assert f(1) == 2"]),
        (">>> f(1) == 2\nTrue", ["assert (f(1) == 2) == True"]),
        (">>> f([1,\n...    2])\n[1,\n 2]", ["assert f([1,\n   2]) == [1, 2]"]),
        (">>> f(1), f(2)\n(1, 2)", ["assert (f(1), f(2)) == (1, 2)"]),
        (">>> round(f(1), 2)\n0.5", ["assert round(f(1), 2) == 0.5"]),
        (">>> print(f(1))\na\nb", ["assert str(f(1)) == 'a\\nb'"]),
        (">>> f(1)\nPoint(x=1)", ["assert repr(f(1)) == 'Point(x=1)'"]),
        (">>> f(1)\n3\nand so on", ["assert f(1) == 3"]),
        (">>> x = 2\n>>> f(x)\n3\n>>> f(1)\n2", ["x = 2\nassert f(x) == 3", "assert f(1) == 2"]),
        (">>> f(1)  # doctest: +ELLIPSIS\n[1, ...]", []),
        (">>> f(1)  # doctest: +SKIP\n1", []),
        (">>> f(\n1", []),
        (">>>f(1)\n1", []),
        ("no example", []),
        (">>> assert f(1) == 2", ["assert f(1) == 2"]),
    ],
)
def test_forms(text: str, tests: list[str]) -> None:
    assert doctest_assertions(text, F) == tests


def test_an_expected_exception_is_awaited() -> None:
    (test,) = doctest_assertions(
        ">>> f(1)\nTraceback (most recent call last):\n    ...\nValueError: too small: 1", F
    )

    def refuse(error: Exception) -> None:
        raise error

    exec(test, {"f": lambda x: refuse(ValueError("too small: 1"))})
    with pytest.raises(AssertionError):
        exec(test, {"f": lambda x: refuse(ValueError("other"))})
    with pytest.raises(AssertionError, match="ValueError was not raised"):
        exec(test, {"f": lambda x: 1})


def test_a_session_is_carried_along() -> None:
    text = ">>> s = C()\n>>> s.add(1)\n>>> s.total()\n1\n>>> s.add(2)\n>>> s.total()\n3\n>>> C().total()\n0"
    tests = doctest_assertions(text, frozenset({"C"}))
    assert tests == [
        "s = C()\ns.add(1)\nassert s.total() == 1",
        "s = C()\ns.add(1)\ns.total()\ns.add(2)\nassert s.total() == 3",
        "assert C().total() == 0",
    ]
