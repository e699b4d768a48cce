"""DS-1000 rows: a question about data, code to continue, and the data set's own checker.

The checker (`code_context`: `test_execution`, and `test_string` for some problems) is the hidden test; the
user may make it visible. The visible test runs the answer on the example of the question and only requires
that the wanted variable exists. So there are traces to steer by, and no result is given away. If the answer
is the body of a function with parameters, the run calls the function as the checker does. There is no such
run if the code of the question cannot run by itself. The reference need not pass it, because examples in
questions can be wrong.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import CheckerTest, Limits, SnippetTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.snippets import needs_arguments, open_function, undefined_names
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.validation import validate

KEYS: Final = frozenset({"prompt", "reference_code", "metadata", "code_context"})
"""A row with these keys is a DS-1000 row."""

LIMITS: Final = Limits(wall_s=20.0, cpu_s=20.0, memory_bytes=2 << 30)
"""Higher than usual, since tables and arrays take more time and memory than the values of short exercises."""

_ROW_KEYS: Final = {
    "": "code_context",
    "visible": "prompt",
    "hidden": "code_context",
    "given": "prompt",
    "reference": "reference_code",
}
_MARKER: Final = re.compile(r"[ \t]*(?:BEGIN SOLUTION\s*<code>|#+ *BEGIN SOLUTION|#+ *SOLUTION START)\s*\Z")
_WANTED: Final = re.compile(r"^[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*=[ \t]*\.\.\.[ \t]*#", re.MULTILINE)
_RUN: Final = """\
test_input, _ = generate_test_case(1)
variables = {"test_input": test_input}
exec(exec_context.replace("[insert]", solution), variables)
variables["result"]"""
_RUN_NEEDS: Final = frozenset({"generate_test_case", "exec_context"})
_CODE_HEAD: Final = re.compile(r"\n*(?:^|\n)A:\s*\Z")


@dataclass(frozen=True, slots=True)
class _Question:
    """A prompt in parts: the text, the code before the insertion point, and the wanted variables."""

    text: str
    given: str
    wanted: tuple[str, ...]


def names(row: Row) -> tuple[str, ...]:
    """The names of the row in `FILE#NAME`: its number, and its number within the library, as `Numpy/0`."""
    metadata = row.columns("metadata")
    if metadata is None:
        raise row.at("metadata").error("is empty; add `problem_id`")
    number = metadata.identifier("problem_id")
    if {"library", "library_problem_id"} <= metadata.values.keys():
        return (number, f"{metadata.text('library')}/{metadata.identifier('library_problem_id')}")
    return (number,)


def read(row: Row) -> Exercise:
    """The exercise of one row. Raises `ExerciseError`."""
    number, *other_names = names(row)
    question = _question(row)
    checker = _checker(row)
    reference = row.text("reference_code")
    example = _example_run(question, checker)
    exercise = Exercise(
        id=number,
        title=" ".join(other_names) or number,
        statement=question.text,
        kind=ExerciseKind.DATA,
        entry_point=question.wanted[0] if question.wanted else None,
        also=question.wanted[1:],
        visible=(example,) if example else (),
        hidden=(checker,),
        openable=1,
        given=question.given,
        reference=reference,
        level=0,
        source=f"{row.place.file}#{number}",
        visible_derived=True,
        packages=imported_packages(checker.setup, *_inner_code(checker.setup), question.given, reference),
        limits=LIMITS,
    )
    return validate(exercise, row.locator(_ROW_KEYS))


def _question(row: Row) -> _Question:
    prompt = _MARKER.sub("", row.text("prompt"))
    before, tag, code = prompt.rpartition("<code>")
    if not tag:
        # Questions about plots ask in comments of the code.
        return _Question("Do what the comments in the code ask for.", f"{prompt.rstrip()}\n", ())
    given, _, after = code.partition("</code>")
    wanted = _WANTED.search(after)
    text = _CODE_HEAD.sub("", before).strip().removeprefix("Problem:").strip()
    return _Question(
        re.sub(r"</?code>", "", text),
        given.strip("\n").rstrip() + "\n" if given.strip() else "",
        tuple(name.strip() for name in wanted[1].split(",")) if wanted else (),
    )


def _checker(row: Row) -> CheckerTest:
    context = row.text("code_context")
    place = row.at("code_context")
    try:
        tree = python_source.parse(context)
    except python_source.SourceError as error:
        raise place.error(f"is not Python: {error} (its line {error.line}); correct it") from None
    defined = python_source.definitions(tree)
    if not isinstance(defined.get("test_execution"), ast.FunctionDef):
        raise place.error("does not define `test_execution(solution)`; add it")
    calls = [f"{name}(solution)" for name in ("test_execution", "test_string") if name in defined]
    return CheckerTest("\n".join(calls), context.rstrip())


def _inner_code(context: str) -> list[str]:
    """The code in strings of the checker that surrounds the answer."""
    return [
        node.value.replace("[insert]", "pass")
        for node in ast.walk(python_source.parse(context))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "[insert]" in node.value
    ]


def _example_run(question: _Question, checker: CheckerTest) -> SnippetTest | CheckerTest | None:
    """A test that runs the answer in the question's code, or as the checker does; None if it cannot run."""
    try:
        tree = python_source.parse_open(question.given)
    except python_source.SourceError:
        return None
    if needs_arguments(question.given):
        return _run_of(checker)
    if undefined_names(tree):
        return None
    function = open_function(question.given)
    if function is not None:
        return SnippetTest("result", question.given, end=f"\nresult = {function}()\n")
    if not question.wanted:
        return None
    return SnippetTest("\n".join(question.wanted), question.given)


def _run_of(checker: CheckerTest) -> CheckerTest | None:
    """A test that runs the answer on the checker's first input and only requires a result."""
    defined = python_source.definitions(python_source.parse(checker.setup))
    return CheckerTest(_RUN, checker.setup) if defined.keys() >= _RUN_NEEDS else None
