"""One solve from start to end: prompt, trials inside the budget, scoring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from egcfg_sandbox import Program, Sandbox, SandboxRefused
from egcfg_tui.engine.api import Engine, EngineError
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import (
    Event,
    FailureKind,
    ScoredTest,
    SolveFailed,
    SolveFinished,
    SolveStarted,
    Stage,
)
from egcfg_tui.prompting.chat import ChatTemplateError, Frame, chat_frame
from egcfg_tui.prompting.task import PromptStyle, TaskPrompt, task_prompt
from egcfg_tui.solving.control import Control, Interrupted
from egcfg_tui.solving.execution import SandboxBroke, check_sandbox
from egcfg_tui.solving.meter import ContextFull
from egcfg_tui.solving.request import SolveRequest
from egcfg_tui.solving.running import Running
from egcfg_tui.solving.settings import Method
from egcfg_tui.solving.workbench import Workbench

# A trial with less room than this is not worth starting.
_SHORTEST_ANSWER_TOKENS: Final = 128


def solve(
    engine: Engine,
    sandbox: Sandbox,
    request: SolveRequest,
    control: Control,
    prompt_files: PromptFiles | None = None,
) -> Iterator[Event]:
    """Solves one exercise; the last event is `SolveFinished` or `SolveFailed`.

    The same request on the same machine yields the same events, as far as the budget does not cut the run.
    `prompt_files`: where evaluated prompts are kept; None keeps none.
    """
    exercise = request.exercise
    grid = request.grid.settings(request.settings)
    settings = grid[0] if request.method is Method.EGCFG else request.settings
    yield SolveStarted(
        exercise_id=exercise.id,
        title=exercise.title,
        statement=exercise.task,
        visible_tests=tuple(test.text for test in exercise.visible),
        hidden_tests=len(exercise.hidden),
        starter=exercise.starter,
        method=request.method.value,
        model=engine.info.name,
        seed=request.seed,
        budget_s=request.budget_s,
        settings=settings.to_string(),
        gamma=settings.gamma,
        grid=len(grid),
    )
    try:
        frame = chat_frame(
            engine.info.chat_template, bos_text=engine.info.bos_text, eos_text=engine.info.eos_text
        )
        prompt = task_prompt(exercise, settings.prompt_style, frame)
        with Workbench(engine, sandbox, exercise, prompt, control, prompt_files) as bench:
            yield from _solve(bench, sandbox, request, frame)
    except ChatTemplateError as error:
        yield SolveFailed(FailureKind.MODEL, f"{error}; try another model")
    except EngineError as error:
        yield SolveFailed(FailureKind.MODEL, str(error))
    except SandboxRefused as error:
        yield SolveFailed(FailureKind.SANDBOX, str(error))
    except SandboxBroke as error:
        yield SolveFailed(FailureKind.SANDBOX, f"{error}; see `egcfg-tui doctor`")


def _solve(bench: Workbench, sandbox: Sandbox, request: SolveRequest, frame: Frame) -> Iterator[Event]:
    context, guided = bench.engine.info.context_tokens, request.method is Method.EGCFG
    room = bench.answer_room(request.settings) if guided else context - bench.prompt_tokens
    if room < _SHORTEST_ANSWER_TOKENS:
        sharers = request.settings.candidates + 2 if guided else 1
        yield SolveFailed(
            FailureKind.CONTEXT,
            f"the context of {context} tokens leaves {max(room, 0)} for an answer, behind a prompt of "
            f"{bench.prompt_tokens}; use --context {context + sharers * (_SHORTEST_ANSWER_TOKENS - room)} "
            "or more",
        )
        return

    def prompt_for(style: PromptStyle) -> TaskPrompt:
        return task_prompt(request.exercise, style, frame)

    with Running(bench, request, prompt_for) as running:
        try:
            yield from bench.evaluate_prompt()
            yield from running.run()
            reason = "passed" if bench.solved else "failed"
        except Interrupted as interrupted:
            reason = interrupted.reason
        except ContextFull:
            reason = "length"
    yield from _score(bench, sandbox, request, reason, running)


def _score(
    bench: Workbench, sandbox: Sandbox, request: SolveRequest, reason: str, running: Running
) -> Iterator[Event]:
    """Runs the solution against all tests, the hidden ones for the first time; not after a stop."""
    exercise = request.exercise
    tests: tuple[ScoredTest, ...] = ()
    if reason != "stopped":
        yield bench.meter.enter(Stage.SCORING)
        tests_run = exercise.visible + exercise.hidden
        report = sandbox.run(
            Program(bench.solution, tests_run, limits=exercise.limits, entry_point=exercise.entry_point)
        )
        check_sandbox(report)
        tests = tuple(
            ScoredTest(row.test, index >= len(exercise.visible), row)
            for index, row in enumerate(report.results)
        )
    hidden = [test for test in tests if test.hidden]
    yield SolveFinished(
        exercise_id=exercise.id,
        solved=bool(tests) and all(test.result.passed for test in tests),
        hidden_passed=all(test.result.passed for test in hidden) if hidden else None,
        solution=bench.solution,
        reason=reason,
        method=request.method.value,
        model=bench.engine.info.name,
        seed=request.seed,
        wall_s=bench.control.elapsed_s,
        tokens=bench.meter.tokens,
        runs=bench.cache.runs,
        trials=len(running.trials),
        tests=tests,
        solved_by=running.solved_by,
        trial_list=tuple(running.trials),
    )
