"""Runs the trials of one solve, one after another, and keeps the account of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType

from egcfg_tui.events import Event, TrialCost, TrialFinished, TrialStarted
from egcfg_tui.prompting.task import PromptStyle, TaskPrompt
from egcfg_tui.solving.commands import Interrupted
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.meter import ContextFull
from egcfg_tui.solving.request.settings import Method, Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials.greedy import greedy_trial
from egcfg_tui.solving.trials.guided import GuidedTrial
from egcfg_tui.solving.trials.sample_tree import SampleTree
from egcfg_tui.solving.trials.sampling import sample_trial
from egcfg_tui.solving.trials.schedules import ROUND, Past, PlannedTrial, next_trial


class Running:
    """The trials of a request on a workbench. A context manager: leaving it frees the samples in work.

    `guided` are the settings of guided trials in their order. `trials` is the account so far; `solved_by` the
    index of the trial that passed the visible tests.
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
        self._tree: SampleTree | None = None
        self._past = Past()
        self.trials: list[TrialCost] = []
        self.solved_by: int | None = None

    def run(self) -> Iterator[Event]:
        """All trials, until one passes or the schedule has no other. Interruptions and a full cache pass
        through, with the trial's end told before."""
        while not self._context.solved:
            planned = next_trial(self._request, self._guided, self._past)
            if planned is None:
                return
            yield from self._trial(planned)

    def _trial(self, planned: PlannedTrial) -> Iterator[Event]:
        context, settings = self._context, planned.settings
        index = len(self.trials) + 1
        text = settings.to_string()
        attempts = len(context.failures) if planned.from_failures else 0
        started, tokens, runs = context.inbox.elapsed_s, context.meter.tokens, context.cache.runs

        def finished(outcome: str) -> TrialFinished:
            cost = TrialCost(
                index,
                planned.method.value,
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

        yield TrialStarted(index, planned.method.value, text, settings.gamma, attempts)
        try:
            if planned.method is Method.EGCFG and self._tree is not None:
                self._tree.rest()
            own = self._prompt_for(self._request.settings.prompt_style)
            yield from context.use_prompt(
                self._prompt_for(settings.prompt_style), settings, keep=None if self._tree is None else own
            )
            yield from self._events(planned)
        except (Interrupted, ContextFull) as end:
            yield finished(end.reason if isinstance(end, Interrupted) else "length")
            raise
        yield finished("passed" if context.solved else "failed")

    def _events(self, planned: PlannedTrial) -> Iterator[Event]:
        context, past = self._context, self._past
        if planned.method is Method.GREEDY:
            self._past = Past(past.greedy + 1, past.sampled, past.guided, past.exhausted)
            shares = self._request.method is Method.AUTO
            yield from greedy_trial(context, planned.settings, self._samples(planned) if shares else None)
        elif planned.method is Method.SAMPLE:
            tree = self._samples(planned)
            yield from sample_trial(context, tree, ROUND)
            self._past = Past(past.greedy, past.sampled + 1, past.guided, tree.exhausted)
        else:
            self._past = Past(past.greedy, past.sampled, past.guided + 1, past.exhausted)
            attempts = context.failures if planned.from_failures else ()
            yield from GuidedTrial(context, planned.settings, planned.seed, attempts=attempts).run()

    def _samples(self, planned: PlannedTrial) -> SampleTree:
        """The samples of this solve: one tree, whatever trials come between its rounds."""
        if self._tree is None:
            self._tree = SampleTree(self._context, planned.settings, (planned.seed[0], 0))
        return self._tree

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tree is not None:
            self._tree.close()
