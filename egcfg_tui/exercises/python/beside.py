"""Finds the files in the folder of a test file that its tests need.

These are `conftest.py`, the modules that the file imports, and the data files that it names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.reading.places import Place

MOST_BYTES: Final = 4 << 20
"""The most bytes of all such files together, since every run writes them again."""
_MOST_LOOKED_AT: Final = 2000
_CONFTEST: Final = "conftest.py"


def files_beside(test_file: Path, solution: Path, *, also: str = "") -> tuple[tuple[str, str], ...]:
    """The files' names, relative to the folder, and their contents, as in `SuiteTest`.

    `also` is more text in which the names of data files are looked for. Raises `ExerciseError` for more than
    `MOST_BYTES` bytes.
    """
    folder = test_file.parent
    conftest = folder / _CONFTEST
    sources = [test_file, *([conftest] if conftest.is_file() else [])]
    found = {path: path.read_bytes() for path in sources[1:]}
    for path in sources:
        for module in _imported(path, folder):
            if module not in (*sources, solution):
                sources.append(module)
                found[module] = module.read_bytes()
    texts = "\n".join([also, *(path.read_text("utf-8", "replace") for path in sources)])
    found |= {path: path.read_bytes() for path in _data(folder, texts) if path not in (test_file, solution)}
    total = sum(map(len, found.values()))
    if total > MOST_BYTES:
        raise Place(str(test_file)).error(
            f"the other files that its tests use have {total} bytes, at most {MOST_BYTES} are allowed; "
            "use smaller files"
        )
    return tuple(
        (str(path.relative_to(folder)), raw.decode("utf-8", "surrogateescape"))
        for path, raw in sorted(found.items())
    )


def _imported(file: Path, folder: Path) -> Iterator[Path]:
    """The modules and packages of the folder that a file imports."""
    try:
        tree = python_source.parse(file.read_text("utf-8", "replace"))
    except python_source.SourceError:
        return
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in {name.partition(".")[0] for name in names if name}:
            if (folder / f"{name}.py").is_file():
                yield folder / f"{name}.py"
            elif (folder / name / "__init__.py").is_file():
                yield from sorted((folder / name).rglob("*.py"))


def _data(folder: Path, texts: str) -> Iterator[Path]:
    """Files of the folder, but no modules, whose name or folder name occurs as a string in the texts."""
    strings = {
        part
        for text in _strings(texts)
        for part in (text, *text.replace("\\", "/").split("/"))
        if part.strip(". ")
    }
    for count, path in enumerate(sorted(folder.rglob("*"))):
        if count > _MOST_LOOKED_AT:
            return
        parts = path.relative_to(folder).parts
        if any(part.startswith((".", "__pycache__")) for part in parts) or path.suffix == ".py":
            continue
        if not strings.isdisjoint(parts) and path.is_file():
            yield path


def _strings(texts: str) -> Iterator[str]:
    try:
        tree = python_source.parse_open(texts)
    except python_source.SourceError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
