"""Exercism exercise folders: instructions, a stub, a unittest file and an example solution.

The first three tests of the test file are visible, the others hidden; the user may make all of them visible.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any, Final

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages, test_texts
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.beside import files_beside
from egcfg_tui.exercises.python.source import imported_names
from egcfg_tui.exercises.python.stubs import definitions, split_stub
from egcfg_tui.exercises.python.suites import Suite, SuiteTests, read_tests
from egcfg_tui.exercises.reading import text_files
from egcfg_tui.exercises.reading.places import LocateKey, Place
from egcfg_tui.exercises.validation import validate

CONFIGS: Final = (Path(".meta", "config.json"), Path(".exercism", "config.json"))
"""A folder with one of these files is an Exercism exercise: one of a track, or a downloaded one."""

VISIBLE: Final = 3
"""How many tests of a test file may steer the solver."""

_DOCUMENTS: Final = ("introduction.md", "instructions.md", "instructions.append.md")


def is_exercise(folder: Path) -> bool:
    """Whether the folder is an Exercism exercise."""
    try:
        return any((folder / config).is_file() for config in CONFIGS)
    except OSError:
        return False  # closed to this user


def read(folder: Path) -> Exercise:
    """The exercise of a folder. Raises `ExerciseError`, which names the wrong file."""
    files = _files(folder)
    stub_file, test_file = files["solution"], files["test"]
    helpers = python_modules(folder, without=(stub_file, test_file))
    suite = parse_file(test_file)
    names = imported_names(suite, stub_file.stem)
    if not names:
        raise Place(str(test_file)).error(f"imports nothing from `{stub_file.stem}`; import what it tests")
    read = read_suite(test_file, stub_file)
    tests = read.tests
    source = text_files.read_text(stub_file) if stub_file.stat().st_size else ""
    tree = parse_file(stub_file) if source else ast.Module([], [])
    stub = split_stub(source, definitions(tree))
    example = files.get("example")
    reference = with_helpers(text_files.read_text(example), parse_file(example), helpers) if example else None
    entry_point, kind = _entry_point(names, tree, *([parse_file(example)] if example else []))
    exercise = Exercise(
        id=folder.resolve().name,
        title=folder.resolve().name.replace("-", " ").capitalize(),
        statement=_statement(folder, stub.outline, names),
        kind=kind,
        entry_point=entry_point,
        also=tuple(name for name in names if name != entry_point),
        visible=tests[:VISIBLE],
        hidden=tests[VISIBLE:],
        openable=len(tests[VISIBLE:]),
        left_out=read.left_out,
        packages=imported_packages(
            *test_texts(tests), source, reference or "", without=(stub_file.stem, *helpers)
        ),
        starter=with_helpers(stub.starter, tree, helpers),
        reference=reference,
        level=0,
        source=str(folder),
    )
    return validate(exercise, _locator(files))


def read_suite(test_file: Path, solution: Path, *, also: str = "") -> SuiteTests:
    """The tests of a test file for the module of `solution`.

    `also` is more text in which the names of data files are looked for.
    """
    suite = Suite(
        tree=parse_file(test_file),
        text=text_files.read_text(test_file),
        file=test_file.name,
        module=solution.stem,
        place=Place(str(test_file)),
        beside=files_beside(test_file, solution, also=also),
    )
    return read_tests(suite)


def python_modules(folder: Path, without: tuple[Path, ...]) -> dict[str, str]:
    """The sources of the other modules in a folder, by name."""
    files = [file for file in sorted(folder.glob("*.py")) if file not in without and file.stat().st_size]
    return {file.stem: text_files.read_text(file) for file in files}


def with_helpers(source: str, tree: ast.Module, helpers: dict[str, str]) -> str:
    """The source, with code before it that provides the helper modules which it imports."""
    used = [(name, text) for name, text in helpers.items() if python_source.imports(tree, name)]
    return "".join(_module_source(name, text) for name, text in used) + source


def _module_source(name: str, source: str) -> str:
    """Code that makes a module from its source, so that `import name` finds it even without a file."""
    return (
        "import sys as _sys, types as _types\n"
        f"if {name!r} not in _sys.modules:\n"
        f"    exec({source!r}, _sys.modules.setdefault({name!r}, _types.ModuleType({name!r})).__dict__)\n"
    )


def parse_file(file: Path) -> ast.Module:
    """The syntax tree of a file, whose last block may be unfinished. Raises `ExerciseError`."""
    try:
        return python_source.parse_open(text_files.read_text(file))
    except python_source.SourceError as error:
        raise Place(str(file), error.line).error(f"is not Python: {error}; correct it") from None


def _files(folder: Path) -> dict[str, Path]:
    """The files that the configuration names, by purpose: `solution`, `test`, and maybe `example`.

    The configuration of a downloaded exercise names an example that was not downloaded.
    """
    config, downloaded = folder / CONFIGS[0], False
    if not config.is_file():
        config, downloaded = folder / CONFIGS[1], True
    place = Place(str(config))
    try:
        content: Any = json.loads(text_files.read_text(config))
    except json.JSONDecodeError as error:
        raise Place(str(config), error.lineno).error(f"is not JSON: {error.msg}; correct it") from None
    named = content.get("files") if isinstance(content, dict) else None
    if not isinstance(named, dict):
        raise place.at("files").error("must be an object that names `solution` and `test`; add it")
    files = {}
    for purpose, keys in {
        "solution": ("solution",),
        "test": ("test",),
        "example": ("example", "exemplar"),
    }.items():
        listed = [value if isinstance(value, list) else [value] for key in keys if (value := named.get(key))]
        found = [str(name) for names in listed for name in names if str(name).endswith(".py")]
        if found:
            # The list may also hold modules that the tests need.
            chosen = next(
                (name for name in found if purpose == "test" and name.endswith("_test.py")), found[0]
            )
            if (folder / chosen).is_file():
                files[purpose] = folder / chosen
            elif purpose != "example" or not downloaded:
                raise place.at(f"files.{purpose}").error(f"`{chosen}` does not exist; correct the name")
        elif purpose != "example":
            raise place.at(f"files.{purpose}").error("names no Python file; add it")
    return files


def _statement(folder: Path, outline: str, names: list[str]) -> str:
    documents = [folder / ".docs" / name for name in _DOCUMENTS]
    texts = [
        text_files.read_text(file).strip() for file in documents if file.is_file() and file.stat().st_size
    ]
    readme = folder / "README.md"
    if not texts and readme.is_file():
        texts.append(_task_of_readme(text_files.read_text(readme)))
    if not texts:
        raise Place(str(folder / ".docs" / "instructions.md")).error(
            "there is no such file; write the task into it"
        )
    if outline:
        texts.append(f"The module must define {_listed(names)}:\n\n```python\n{outline}\n```")
    elif len(names) > 1:
        texts.append(f"The module must define {_listed(names)}.")
    return "\n\n".join(texts)


def _task_of_readme(text: str) -> str:
    """The task in the README of a downloaded exercise, without the welcome above and the credits below."""
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = [section for section in sections[1:] if not section.startswith("## Source")]
    return "".join(kept).strip() or text.strip()


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _entry_point(names: list[str], *trees: ast.Module) -> tuple[str, ExerciseKind]:
    """The first tested name that is a function or a class, and which of the two it is."""
    for tree in trees:
        defined = python_source.definitions(tree)
        for name in names:
            if isinstance(defined.get(name), ast.ClassDef):
                return name, ExerciseKind.CLASS
            if isinstance(defined.get(name), ast.FunctionDef):
                return name, ExerciseKind.FUNCTION
    return names[0], ExerciseKind.FUNCTION


def _locator(files: dict[str, Path]) -> LocateKey:
    """Finds the file that a field of the exercise was read from, for errors."""
    by_field = {"reference": files.get("example"), "starter": files["solution"]}

    def locate(field: str) -> Place:
        name, _, number = field.partition(".")
        return Place(str(by_field.get(name) or files["test"]), key=f"{name} test {number}" if number else "")

    return locate
