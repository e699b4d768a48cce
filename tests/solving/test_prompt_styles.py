"""Whole solves with every prompt style, on chat and base models."""

from __future__ import annotations

import time

import pytest

from egcfg_sandbox import CodeTest, Sandbox
from egcfg_tui.engine.fake import CHAT_TEMPLATE, FakeEngine, scripted
from egcfg_tui.events import CandidatesExecuted, SolveFailed, SolveFinished
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.examples import worked_examples
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve

CODE = "def total(xs):\n    return sum(xs)\n"
EXERCISE = Exercise(
    id="total",
    title="Total",
    statement="Add up a list.",
    kind=ExerciseKind.FUNCTION,
    entry_point="total",
    visible=(CodeTest("assert total([1, 2]) == 3"),),
    hidden=(CodeTest("assert total([70, 7]) == 77"),),
)


def solved(answer: str, template: str | None, settings: Settings, sandbox: Sandbox, method: str) -> str:
    """Solves the exercise with the answer, checks that it passes, and gives the prompt that the model saw."""
    prompts: set[str] = set()

    def answers(prompt: str) -> list[tuple[str, float]]:
        prompts.add(prompt)
        return [(answer, 1.0)]

    engine = FakeEngine(scripted(answers, "```python\n"), chat_template=template)
    inbox = CommandInbox(budget_s=1e9, clock=time.monotonic)
    *_, end = solve(engine, sandbox, SolveRequest(EXERCISE, method, settings, budget_s=30), inbox)
    assert isinstance(end, SolveFinished)
    assert end.solved
    assert end.solution == CODE
    return max(prompts, key=len)


@pytest.mark.parametrize("template", [CHAT_TEMPLATE, None])
@pytest.mark.parametrize("style", list(PromptStyle))
def test_every_style_solves_with_chat_and_base_models(
    style: PromptStyle, template: str | None, sandbox: Sandbox
) -> None:
    settings = Settings(prompt_style=style)
    prompt = solved(f"{CODE}```\n\n# Task\n", template, settings, sandbox, "greedy")
    examples = [f"```python\n{example.reference}```" for example in worked_examples(EXERCISE.kind)]
    assert all(example in prompt for example in examples) is (style is PromptStyle.FEW_SHOT)
    assert ("<user>" in prompt) is (template is not None and style is not PromptStyle.COMPLETION)
    assert "70, 7" not in prompt


@pytest.mark.parametrize("method", list(METHODS))
def test_code_is_found_behind_prose_and_a_fence_of_its_own(method: str, sandbox: Sandbox) -> None:
    solved(f"Here is the function:\n```py\n{CODE}```", CHAT_TEMPLATE, Settings(), sandbox, method)


def test_candidates_behind_prose_are_executed_too(sandbox: Sandbox) -> None:
    answer = f"Here is the function:\n```py\n{CODE.replace('sum', 'max')}```"
    engine = FakeEngine(scripted(lambda _: [(answer, 1.0)], "```python\n"))
    inbox = CommandInbox(budget_s=1e9, clock=time.monotonic)
    for event in solve(engine, sandbox, SolveRequest(EXERCISE), inbox):
        if isinstance(event, CandidatesExecuted):
            assert [run.source for run in event.runs] == ["def total(xs):\n    return max(xs)"]
            return
    pytest.fail("no candidate was executed")


@pytest.mark.parametrize("template", ["{% for %}", "{{ raise_exception('only for poems') }}", "no message"])
def test_a_document_needs_no_chat_template(template: str, sandbox: Sandbox) -> None:
    style = Settings(prompt_style=PromptStyle.COMPLETION)
    assert "# Task" in solved(f"{CODE}```", template, style, sandbox, "greedy")
    engine = FakeEngine(scripted(lambda _: [], ""), chat_template=template)
    inbox = CommandInbox(budget_s=1e9, clock=time.monotonic)
    *_, end = solve(engine, sandbox, SolveRequest(EXERCISE, "greedy"), inbox)
    assert isinstance(end, SolveFailed)
    assert "chat template" in end.message
    assert "--prompt-style completion" in end.message
