"""A Python file is an exercise: a stub with a docstring, and tests in it or beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_sandbox import CodeTest, Sandbox
from egcfg_tui.exercises import Exercise, ExerciseError, ExerciseKind, load
from egcfg_tui.exercises.checking import check_references

STUB = '''\
import math


def half(x):
    return x / 2


def area(radius: float) -> float:
    """The area of a disc.

    >>> area(1) == math.pi
    True
    >>> area(half(0))
    0.0
    """
    raise NotImplementedError


assert area(2) > 12
'''


def read(folder: Path, **files: str) -> Exercise:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return load(str(folder / "disc.py"))


def test_a_stub_is_read(tmp_path: Path) -> None:
    exercise = read(tmp_path, disc=STUB)
    assert exercise == Exercise(
        id="disc",
        title="Disc",
        statement="The area of a disc.\n\n>>> area(1) == math.pi\nTrue\n>>> area(half(0))\n0.0",
        kind=ExerciseKind.FUNCTION,
        entry_point="area",
        visible=(
            CodeTest("assert (area(1) == math.pi) == True"),
            CodeTest("assert area(half(0)) == 0.0"),
            CodeTest("assert area(2) > 12"),
        ),
        starter=STUB.partition("    raise")[0],
        level=0,
        source=str(tmp_path / "disc.py"),
    )


def test_a_test_file_beside_it_is_hidden(tmp_path: Path) -> None:
    exercise = read(
        tmp_path, disc=STUB, test_disc="from disc import area\ndef test_none():\n    assert area(0) == 0\n"
    )
    assert exercise.hidden == (CodeTest("assert area(0) == 0"),)


def test_without_tests_of_its_own_it_takes_the_first_of_the_test_file(tmp_path: Path) -> None:
    suite = "from disc import f\n" + "".join(f"def test_{n}():\n    assert f({n})\n" for n in range(5))
    exercise = read(tmp_path, disc='def f(x):\n    """Yes."""\n', disc_test=suite)
    assert [test.text for test in exercise.visible] == ["assert f(0)", "assert f(1)", "assert f(2)"]
    assert [test.text for test in exercise.hidden] == ["assert f(3)", "assert f(4)"]


def test_a_finished_file_is_its_own_reference(tmp_path: Path) -> None:
    source = STUB.replace("    raise NotImplementedError", "    return math.pi * radius**2")
    exercise = read(tmp_path, disc=source)
    assert exercise.starter == read(tmp_path, disc=STUB).starter
    assert "math.pi * radius" not in exercise.starter
    assert "assert" not in (exercise.reference or "")
    with Sandbox() as sandbox:
        (check,) = check_references([exercise], sandbox.run_many)
    assert [(test.name, test.result.error) for test in check.failures] == []


def test_a_class_is_outlined_without_its_bodies(tmp_path: Path) -> None:
    source = '''\
class Counter:
    """Counts.

    >>> counter = Counter()
    >>> counter.add()
    >>> counter.value
    1
    """

    def __init__(self):
        self.value = secret()

    def add(self):
        """One more."""
        self.value += 1
'''
    exercise = read(tmp_path, disc=source)
    assert (exercise.kind, exercise.entry_point, exercise.starter) == (ExerciseKind.CLASS, "Counter", "")
    assert "One more." in exercise.statement
    assert "secret" not in exercise.statement
    assert exercise.visible == (CodeTest("counter = Counter()\ncounter.add()\nassert counter.value == 1"),)


def test_several_stubs_are_wanted_together(tmp_path: Path) -> None:
    source = (
        'def f(x):\n    """First."""\n\ndef g(x):\n    """\n    >>> g(1)\n    2\n    """\n\nassert f(1)\n'
    )
    exercise = read(tmp_path, disc=source)
    assert (exercise.entry_point, exercise.also, exercise.starter) == ("f", ("g",), "")
    assert "def f(x):" in exercise.statement
    assert "def g(x):" in exercise.statement
    assert [test.text for test in exercise.visible] == ["assert g(1) == 2", "assert f(1)"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def f(:", "disc.py, line 1: is not Python"),
        ("x = 1\n", "disc.py: defines no function and no class"),
        ("\ndef f(x): ...\nassert f(1)\n", "disc.py, line 2: `f` has no docstring"),
        ('def f(x):\n    """Yes."""\n', "disc.py: the exercise has no tests"),
        ('def f(x):\n    """Yes."""\nassert g(1)\n', "key `visible.1`: the test does not use `f`"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, source: str, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        read(tmp_path, disc=source)
    assert words in str(caught.value)


def test_tests_of_what_a_complete_file_gives_are_left_out(tmp_path: Path) -> None:
    code = (
        '"""Money."""\nclass Debt(Exception):\n    pass\n\ndef half(x):\n    return x / 2\n\n'
        "def third(x):\n    return x / 3\n"
    )
    tests = (
        "from disc import half, third\n"
        "def test_half(): assert half(4) == 2\ndef test_third(): assert third(3) == 1\n"
    )
    exercise = read(tmp_path, disc=code, test_disc=tests)
    assert exercise.entry_point == "third"
    assert [test.text for test in exercise.visible] == ["assert third(3) == 1"]
    assert exercise.left_out == (
        f"{tmp_path / 'disc.py'}: `assert half(4) == 2` does not use `third`; it is left out",
    )


def test_a_protocol_is_not_open(tmp_path: Path) -> None:
    code = (
        '"""Sizes."""\nfrom typing import Protocol\n'
        "class Sized(Protocol):\n    def size(self) -> int: ...\n\n"
        "def total(xs):\n    return sum(x.size() for x in xs)\n\nassert total([]) == 0\n"
    )
    exercise = read(tmp_path, disc=code)
    assert (exercise.entry_point, exercise.reference is None) == ("total", False)
