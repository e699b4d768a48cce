"""Tests that are cut out of a file decide as they did within it; others are run with their whole file."""

from __future__ import annotations

import ast
from textwrap import dedent
from types import SimpleNamespace

import pytest

from egcfg_sandbox import CodeTest, Program, Sandbox, SuiteTest, why_inside
from egcfg_tui.exercises.python.source import imported_names
from egcfg_tui.exercises.python.suites import Suite, SuiteTests, read_tests
from egcfg_tui.exercises.reading.places import Place


def read(source: str, **beside: str) -> SuiteTests:
    text = dedent(source)
    files = tuple((f"{name}.py", content) for name, content in beside.items())
    place = Place("sums_test.py")
    return read_tests(Suite(ast.parse(text), text, "sums_test.py", "sums", place, files))


def cut(source: str) -> list[CodeTest]:
    """The tests of a file in which every test is cut out."""
    tests = read(source).tests
    assert all(isinstance(test, CodeTest) for test in tests), tests
    return [test for test in tests if isinstance(test, CodeTest)]


def whole(source: str, **beside: str) -> list[SuiteTest]:
    """The tests of a file in which every test stays."""
    tests = read(source, **beside).tests
    assert all(isinstance(test, SuiteTest) for test in tests), tests
    return [test for test in tests if isinstance(test, SuiteTest)]


def holds(test: CodeTest, **program: object) -> bool:
    """Whether the test passes with these names; a unittest class runs as in the sandbox."""
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
    assert [test.setup for test in tests] == ["", "import math"]


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
    assert read(source).left_out == ("sums_test.py: `test_later` is skipped; it is left out",)


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


def test_the_module_is_spelled_out_where_a_name_is_taken() -> None:
    (test,) = cut("import sums\ndef test_it(): assert sums.add(1, 2) == 3")
    assert test == CodeTest("assert add(1, 2) == 3")
    (kept,) = whole("import sums\ndef test_it():\n    add = sums.add(1, 2)\n    assert add == 3")
    assert kept.node == "test_it"
    (passed,) = whole("import sums\ndef test_it(): assert vars(sums)")
    assert passed.module == "sums"


PARAMETERS = {
    "stacked": ("@mark('a', [1, 2])\n@mark('b', [3, 4])", ["a=1, b=3", "a=2, b=3", "a=1, b=4", "a=2, b=4"]),
    "ids": ("@mark('a, b', [(1, 2), (3, 4)], ids=['x', 'y'])", ["a=1, b=2", "a=3, b=4"]),
    "param": ("@mark(('a', 'b'), [pytest.param(1, 2, id='x'), [3, 4]])", ["a=1, b=2", "a=3, b=4"]),
    "words": ("@mark(argnames=['a', 'b'], argvalues=((1, 2),))", ["a=1, b=2"]),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_written_parameters_are_put_into_calls(name: str) -> None:
    marks, calls = PARAMETERS[name]
    marks = marks.replace("mark(", "pytest.mark.parametrize(")
    (function, method) = (
        f"import pytest\nfrom sums import add\n{marks}\ndef test_it(a, b):\n    assert add(a, b)\n",
        "import pytest\nfrom sums import add\nclass TestIt:\n"
        + "".join(f"    {line}\n" for line in marks.split("\n"))
        + "    def test_it(self, a, b):\n        assert add(a, b)\n",
    )
    for source in (function, method):
        tests = cut(source)
        assert [test.code.split("\n")[-1] for test in tests] == [f"test_it({call})" for call in calls]
        assert all(why_inside(test) is None for test in tests)
        assert all(holds(test, add=lambda a, b: True) for test in tests)
        assert not any(holds(test, add=lambda a, b: False) for test in tests)


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("def test_a(tmp_path): assert add(1)", ["test_a"]),
        ("@pytest.mark.parametrize('b', [1])\ndef test_a(a): assert add(a)", ["test_a"]),
        ("@pytest.mark.parametrize('a', VALUES)\ndef test_a(a): assert add(a)", ["test_a"]),
        ("@pytest.mark.parametrize('a', [1], indirect=True)\ndef test_a(a): assert add(a)", ["test_a"]),
        ("@pytest.mark.usefixtures('x')\ndef test_a(): assert add(1)", ["test_a"]),
        ("async def test_a(): assert add(1)", ["test_a"]),
        ("def test_a(): pytest.raises(ValueError, add, 1)", ["test_a"]),
        ("def test_a():\n    with pytest.raises(E) as e: add()\n    assert e.type is E", ["test_a"]),
        ("def test_a():\n    with pytest.warns(UserWarning): add()", ["test_a"]),
        (
            "class TestA:\n    def setup_method(self): ...\n    def test_b(self): assert add()",
            ["TestA::test_b"],
        ),
        ("class TestA:\n    def test_b(self): assert self.x", ["TestA::test_b"]),
        ("class TestA:\n    class TestB:\n        def test_c(self): assert add()", ["TestA::TestB::test_c"]),
        ("class Base:\n    def test_b(self): add()\nclass TestA(Base): ...", ["TestA::test_b"]),
        ("if add:\n    def test_a(tmp_path): assert add()", ["test_a"]),
        (
            "def setup_module(): ...\ndef test_a(): assert add()\ndef test_b(): assert add()",
            ["test_a", "test_b"],
        ),
        ("@pytest.fixture(autouse=True)\ndef x(): ...\ndef test_a(): assert add()", ["test_a"]),
        ("@patch('x')\ndef test_a(y): assert add()", ["test_a"]),
        ("import sqlite3\ndef test_a(): assert add(sqlite3)", ["test_a"]),
    ],
)
def test_what_would_lose_something_stays_in_its_file(source: str, nodes: list[str]) -> None:
    tests = whole(f"import pytest\nfrom sums import add\n{source}\n")
    assert [test.node for test in tests] == nodes
    assert all(test.source.endswith(f"{source}\n") and why_inside(test) for test in tests)


def test_a_module_beside_keeps_what_uses_it_in_its_file() -> None:
    source = "from sums import add\nfrom sums_data import N\ndef test_all():\n    assert add(N)\n"
    (test,) = whole(source, sums_data="N = 1")
    assert test.files == (("sums_test.py", source), ("sums_data.py", "N = 1"))
    assert test.text == "def test_all():\n    assert add(N)"
    assert test.why == "uses the module `sums_data`"
    assert isinstance(read(source.replace("add(N)", "add(1)"), sums_data="N = 1").tests[0], CodeTest)


def test_only_what_needs_it_stays_in_its_file() -> None:
    tests = read("from sums import add\ndef test_a(): assert add()\ndef test_b(capsys): assert add()\n").tests
    assert [type(test) for test in tests] == [CodeTest, SuiteTest]


@pytest.mark.parametrize("mark", ["pytest.mark.xfail", "unittest.expectedFailure"])
def test_what_is_expected_to_fail_is_left_out(mark: str) -> None:
    found = read(f"import pytest, unittest\n@{mark}\ndef test_a(): assert 0\ndef test_b(): assert sums\n")
    assert len(found.tests) == 1
    assert found.left_out == ("sums_test.py: `test_a` is expected to fail; it is left out",)


def test_the_check_of_this_file_sees_failures() -> None:
    assert not holds(CodeTest("assert f.x == 2"), f=SimpleNamespace(x=1))
