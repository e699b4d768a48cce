"""Runs the trials of one solve, one after another, and keeps the account of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType

from egcfg_tui.events import Event, TrialCost, TrialFinished, TrialStarted
from egcfg_tui.prompting.task import PromptStyle, TaskPrompt
from egcfg_tui.solving.control import Interrupted
from egcfg_tui.solving.greedy import greedy_trial
from egcfg_tui.solving.meter import ContextFull
from egcfg_tui.solving.request import SolveRequest
from egcfg_tui.solving.sample_tree import SampleTree
from egcfg_tui.solving.sampling_trial import sample_trial
from egcfg_tui.solving.schedules import ROUND, Past, Step, next_step
from egcfg_tui.solving.settings import Method, Settings
from egcfg_tui.solving.trials import GuidedTrial
from egcfg_tui.solving.workbench import Workbench


class Running:
    """The trials of a request on a workbench. A context manager: leaving it frees the samples in work.

    `guided` are the settings of guided trials in their order. `trials` is the account so far; `solved_by` the
    index of the trial that passed the visible tests.
    """

    def __init__(
        self,
        bench: Workbench,
        request: SolveRequest,
        guided: tuple[Settings, ...],
        prompt_for: Callable[[PromptStyle], TaskPrompt],
    ) -> None:
        self._bench = bench
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
        while not self._bench.solved:
            step = next_step(self._request, self._guided, self._past)
            if step is None:
                return
            yield from self._trial(step)

    def _trial(self, step: Step) -> Iterator[Event]:
        bench, settings = self._bench, step.settings
        index = len(self.trials) + 1
        text = settings.to_string()
        attempts = len(bench.failures) if step.from_failures else 0
        started, tokens, runs = bench.control.elapsed_s, bench.meter.tokens, bench.cache.runs

        def finished(outcome: str) -> TrialFinished:
            cost = TrialCost(
                index,
                step.method.value,
                text,
                settings.gamma,
                outcome,
                bench.control.elapsed_s - started,
                bench.meter.tokens - tokens,
                bench.cache.runs - runs,
            )
            self.trials.append(cost)
            if bench.solved:
                self.solved_by = index
            return TrialFinished(
                index,
                outcome,
                bench.solution,
                cost.wall_s,
                cost.tokens,
                cost.method,
                cost.settings,
                cost.gamma,
                cost.runs,
            )

        yield TrialStarted(index, step.method.value, text, settings.gamma, attempts)
        try:
            if step.method is Method.EGCFG and self._tree is not None:
                self._tree.rest()
            own = self._prompt_for(self._request.settings.prompt_style)
            yield from bench.use_prompt(
                self._prompt_for(settings.prompt_style), settings, keep=None if self._tree is None else own
            )
            yield from self._events(step)
        except (Interrupted, ContextFull) as end:
            yield finished(end.reason if isinstance(end, Interrupted) else "length")
            raise
        yield finished("passed" if bench.solved else "failed")

    def _events(self, step: Step) -> Iterator[Event]:
        bench, past = self._bench, self._past
        if step.method is Method.GREEDY:
            self._past = Past(past.greedy + 1, past.sampled, past.guided, past.exhausted)
            shares = self._request.method is Method.AUTO
            yield from greedy_trial(bench, step.settings, self._samples(step) if shares else None)
        elif step.method is Method.SAMPLE:
            tree = self._samples(step)
            yield from sample_trial(bench, tree, ROUND)
            self._past = Past(past.greedy, past.sampled + 1, past.guided, tree.exhausted)
        else:
            self._past = Past(past.greedy, past.sampled, past.guided + 1, past.exhausted)
            attempts = bench.failures if step.from_failures else ()
            yield from GuidedTrial(bench, step.settings, step.seed, attempts=attempts).run()

    def _samples(self, step: Step) -> SampleTree:
        """The samples of this solve: one tree, whatever trials come between its rounds."""
        if self._tree is None:
            self._tree = SampleTree(self._bench, step.settings, (step.seed[0], 0))
        return self._tree

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tree is not None:
            self._tree.close()
