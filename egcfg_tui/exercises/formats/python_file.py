"""A Python file as an exercise: a stub, its docstring as the statement, doctests or assertions as tests.

Tests in the file are visible. Tests of a test file in the same folder are hidden; but if the file itself has
no tests, the first three of the test file are visible. The user may make all of them visible. The test file
of `NAME.py` is `test_NAME.py`, `NAME_test.py`, or the only test file of the folder if it imports NAME. If no
function or class of the file is a stub, the task is to write the last one, and the file is the reference.
"""

from __future__ import annotations

import ast
from pathlib import Path

from egcfg_sandbox import CodeTest, Test
from egcfg_tui.exercises.formats.exercism import (
    VISIBLE,
    parse_file,
    python_modules,
    read_suite,
    with_helpers,
)
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages, test_texts
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.doctests import doctest_assertions
from egcfg_tui.exercises.python.stubs import Definition, definitions, is_open, split_stub
from egcfg_tui.exercises.python.suites import Suite, SuiteTests, read_tests
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
    open_ones = [node for node in found if is_open(node)]
    wanted = open_ones or found[-1:]
    main = wanted[0]
    beside = _test_files(path)
    helpers = python_modules(path.parent, without=(path, *beside))
    text = text_files.read_text(path)
    doctests, inner = _doctests(tree, wanted), _own_suite(tree, path)
    suites = [read_suite(file, path, also=text) for file in beside]
    own = [*doctests, *inner.tests]
    others = [test for suite in suites for test in suite.tests]
    left_out = [line for suite in (inner, *suites) for line in suite.left_out]
    if not open_ones:
        own, others = (_about(wanted, tests, left_out, path) for tests in (own, others))
    visible, hidden = (own, others) if own else (others[:VISIBLE], others[VISIBLE:])
    source = _without_tests(text, tree)
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
        left_out=tuple(left_out),
        packages=imported_packages(source, *test_texts([*visible, *hidden]), without=(path.stem, *helpers)),
        level=0,
        source=str(path),
    )
    return validate(exercise, lambda key: place.at(key) if key else place)


def _about(wanted: list[Definition], tests: list[Test], left_out: list[str], path: Path) -> list[Test]:
    """The tests that use what the answer defines; the others test only what the file gives."""
    names = {node.name for node in wanted}
    kept = []
    for test in tests:
        text = f"{test.setup}\n{test.code}" if isinstance(test, CodeTest) else None
        if text is not None and names.isdisjoint(python_source.used_names(python_source.parse(text))):
            start = test.text.strip().partition("\n")[0]
            left_out.append(f"{path}: `{start}` does not use `{wanted[0].name}`; it is left out")
        else:
            kept.append(test)
    return kept


def stubs_in(folder: Path) -> list[Path]:
    """The Python files of a folder that have a test file in the same folder."""
    files = sorted(folder.glob("*.py"))
    return [file for file in files if not _is_test_file(file) and _test_files(file)]


def _doctests(tree: ast.Module, wanted: list[Definition]) -> list[Test]:
    """The examples in the docstrings of the file, of the wanted definitions and of their methods."""
    known = frozenset(node.name for node in definitions(tree))
    documented: list[ast.Module | Definition] = [tree, *wanted]
    methods = [
        inner for node in wanted if isinstance(node, ast.ClassDef) for inner in definitions(_body(node))
    ]
    texts = [ast.get_docstring(node) for node in [*documented, *methods]]
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return [
        CodeTest(test, _imports_for(test, imports))
        for text in texts
        if text
        for test in doctest_assertions(text, known)
    ]


def _imports_for(test: str, imports: list[ast.Import | ast.ImportFrom]) -> str:
    """The imports of the file that the test's bare calls use, such as `random.seed(1)`."""
    lines = [line.value for line in python_source.parse(test).body if isinstance(line, ast.Expr)]
    used = {name for line in lines for name in python_source.used_names(line)}
    needed = [node for node in imports if any((one.asname or one.name) in used for one in node.names)]
    return "\n".join(map(ast.unparse, needed))


def _own_suite(tree: ast.Module, path: Path) -> SuiteTests:
    """The tests and assertions at the top level of the file, read as if they were a separate test file."""
    lines = [node for node in tree.body if _is_test(node) or isinstance(node, ast.Import | ast.ImportFrom)]
    used = {name for line in lines for name in python_source.used_names(line)}
    names = [name for name in python_source.definitions(tree) if name in used]
    given = ast.ImportFrom(path.stem, [ast.alias(name) for name in names], 0)
    futures = [line for line in lines if isinstance(line, ast.ImportFrom) and line.module == "__future__"]
    rest = [line for line in lines if line not in futures]
    suite = ast.Module([*futures, *([given] if names else []), *rest], [])
    text = ast.unparse(ast.fix_missing_locations(suite))
    return read_tests(
        Suite(python_source.parse(text), text, f"test_{path.name}", path.stem, Place(str(path)))
    )


def _body(node: ast.ClassDef) -> ast.Module:
    return ast.Module(node.body, [])


def _is_test(node: ast.stmt) -> bool:
    """Whether a top-level statement is a test and nothing else."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name.startswith("test_") or any(
                "fixture" in ast.unparse(line) for line in node.decorator_list
            )
        case ast.ClassDef(bases=bases, name=name):
            return any("TestCase" in ast.unparse(base) for base in bases) or (
                name.startswith("Test") and any(_is_test(member) for member in node.body)
            )
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return isinstance(node, ast.Assert)


def _without_tests(source: str, tree: ast.Module) -> str:
    """The source with its tests replaced by blank lines, so that every other line keeps its number."""
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
    named = [path.with_name(f"test_{path.name}"), path.with_name(f"{path.stem}_test.py")]
    if found := [file for file in named if file.is_file()]:
        return found
    others = [file for file in path.parent.glob("*.py") if _is_test_file(file)]
    return others if len(others) == 1 and _imports(others[0], path.stem) else []


def _is_test_file(path: Path) -> bool:
    return path.name.startswith("test_") or path.name.endswith("_test.py")


def _imports(test_file: Path, module: str) -> bool:
    """Whether the test file imports something from the module; False if the file cannot be read."""
    try:
        return bool(python_source.imported_names(parse_file(test_file), module))
    except ExerciseError:
        return False
