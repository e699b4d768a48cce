"""One solve from start to end: prompt, trials inside the budget, scoring."""

from __future__ import annotations

from collections.abc import Iterator

from egcfg_sandbox import Program, Sandbox, SandboxRefused
from egcfg_tui.engine.api import Engine, EngineError
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import (
    Event,
    FailureKind,
    ScoredTest,
    SettingsLeftOut,
    SolveFailed,
    SolveFinished,
    SolveStarted,
    Stage,
)
from egcfg_tui.prompting.chat import ChatTemplateError, chat_frame
from egcfg_tui.prompting.task import PromptStyle, TaskPrompt, task_prompt
from egcfg_tui.solving.control import Control, Interrupted
from egcfg_tui.solving.execution import SandboxBroke, check_sandbox
from egcfg_tui.solving.fitting import fit
from egcfg_tui.solving.meter import ContextFull
from egcfg_tui.solving.request import SolveRequest
from egcfg_tui.solving.running import Running
from egcfg_tui.solving.settings import Method
from egcfg_tui.solving.workbench import Workbench


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

        def prompt_for(style: PromptStyle) -> TaskPrompt:
            return task_prompt(exercise, style, frame)

        context, fitting = engine.info.context_tokens, fit(engine, request, prompt_for)
        if context < fitting.least_tokens:
            yield SolveFailed(
                FailureKind.CONTEXT,
                f"the context of {context} tokens is too small for this exercise's prompt and an answer; use "
                f"--context {fitting.least_tokens} or more",
            )
            return
        if context < fitting.most_tokens:
            left_out = len(grid) - len(fitting.settings)
            yield SettingsLeftOut(left_out, len(grid), context, fitting.most_tokens)
        first = fitting.settings[0] if request.method is Method.EGCFG else request.settings
        prompt = prompt_for(first.prompt_style)
        with (
            Workbench(engine, sandbox, exercise, prompt, control, prompt_files) as bench,
            Running(bench, request, fitting.settings, prompt_for) as running,
        ):
            yield from _solve(bench, sandbox, request, running)
    except ChatTemplateError as error:
        yield SolveFailed(FailureKind.MODEL, f"{error}; try another model")
    except EngineError as error:
        yield SolveFailed(FailureKind.MODEL, str(error))
    except SandboxRefused as error:
        yield SolveFailed(FailureKind.SANDBOX, str(error))
    except SandboxBroke as error:
        yield SolveFailed(FailureKind.SANDBOX, f"{error}; see `egcfg-tui doctor`")


def _solve(bench: Workbench, sandbox: Sandbox, request: SolveRequest, running: Running) -> Iterator[Event]:
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
    """Runs the solution against all tests, the hidden ones for the first time; not after a stop, and not on
    with it when one comes meanwhile."""
    exercise = request.exercise
    tests: tuple[ScoredTest, ...] = ()
    if reason != "stopped":
        yield bench.meter.enter(Stage.SCORING)
        tests_run = exercise.visible + exercise.hidden
        program = Program(
            bench.solution,
            tests_run,
            limits=exercise.limits,
            entry_point=exercise.entry_point,
            classes=exercise.classes,
        )
        reports = sandbox.run_many([program], bench.control.stop_requested)
        reason = reason if reports else "stopped"
        for report in reports:
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
