"""Judges a test of a snippet: the program's process executes the text around it, the judge its variables."""

from __future__ import annotations

import builtins
from typing import Any

from egcfg_sandbox.assertions import CheckedTest, parse
from egcfg_sandbox.judge.handles import shown
from egcfg_sandbox.judge.names import Names
from egcfg_sandbox.judge.questions import Questions
from egcfg_sandbox.verdicts import SnippetTest


def run_snippet(questions: Questions, test: SnippetTest, snippet: str, *, trace: bool) -> None:
    """Returns when the test holds; raises what made it fail."""
    tree = parse(test.code)
    asked = Names((test.code,), (tree,)).asked - vars(builtins).keys()
    checked = CheckedTest((tree,), set(asked))
    checks = checked.checks(shown)
    try:
        with checks.deciding():
            found = questions.ask("execute", test.whole(snippet), tuple(asked), trace, test.window(snippet))
            namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
            namespace |= {**{name: found[name] for name in found if name in asked}, **checks.tools()}
            for code in checked.codes:
                exec(code, namespace)
    finally:
        questions.compared = checks.compared
