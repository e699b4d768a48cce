"""Judges a test of a snippet: the program's process executes the text around it, the judge its variables."""

from __future__ import annotations

import builtins
from typing import Any

from egcfg_sandbox.judge import guard
from egcfg_sandbox.judge.assertions import Assertions, parse
from egcfg_sandbox.judge.evaluation import Evaluation
from egcfg_sandbox.judge.names import global_names
from egcfg_sandbox.judge.session import Session
from egcfg_sandbox.verdicts import SnippetTest, Verdict


def judge_snippet(
    session: Session, test: SnippetTest, snippet: str, *, trace: bool
) -> tuple[Verdict, str | None]:
    """Returns when the test holds; raises what made it fail."""
    names = global_names(test.code)
    assertions = Assertions("", test.code)
    session.texts = (parse(test.code),)
    session.evaluation = Evaluation(session.texts, guard.uses_of_scratch())
    guard.set_up(session.evaluation, pickling=False)
    text = test.whole(snippet)
    found = session.ask("execute", text, tuple(names - vars(builtins).keys()), trace, test.window(snippet))
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    namespace |= {**{name: found[name] for name in found if name in names}, **assertions.tools()}
    for code in assertions.compiled(set(found)):
        exec(code, namespace)
    return Verdict.PASSED, None
