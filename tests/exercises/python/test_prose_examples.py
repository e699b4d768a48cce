"""Examples in prose are read if they are certain, and ignored otherwise."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises.python.prose_examples import prose_assertions


def found(text: str, signature: str = "f(x)") -> list[str]:
    function = ast.parse(f"def {signature}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    return prose_assertions(text, function, frozenset({"f", "helper"}))


@pytest.mark.parametrize(
    "sign", ["➞", "→", "=>", "==>", "->", "==", "returns", "should return", "should be", "# =>", "# returns"]
)
@pytest.mark.parametrize("head", ["", "* ", "Example: ", "assert ", "for "])
@pytest.mark.parametrize("tail", ["", ".", "  # since 1 + 1", " (twice)", ", a small one", "\n    and so on"])
def test_signs(sign: str, head: str, tail: str) -> None:
    assert found(f"{head}f([1, 2]) {sign} 'a b'{tail}") == ["assert f([1, 2]) == 'a b'"]


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=5,
)


@given(VALUES, VALUES)
def test_any_value_is_read_whole(argument: object, value: object) -> None:
    for text in (
        f"Such as f({argument!r}) ➞ {value!r}",
        f"For x = {argument!r}, the output should be {value!r}.",
        f"Input: {argument!r}\nOutput: {value!r}\n\nMore.",
        f"Input:\n  x : {argument!r}\nOutput: {value!r}",
    ):
        (test,) = found(text)
        exec(test, {"f": lambda x: value})
        if value != (other := [value]):
            with pytest.raises(AssertionError):
                exec(test, {"f": lambda x: other})


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("f(3) => true", ["assert f(3) == True"]),
        ("f(3) => None", ["assert f(3) is None"]),
        ("f(3) = 4", ["assert f(3) == 4"]),
        ("f(3) -> 9 - 1 - 2 = 6", ["assert f(3) == 6"]),
        ("f(3) == 1 + 2 = 3", ["assert f(3) == 3"]),
        ("f([\n  [1],\n  [2]\n]) == [\n  3\n]", ["assert f([ [1], [2] ]) == [ 3 ]"]),
        ("f(1) => 2 and f(2) => 3", ["assert f(1) == 2", "assert f(2) == 3"]),
        ("f(1) => 2\nf(1) => 2", ["assert f(1) == 2"]),
        ("f(range(3)) => 3", ["assert f(range(3)) == 3"]),
        ("f(helper(3)) => 3", ["assert f(helper(3)) == 3"]),
    ],
)
def test_forms(text: str, tests: list[str]) -> None:
    assert found(text) == tests


@pytest.mark.parametrize(
    "text",
    [
        "f(abc) => 3",
        "f(1) => spam",
        "f(1) => 2 + 3",
        "f(1) => [1] + [2]",
        "f(1) => f(0)",
        "f(1 => 3",
        "g(1) => 3",
        "of(1) => 3",
        "a.f(1) => 3",
        "f(1) and more => 3",
        "f(1) => 2, but f(1) => 3",
        "f(1) = 3, f(2) = f(1) + 4, f(2) = [1, 2]",
        "For y = 3, the output should be 4",
        "For x = y, the output should be 4",
        "Input: 3 and 4\nOutput: 7",
    ],
)
def test_what_is_not_certain_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_arguments_are_given_in_the_order_of_the_signature() -> None:
    text = "For b = 'x', a = [1, 2] the result should be (1, 'x')"
    assert found(text, "f(a, b)") == ["assert f([1, 2], 'x') == (1, 'x')"]
    assert found("Input: a = 1\nOutput: 2", "f(a, b)") == []


@given(st.text(alphabet="f(x)=>'\"[]{}123,. \n#", max_size=60))
def test_any_text_yields_python(text: str) -> None:
    for test in found(text):
        ast.parse(test)
