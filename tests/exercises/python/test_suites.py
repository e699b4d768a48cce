"""Tests cut out of a suite decide alone as they did within it."""

from __future__ import annotations

import ast
from textwrap import dedent
from types import SimpleNamespace

import pytest

from egcfg_sandbox import CodeTest, Program, Sandbox
from egcfg_tui.exercises.model import ExerciseError
from egcfg_tui.exercises.python.suites import imported_names, read_tests
from egcfg_tui.exercises.reading.places import Place


def cut(source: str, **helpers: str) -> list[CodeTest]:
    return read_tests(ast.parse(dedent(source)), "sums", helpers, Place("sums_test.py"))


def holds(test: CodeTest, **program: object) -> bool:
    """Whether the test passes for these names, a unittest class being run as the sandbox runs it."""
    import unittest

    namespace: dict[str, object] = {"__name__": "cut", **program}
    try:
        exec(test.setup, namespace)
        exec(test.code, namespace)
    except AssertionError:
        return False
    cases = [
        value
        for value in namespace.values()
        if isinstance(value, type) and issubclass(value, unittest.TestCase)
    ]
    result = unittest.TestResult()
    for case in cases:
        unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result.wasSuccessful()


def test_plain_methods_become_assertions() -> None:
    tests = cut(
        """
        import unittest
        import math
        from sums import add

        class AddTest(unittest.TestCase):
            def test_small(self):
                '''Why.'''
                self.assertEqual(add(1, 2), 3)

            def test_more(self):
                total = add(math.floor(1.5), 1)
                self.assertTrue(total)
                self.assertIsNone(None)

        if __name__ == "__main__":
            unittest.main()
        """
    )
    assert [test.code for test in tests] == [
        "assert add(1, 2) == 3",
        "total = add(math.floor(1.5), 1)\nassert total\nassert None is None",
    ]
    assert {test.setup for test in tests} == {"import math"}


@pytest.mark.parametrize(
    ("call", "right", "wrong"),
    [
        ("assertEqual(f(), 3)", 3, 4),
        ("assertNotEqual(f(), 3)", 4, 3),
        ("assertIs(f(), True)", True, 1),
        ("assertIsNot(f(), None)", 1, None),
        ("assertTrue(f())", 1, 0),
        ("assertFalse(f())", 0, 1),
        ("assertIsNone(f())", None, 0),
        ("assertIsNotNone(f())", 0, None),
        ("assertIn(f(), [1])", 1, 2),
        ("assertNotIn(f(), [1])", 2, 1),
        ("assertLess(f(), 2)", 1, 2),
        ("assertGreaterEqual(f(), 2)", 2, 1),
        ("assertIsInstance(f(), str)", "a", 1),
        ("assertAlmostEqual(f(), 0.3)", 0.1 + 0.2, 0.31),
        ("assertAlmostEqual(f(), 0.3, places=1)", 0.31, 0.5),
        ("assertCountEqual(f(), [1, 2])", [2, 1], [1]),
        ("assertEqual(f(), 3, 'message')", 3, 4),
        ("assertEqual(f(), 3, msg='message')", 3, 4),
        ("assertTrue(f(), 'message')", 1, 0),
        ("assertIsInstance(f(), str, msg='message')", "a", 1),
        ("assertRegex(f(), 'a+')", "caat", "b"),
    ],
)
def test_every_assertion_keeps_its_meaning(call: str, right: object, wrong: object) -> None:
    (test,) = cut(
        f"import unittest\nclass T(unittest.TestCase):\n    def test_f(self):\n        self.{call}\n"
    )
    assert holds(test, f=lambda: right)
    assert not holds(test, f=lambda: wrong)


def test_sub_tests_are_opened_and_imports_are_found_anywhere() -> None:
    source = """
        import unittest
        import pytest
        try:
            from sums import add
        except ImportError as error:
            raise ImportError("define add") from error

        class AddTest(unittest.TestCase):
            @pytest.mark.task(taskno=1)
            def test_many(self):
                for number, (left, total) in enumerate([(1, 3), (2, 4)]):
                    with self.subTest(f"variation {number}", left=left):
                        message = f"{left} is wrong"
                        note = str(left)
                        self.assertEqual(add(left, 2), total, msg=message)

            @unittest.skip("not now")
            def test_later(self):
                self.assertEqual(add(1, 1), 3)

            def helper(self):
                return 1
        """
    assert imported_names(ast.parse(dedent(source)), "sums") == ["add"]
    (many,) = cut(source)
    assert many.setup == ""
    assert many.code == (
        "for number, (left, total) in enumerate([(1, 3), (2, 4)]):\n"
        "    note = str(left)\n"
        "    assert add(left, 2) == total"
    )
    assert holds(many, add=lambda left, right: left + right)
    assert not holds(many, add=lambda left, right: 3)


@pytest.mark.parametrize(
    "decorator",
    ["unittest.skip('x')", "unittest.skipIf(True, 'x')", "pytest.mark.skip", "pytest.mark.skipif(1)"],
)
def test_what_is_skipped_is_no_test(decorator: str) -> None:
    source = f"""
        import unittest, pytest
        from sums import add

        @{decorator}
        def test_later():
            assert add(1, 1) == 3

        def test_now():
            assert add(1, 1) == 2
        """
    assert [test.code for test in cut(source)] == ["assert add(1, 1) == 2"]


