"""Runs the trials of one solve, one after another, and keeps account of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType

from egcfg_tui.events import Event, Outcome, TrialCost, TrialFinished, TrialStarted
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import TaskPrompt
from egcfg_tui.solving.commands import Interrupted
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.meter import ContextFull
from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials.sample_tree import Samples
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial, module_of, next_trial


class TrialRunner:
    """Runs the trials of a request. A context manager: leaving it frees the growing samples.

    `guided` are the settings of guided trials in their order. `trials` is the account so far. `solved_by` is
    the index of the trial that passed the visible tests, None before.
    """

    def __init__(
        self,
        context: SolveContext,
        request: SolveRequest,
        guided: tuple[Settings, ...],
        prompt_for: Callable[[PromptStyle], TaskPrompt],
    ) -> None:
        self._context = context
        self._request = request
        self._guided = guided
        self._prompt_for = prompt_for
        self._samples = Samples(context, request.seed)
        self._past = Past()
        self.trials: list[TrialCost] = []
        self.solved_by: int | None = None

    def run(self) -> Iterator[Event]:
        """Runs trials until one passes or the schedule has no other.

        `Interrupted` and `ContextFull` are raised on, after the event of the trial's end.
        """
        while not self._context.solved:
            planned = next_trial(self._request, self._guided, self._past)
            if planned is None:
                return
            yield from self._trial(planned)

    def _trial(self, planned: PlannedTrial) -> Iterator[Event]:
        context = self._context
        planned = replace(planned, settings=context.inbox.in_force(planned.settings))
        settings = planned.settings
        index = len(self.trials) + 1
        text = settings.to_string()
        guided = METHODS[planned.method].guided
        attempts = len(context.failures) if guided and planned.shares else 0
        started, tokens, runs = context.inbox.elapsed_s, context.meter.tokens, context.cache.runs

        def finished(outcome: Outcome) -> TrialFinished:
            cost = TrialCost(
                index,
                planned.method,
                text,
                settings.gamma,
                outcome,
                context.inbox.elapsed_s - started,
                context.meter.tokens - tokens,
                context.cache.runs - runs,
            )
            self.trials.append(cost)
            if context.solved:
                self.solved_by = index
            return TrialFinished(
                index,
                outcome,
                context.solution,
                cost.wall_s,
                cost.tokens,
                cost.method,
                cost.settings,
                cost.gamma,
                cost.runs,
            )

        yield TrialStarted(index, planned.method, text, settings.gamma, attempts)
        try:
            if guided:
                self._samples.rest()
            own = self._prompt_for(self._request.settings.prompt_style)
            yield from context.use_prompt(
                self._prompt_for(settings.prompt_style), settings, keep=own if self._samples.begun else None
            )
            yield from module_of(planned.method).trial(context, planned, self._samples)
            self._past = self._past.after(
                planned.method,
                evaluated=(context.meter.tokens - tokens).evaluated,
                exhausted=self._samples.exhausted,
                answers=len(context.failures),
                mutable=context.mutable,
                late=context.inbox.late,
            )
        except (Interrupted, ContextFull) as end:
            yield finished(end.reason if isinstance(end, Interrupted) else Outcome.LENGTH)
            raise
        yield finished(context.outcome)

    def __enter__(self) -> TrialRunner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._samples.__exit__(kind, error, trace)
