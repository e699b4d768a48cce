"""A Python file as an exercise: a stub, its docstring as the statement, doctests or assertions as tests.

Tests in the file are visible, those of a test file beside it (`test_NAME.py`, `NAME_test.py`) hidden; a file
without tests of its own takes the first three of the test file as visible. The user may open them all. In a
file that leaves nothing open, the last definition is to be written and the file is the reference.
"""

from __future__ import annotations

import ast
from pathlib import Path

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.formats.exercism import VISIBLE, parse_file, python_modules, with_helpers
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.python.doctests import doctest_assertions
from egcfg_tui.exercises.python.stubs import Definition, definitions, is_empty, split_stub
from egcfg_tui.exercises.python.suites import read_tests
from egcfg_tui.exercises.reading import text_files
from egcfg_tui.exercises.reading.places import Place
from egcfg_tui.exercises.validation import validate


def read_file(path: Path) -> Exercise:
    """The exercise of a Python file. Raises `ExerciseError`."""
    place = Place(str(path))
    tree = parse_file(path)
    code = ast.Module([node for node in tree.body if not _is_test(node)], [])
    found = definitions(code)
    if not found:
        raise place.error("defines no function and no class; write the stub of one")
    open_ones = [node for node in found if is_empty(node)]
    wanted = open_ones or found[-1:]
    main = wanted[0]
    beside = [file for file in _test_files(path) if file.is_file()]
    helpers = python_modules(path.parent, without=(path, *beside))
    own = _own_tests(tree, wanted, path)
    others = [
        test for file in beside for test in read_tests(parse_file(file), path.stem, helpers, Place(str(file)))
    ]
    visible, hidden = (own, others) if own else (others[:VISIBLE], others[VISIBLE:])
    source = _without_tests(text_files.read_text(path), tree)
    stub = split_stub(source, wanted)
    exercise = Exercise(
        id=path.stem,
        title=path.stem.replace("_", " ").capitalize(),
        statement=_statement(tree, main, stub.outline, place),
        kind=ExerciseKind.CLASS if isinstance(main, ast.ClassDef) else ExerciseKind.FUNCTION,
        entry_point=main.name,
        also=tuple(node.name for node in wanted[1:]),
        visible=tuple(visible),
        hidden=tuple(hidden),
        openable=len(hidden),
        starter=with_helpers(stub.starter, tree, helpers),
        reference=None if open_ones else with_helpers(source, tree, helpers),
        level=0,
        source=str(path),
    )
    return validate(exercise, lambda key: place.at(key) if key else place)


def _own_tests(tree: ast.Module, wanted: list[Definition], path: Path) -> list[CodeTest]:
    """Doctests, then the tests and assertions at the top level."""
    known = frozenset(node.name for node in definitions(tree))
    documented: list[ast.Module | Definition] = [tree, *wanted]
    methods = [
        inner for node in wanted if isinstance(node, ast.ClassDef) for inner in definitions(_body(node))
    ]
    texts = [ast.get_docstring(node) for node in [*documented, *methods]]
    doctests = [CodeTest(test) for text in texts if text for test in doctest_assertions(text, known)]
    suite = [node for node in tree.body if _is_test(node) or isinstance(node, ast.Import | ast.ImportFrom)]
    return doctests + read_tests(ast.Module(suite, []), path.stem, {}, Place(str(path)))


def _body(node: ast.ClassDef) -> ast.Module:
    return ast.Module(node.body, [])


def _is_test(node: ast.stmt) -> bool:
    """Whether a top level statement only tests."""
    match node:
        case ast.FunctionDef(name=name):
            return name.startswith("test_")
        case ast.ClassDef(bases=bases, name=name):
            return name.startswith("Test") and any("TestCase" in ast.unparse(base) for base in bases)
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return isinstance(node, ast.Assert)


def _without_tests(source: str, tree: ast.Module) -> str:
    """The source with the lines of its tests left blank, so that every other line keeps its number."""
    lines = source.split("\n")
    for node in tree.body:
        if _is_test(node):
            decorators = [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
            for number in range(min([node.lineno, *decorators]), (node.end_lineno or node.lineno) + 1):
                lines[number - 1] = ""
    return "\n".join(lines).rstrip() + "\n"


def _statement(tree: ast.Module, main: Definition, outline: str, place: Place) -> str:
    texts = [text for node in (tree, main) if (text := ast.get_docstring(node))]
    if not texts:
        raise Place(place.file, main.lineno).error(f"`{main.name}` has no docstring; describe the task in it")
    if outline:
        texts.append(f"The answer must define:\n\n```python\n{outline}\n```")
    return "\n\n".join(texts)


def _test_files(path: Path) -> list[Path]:
    return [path.with_name(f"test_{path.name}"), path.with_name(f"{path.stem}_test.py")]