def test_imports_from_the_future_are_left_out() -> None:
    (test,) = cut("from __future__ import division\nfrom sums import add\nassert add(1, 2) / 2 == 1.5")
    assert "__future__" not in test.setup + test.code
    assert holds(test, add=lambda left, right: left + right)


def test_another_name_for_what_is_called_like_a_builtin_is_resolved(sandbox: Sandbox) -> None:
    (test,) = cut(
        """
        from sums import map as own_map, add as plus
        def test_both():
            assert own_map(str, [1, 2]) == ['1', '2']
        """
    )
    assert "own_map" not in test.code
    own = "def map(function, xs): return [function(x) for x in xs]"
    assert sandbox.run(Program(own, (test,))).passed
    assert not sandbox.run(Program("def add(x): return x", (test,))).passed
    (kept,) = cut("from sums import add as plus\nadd = 1\nassert plus(add, 1) == 2")
    assert "plus = add" in kept.setup


def test_a_method_that_needs_its_class_keeps_it() -> None:
    tests = cut(
        """
        import unittest
        from sums import add

        class AddTest(unittest.TestCase):
            def setUp(self):
                self.start = 1

            def test_one(self):
                self.assertEqual(add(self.start, 2), 3)

            def test_two(self):
                with self.assertRaises(TypeError):
                    add(self.start, None)
        """
    )
    assert len(tests) == 2
    assert all("setUp" in test.code and test.code.count("def test") == 1 for test in tests)
    assert all(holds(test, add=lambda left, right: left + right) for test in tests)
    assert not holds(tests[0], add=lambda left, right: 0)
    assert not holds(tests[1], add=lambda left, right: 0)


def test_pytest_functions_marks_and_parameters() -> None:
    tests = cut(
        """
        import pytest
        from sums import add

        @pytest.mark.slow
        def test_small():
            assert add(1, 2) == 3

        @pytest.mark.parametrize("left, total", [(1, 3), (5, 7)])
        def test_each(left, total):
            assert add(left, 2) == total

        @pytest.mark.parametrize("value", [0.1, (1, 2)])
        def test_one(value):
            assert value

        def test_raises():
            with pytest.raises(ValueError, match="too"):
                add(None, 1)

        def test_near():
            assert add(0.1, 0.2) == pytest.approx(0.3)
            assert [add(0.1, 0.2)] == pytest.approx([0.3])
            return
        """
    )
    assert tests[0] == CodeTest("assert add(1, 2) == 3")
    assert [test.code.split("\n")[-1] for test in tests[1:3]] == [
        "test_each(left=1, total=3)",
        "test_each(left=5, total=7)",
    ]
    assert [test.code.split("\n")[-1] for test in tests[3:5]] == [
        "test_one(value=0.1)",
        "test_one(value=(1, 2))",
    ]

    def add(left: float | None, right: float) -> float:
        if left is None:
            raise ValueError("too little")
        return left + right

    assert all(holds(test, add=add) for test in tests)
    for wrong in (lambda *_: 99, lambda *_: None):
        assert [holds(test, add=wrong) for test in (*tests[:3], tests[5])] == [False] * 4
    assert not holds(tests[6], add=lambda *_: 0.31)


def test_module_level_assertions_are_tests() -> None:
    tests = cut(
        "LIMIT = 3\nassert add(1, 2) == LIMIT\nif __name__ == '__main__':\n    assert add(0, 0) == 0\n"
    )
    assert tests == [
        CodeTest("assert add(1, 2) == LIMIT", "LIMIT = 3"),
        CodeTest("assert add(0, 0) == 0", "LIMIT = 3"),
    ]


def test_names_of_the_program_are_reached_however_they_are_imported() -> None:
    source = """
        import sums
        import sums as s
        from sums import add as plus, ZERO

        def test_all():
            assert sums.add(1, 1) == s.add(1, 1) == plus(1, 1) == ZERO + 2
        """
    assert imported_names(ast.parse(dedent(source)), "sums") == ["add", "ZERO"]
    (test,) = cut(source)
    assert holds(test, add=lambda left, right: left + right, ZERO=0)
    assert not holds(test, add=lambda left, right: left - right, ZERO=0)


def test_modules_beside_the_suite_are_carried_along() -> None:
    source = """
        from sums import add
        from sums_data import PAIRS

        def test_all():
            for left, right in PAIRS:
                assert add(left, right) == left + right
        """
    (test,) = cut(source, sums_data="PAIRS = [(1, 2)]", unused="raise SystemExit")
    assert "SystemExit" not in test.setup
    assert holds(test, add=lambda left, right: left + right)
    assert not holds(test, add=lambda left, right: 0)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("def test_a(tmp_path): ...", 1, "`test_a` takes `tmp_path` from a fixture"),
        (
            "@pytest.mark.parametrize('b', [1])\ndef test_a(a): ...",
            2,
            "are not those of its parametrize mark",
        ),
        ("@pytest.mark.parametrize('a', VALUES)\ndef test_a(a): ...", 1, "must be written as a list"),
    ],
)
def test_what_cannot_stand_alone_is_named(source: str, line: int, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        cut(source)
    assert str(caught.value).startswith(f"sums_test.py, line {line}: ")
    assert words in str(caught.value)


def test_the_check_of_this_file_sees_failures() -> None:
    assert not holds(CodeTest("assert f.x == 2"), f=SimpleNamespace(x=1))
