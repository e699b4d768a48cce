"""The arms of `benchmarks/next_step.py`: ways to spend a budget on an exercise that samples missed.

An arm that feeds something back has a placebo: the same shape, with the facts of another exercise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from egcfg_sandbox import TestResult
from egcfg_tui.engine.api import Branch
from egcfg_tui.events import Event
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.prompting.signal import Attempt
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import TaskPrompt
from egcfg_tui.solving.context import Answer, SolveContext
from egcfg_tui.solving.guided.attempts import signal_after
from egcfg_tui.solving.request.settings import RefreshMode, Settings
from egcfg_tui.solving.trials.guided import guided_trial
from egcfg_tui.solving.trials.sample_tree import SampleTree
from egcfg_tui.solving.trials.sampling import ROUND, sample_trial

SEED: Final = 1
"""The seed of all arms; the answers that they start from were drawn with another one."""

_GAMMAS: Final = (1.0, 3.0, 1.5)
_FACTS: Final = 3
_WRONG_RESULTS: Final = 3
_ATTEMPTS_PER_SIGNAL: Final = 4


@dataclass(frozen=True, slots=True)
class Failed:
    """An exercise that was missed, and its failed answers in the order in which they were drawn."""

    exercise: Exercise
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """What an arm starts from: the failed answers, executed again; `other` are those of another exercise."""

    own: Sequence[Answer]
    other_exercise: Exercise
    other: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm. `run` yields the events of its trials until one passes; the budget ends it.

    `prompt` changes the prompt of `settings`. A `larger` arm runs the larger model.
    """

    run: Callable[[SolveContext, Start], Iterator[Event]]
    settings: Settings = field(default_factory=Settings)
    prompt: Callable[[TaskPrompt, Start], TaskPrompt] = lambda prompt, _start: prompt
    larger: bool = False
    context: type[SolveContext] = SolveContext


def _samples(settings: Settings) -> Callable[[SolveContext, Start], Iterator[Event]]:
    def run(context: SolveContext, _start: Start) -> Iterator[Event]:
        with SampleTree(context, settings, (SEED, 0)) as tree:
            while not context.solved and not tree.exhausted:
                yield from sample_trial(context, tree, ROUND)

    return run


def _sampled(settings: Settings) -> Arm:
    return Arm(_samples(settings), settings)


class PlaceboContext(SolveContext):
    """A context whose conditional branches read of the failed answers of another exercise.

    `foreign` must be set before the first signal.
    """

    foreign: Start
    _shown = 0

    def conditional(
        self, signal_tokens: list[int], code_tokens: list[int], earlier: Branch | None
    ) -> tuple[Branch, list[int]]:
        """As `SolveContext.conditional`, with the next signal of the other exercise."""
        others, at = self.foreign.other, self._shown
        self._shown += _ATTEMPTS_PER_SIGNAL
        picked = [others[(at + step) % len(others)] for step in range(min(_ATTEMPTS_PER_SIGNAL, len(others)))]
        attempts = [Attempt(answer.source, True, answer.results) for answer in picked]
        signal = signal_after("", self.foreign.other_exercise, attempts, Settings(), self.engine)
        return super().conditional(self.engine.tokenize(signal.text), code_tokens, earlier)


def _guided(settings: Settings, *, from_failures: bool) -> Callable[[SolveContext, Start], Iterator[Event]]:
    def run(context: SolveContext, start: Start) -> Iterator[Event]:
        if isinstance(context, PlaceboContext):
            context.foreign = start
        attempts = start.own if from_failures else ()
        number = 0
        while not context.solved:
            chosen = replace(settings, gamma=_GAMMAS[number % len(_GAMMAS)])
            number += 1
            yield from guided_trial(context, chosen, (SEED, number), attempts=attempts)

    return run


def _with_facts(prompt: TaskPrompt, answers: Sequence[Answer]) -> TaskPrompt:
    """The prompt with a line on each of the first failed tests: its text, and results that were wrong."""
    wrong: dict[str, list[str]] = {}
    for answer in answers:
        for result in answer.results:
            if not result.passed:
                seen = wrong.setdefault(result.test, [])
                seen += [text for text in (_outcome(result),) if text not in seen]
    lines = [
        f"- `{test}`: not {', not '.join(seen[:_WRONG_RESULTS])}"
        for test, seen in list(wrong.items())[:_FACTS]
    ]
    told = "\n".join(["Earlier attempts failed these tests, with these results:", *lines])
    return replace(prompt, body=f"{prompt.body}\n\n{told}")


def _outcome(result: TestResult) -> str:
    return result.got if result.got is not None else result.error or result.status.value


_PLAIN: Final = Settings()
_LATE: Final = Settings(refresh_mode=RefreshMode.PERSISTENT_PREFIX)

ARMS: Final[dict[str, Arm]] = {
    "samples": _sampled(_PLAIN),
    "hot": _sampled(Settings(temperature=1.1)),
    "few-shot": _sampled(Settings(prompt_style=PromptStyle.FEW_SHOT)),
    "completion": _sampled(Settings(prompt_style=PromptStyle.COMPLETION)),
    "long-code": _sampled(Settings(prompt_style=PromptStyle.LONG_CODE)),
    "facts": Arm(_samples(_PLAIN), _PLAIN, lambda prompt, start: _with_facts(prompt, start.own)),
    "facts-placebo": Arm(_samples(_PLAIN), _PLAIN, lambda prompt, start: _with_facts(prompt, start.other)),
    "guided": Arm(_guided(_PLAIN, from_failures=True), _PLAIN),
    "guided-placebo": Arm(_guided(_PLAIN, from_failures=True), _PLAIN, context=PlaceboContext),
    "guided-afresh": Arm(_guided(_PLAIN, from_failures=False), _PLAIN),
    "guided-forks": Arm(_guided(_LATE, from_failures=True), _LATE),
    "larger": Arm(_samples(_PLAIN), _PLAIN, larger=True),
}
"""All arms by name.

`guided-forks` makes a new signal only where the code leaves what the executed candidates cover.
"""
