"""One solve from start to end: prompt, trials within the budget, scoring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from egcfg_sandbox import Sandbox, SandboxRefused
from egcfg_tui.engine.api import Engine, EngineError
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import (
    Event,
    FailureKind,
    Outcome,
    SandboxRestarted,
    ScoredTest,
    SettingsLeftOut,
    SolveFailed,
    SolveFinished,
    SolveStarted,
    Stage,
)
from egcfg_tui.prompting.chat import ChatTemplateError, chat_frame
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import TaskPrompt, task_prompt
from egcfg_tui.solving.commands import CommandInbox, Interrupted
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.meter import ContextFull
from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.fitting import fit, too_many_candidates
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.run_cache import SandboxBroke
from egcfg_tui.solving.scoring import score
from egcfg_tui.solving.trials.runner import TrialRunner


def solve(
    engine: Engine,
    sandbox: Sandbox,
    request: SolveRequest,
    inbox: CommandInbox,
    prompt_files: PromptFiles | None = None,
) -> Iterator[Event]:
    """Solves one exercise; the last event is `SolveFinished` or `SolveFailed`.

    The same request on the same machine yields the same events, unless the budget or its half cuts a trial at
    another point. `prompt_files` keeps evaluated prompts on disk; None keeps none.
    """
    exercise = request.exercise
    grid = request.grid.settings(request.settings)
    starts_guided = METHODS[request.method].guided
    settings = grid[0] if starts_guided else request.settings
    yield SolveStarted(
        exercise_id=exercise.id,
        title=exercise.title,
        statement=exercise.task,
        visible_tests=tuple(test.text for test in exercise.visible),
        hidden_tests=len(exercise.hidden),
        starter=exercise.starter,
        method=request.method,
        model=engine.info.name,
        seed=request.seed,
        budget_s=request.budget_s,
        settings=settings.to_string(),
        gamma=settings.gamma,
        grid=len(grid),
        budget_tokens=request.budget_tokens,
    )
    try:
        info = engine.info

        def prompt_for(style: PromptStyle) -> TaskPrompt:
            # A document needs no chat template, so a broken template does not matter.
            template = None if style is PromptStyle.COMPLETION else info.chat_template
            frame = chat_frame(template, bos_text=info.bos_text, eos_text=info.eos_text)
            return task_prompt(exercise, style, frame)

        context_tokens, fitting = info.context_tokens, fit(engine, request, prompt_for)
        if context_tokens < fitting.least_tokens:
            yield SolveFailed(
                FailureKind.CONTEXT,
                f"the context of {context_tokens} tokens is too small for this exercise's prompt and "
                f"an answer; use --context {fitting.least_tokens} or more",
            )
            return
        too_many = too_many_candidates(engine, request)
        if too_many is not None:
            yield SolveFailed(FailureKind.CONTEXT, too_many)
            return
        if context_tokens < fitting.most_tokens:
            left_out = len(grid) - len(fitting.settings)
            yield SettingsLeftOut(left_out, len(grid), context_tokens, fitting.most_tokens)
        first = fitting.settings[0] if starts_guided else request.settings
        prompt = prompt_for(first.prompt_style)
        with (
            SolveContext(engine, sandbox, exercise, prompt, inbox, prompt_files) as context,
            TrialRunner(context, request, fitting.settings, prompt_for) as runner,
        ):
            yield from _with_restarts(_solve(context, sandbox, request, runner), sandbox)
    except ChatTemplateError as error:
        step = "use --prompt-style completion, which needs none, or another model"
        yield SolveFailed(FailureKind.MODEL, f"{error}; {step}")
    except EngineError as error:
        yield SolveFailed(FailureKind.MODEL, str(error))
    except SandboxRefused as error:
        yield SolveFailed(FailureKind.SANDBOX, str(error))
    except SandboxBroke as error:
        yield SolveFailed(FailureKind.SANDBOX, f"{error}; see `egcfg-tui doctor`")


def _with_restarts(events: Iterator[Event], sandbox: Sandbox) -> Iterator[Event]:
    """The events, and in front of what a sandbox reports that was started again, that it was."""
    before = told = sandbox.server_deaths
    for event in events:
        if sandbox.server_deaths != told:
            told = sandbox.server_deaths
            yield SandboxRestarted(told - before)
        yield event


def _solve(
    context: SolveContext, sandbox: Sandbox, request: SolveRequest, runner: TrialRunner
) -> Iterator[Event]:
    try:
        yield from context.evaluate_prompt(request.settings)
        yield from runner.run()
        reason = context.outcome
    except Interrupted as interrupted:
        reason = interrupted.reason
    except ContextFull:
        reason = Outcome.LENGTH
    yield from _score(context, sandbox, request, reason, runner)


def _score(
    context: SolveContext, sandbox: Sandbox, request: SolveRequest, reason: Outcome, runner: TrialRunner
) -> Iterator[Event]:
    """Scores the solution, unless the solve was stopped during a trial, and yields the last event."""
    exercise, inbox = request.exercise, context.inbox
    tests: tuple[ScoredTest, ...] = ()
    if reason is not Outcome.STOPPED:
        yield context.meter.enter(Stage.SCORING)
        left_s = inbox.left_s if request.scoring_s is None else request.scoring_s
        tests = score(sandbox, exercise, context.solution, left_s=left_s, stop_requested=inbox.stop_requested)
        if inbox.stop_requested() and not all(test.result for test in tests):
            reason = Outcome.STOPPED
    yield SolveFinished(
        exercise_id=exercise.id,
        solved=bool(tests) and all(test.passed for test in tests),
        hidden_passed=_hidden_passed(tests),
        solution=context.solution,
        reason=reason,
        method=request.method,
        model=context.engine.info.name,
        seed=request.seed,
        wall_s=context.inbox.elapsed_s,
        tokens=context.meter.tokens,
        runs=context.cache.runs,
        trials=len(runner.trials),
        tests=tests,
        solved_by=runner.solved_by,
        trial_list=tuple(runner.trials),
        stages=context.meter.stages,
    )


def _hidden_passed(tests: Sequence[ScoredTest]) -> bool | None:
    """Whether the hidden tests pass; None if there are none, or if none failed but not all have finished."""
    hidden = [test for test in tests if test.hidden]
    if any(test.result is not None and not test.passed for test in hidden):
        return False
    return True if hidden and all(test.passed for test in hidden) else None
