"""Judges a snippet: the test puts it into code of its own, which the program's process executes."""

from __future__ import annotations

import ast
import builtins
from typing import Any, Final

from egcfg_sandbox.judge.assertions import parse
from egcfg_sandbox.judge.questions import Questions

_EXECUTION: Final = "test_execution"
_INSPECTION: Final = "test_string"


def is_snippet_test(setup: str, code: str) -> bool:
    """Whether a test defines `test_execution(solution)`, as DS-1000's do."""
    trees = [parse(setup), parse(code)]
    return any(
        isinstance(node, ast.FunctionDef) and node.name == _EXECUTION for tree in trees for node in tree.body
    )


def run(questions: Questions, setup: str, code: str, source: str, *, trace: bool) -> None:
    """Executes the test; what it executes itself is executed by the program's process.

    The test finds the program's text under the name `solution`.
    """

    def execute(text: Any, variables: Any = None) -> None:
        variables = {} if variables is None else variables
        variables.update(questions.ask("execute", text, variables, trace, _lines_of(source, text)))

    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    namespace |= {"exec": execute, "solution": source}
    for text in (setup, code):
        exec(compile(parse(text), "<test>", "exec", dont_inherit=True), namespace)
    called = {
        node.value.func.id
        for text in (setup, code)
        for node in parse(text).body
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
    }
    for name in (_EXECUTION, _INSPECTION):
        if name in namespace and name not in called:
            namespace[name](source)


def _lines_of(source: str, text: Any) -> tuple[int, int] | None:
    """First and last line (from 1) of the program in the text that a test made of it, None: nowhere."""
    start = text.find(source.rstrip()) if isinstance(text, str) and source.strip() else -1
    if start < 0:
        return None
    first = text.count("\n", 0, start) + 1
    return first, first + source.rstrip().count("\n")
