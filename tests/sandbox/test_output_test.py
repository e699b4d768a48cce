"""Output is compared as judges of contests do: word by word, numbers with a tolerance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import TOLERANCE, Program, Sandbox, StdioTest, Verdict
from egcfg_sandbox.judge.output_test import difference, same_word

FRACTIONS = st.floats(min_value=-1e9, max_value=1e9).map(lambda value: f"{value:.9f}")


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("0.30000000000000004", "0.3"),
        ("0.3000009", "0.3"),
        ("3.0", "3"),
        ("3", "3.000"),
        ("-0.0", "0.0"),
        ("1e3", "1000.0"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("123456789.5", "123456790.1"),
        ("+2.5", "2.5"),
        ("inf", "inf"),
        ("nan", "nan"),
    ],
)
def test_the_same_number_is_the_same_word(got: str, expected: str) -> None:
    assert same_word(got, expected, TOLERANCE)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("0.30001", "0.3"),
        ("1000001", "1000000"),
        ("1000000.4", "1000000"),
        ("007", "7"),
        ("+7", "7"),
        ("1e999", "1e998"),
        ("nan", "0.0"),
        ("inf", "1e300"),
        ("0x10", "16.0"),
        ("1_000.0", "1000.0"),
        ("\N{ARABIC-INDIC DIGIT THREE}.0", "3.0"),
        ("3.0,", "3.0"),
        ("Yes", "YES"),
        ("", "0.0"),
    ],
)
def test_other_words_are_other_words(got: str, expected: str) -> None:
    assert not same_word(got, expected, TOLERANCE)


@given(FRACTIONS, st.floats(-0.9, 0.9))
def test_a_number_within_the_tolerance_is_the_same(expected: str, part: float) -> None:
    value = float(expected)
    assert same_word(f"{value + part * TOLERANCE * max(1.0, abs(value)):.17f}", expected, TOLERANCE)


@given(FRACTIONS, st.sampled_from([-3.0, 3.0]))
def test_a_number_outside_the_tolerance_is_another(expected: str, times: float) -> None:
    value = float(expected)
    assert not same_word(f"{value + times * TOLERANCE * max(1.0, abs(value)):.17f}", expected, TOLERANCE)


@given(st.integers(), st.integers())
def test_whole_numbers_are_compared_digit_by_digit(left: int, right: int) -> None:
    assert same_word(str(left), str(right), 0.5) == (left == right)


@given(st.lists(st.sampled_from(["a", "b", "1", "2.5"])), st.lists(st.sampled_from(["a", "b", "1", "2.5"])))
def test_without_a_tolerance_the_words_decide(got: list[str], expected: list[str]) -> None:
    assert (difference(" ".join(got), "\n".join(expected), 0.0) is None) == (got == expected)


def test_the_first_difference_is_told() -> None:
    assert difference("1 2.5 x", "1  2.5\nx\n", TOLERANCE) is None
    assert difference("1 2.6 x", "1 2.5 x", TOLERANCE) == "word 2 of the output: got '2.6', expected '2.5'"
    assert difference("1 2.5", "1 2.5 x", TOLERANCE) == "got 2 words of output, expected 3"


@pytest.mark.parametrize(("tolerance", "verdict"), [(1e-6, Verdict.PASSED), (0.0, Verdict.FAILED)])
def test_a_test_has_its_own_tolerance(sandbox: Sandbox, tolerance: float, verdict: Verdict) -> None:
    program = Program("print(0.1 + 0.2)", (StdioTest("", "0.3\n", tolerance),))
    assert sandbox.run(program).status is verdict
