"""What all trials of one solve share: engine, prompt branches, runs, counts, the best answer so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Branch, Engine
from egcfg_tui.events import CodeExecuted, Event, Stage
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.prompting.task import TaskPrompt
from egcfg_tui.solving.answer import answer_code
from egcfg_tui.solving.control import Control
from egcfg_tui.solving.execution import RunCache
from egcfg_tui.solving.meter import Meter, Purpose
from egcfg_tui.solving.prefixes import canonical
from egcfg_tui.solving.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer and how many visible tests it passes."""

    code: str
    passed_tests: int
    passed: bool

    @property
    def rank(self) -> tuple[bool, int]:
        """Orders answers from worse to better."""
        return self.passed, self.passed_tests


class Workbench:
    """A context manager: leaving it closes the prompt's branches."""

    def __init__(
        self, engine: Engine, sandbox: Sandbox, exercise: Exercise, prompt: TaskPrompt, control: Control
    ) -> None:
        self.engine = engine
        self.exercise = exercise
        self.prompt = prompt
        self.control = control
        self.meter = Meter(engine, control)
        self.cache = RunCache(sandbox, exercise)
        self.best: Answer | None = None
        self.draft = prompt.starter
        self._answers: set[str] = set()
        self.head: Branch = engine.branch()
        self.start: Branch = engine.branch()
        self.head_tokens = prompt.head_tokens(engine.tokenize)
        self.tail_tokens = prompt.tail_tokens(engine.tokenize)

    @property
    def prompt_tokens(self) -> int:
        """Length of the unconditional prompt."""
        return len(self.head_tokens) + len(self.tail_tokens)

    def answer_room(self, settings: Settings) -> int:
        """How many tokens an answer can have with which the cache cannot overflow in a guided trial.

        At its longest it stands on both branches and, in different words, on every candidate.
        """
        used = self.prompt_tokens + settings.signal_tokens + len(self.tail_tokens)
        return (self.engine.info.context_tokens - used) // (settings.candidates + 2)

    def evaluate_prompt(self) -> Iterator[Event]:
        """Evaluates the prompt: `head` ends where a signal may stand, `start` where the answer begins."""
        yield self.meter.enter(Stage.PROMPT)
        self.head.prompt(self.head_tokens)
        yield from self.meter.evaluate(Purpose.PROMPT, len(self.head_tokens))
        self.start.close()
        self.start = self.head.fork()
        self.start.prompt(self.tail_tokens)
        yield from self.meter.evaluate(Purpose.PROMPT, len(self.tail_tokens))

    def conditional(
        self, signal_tokens: list[int], code_tokens: list[int], earlier: Branch | None
    ) -> tuple[Branch, list[int]]:
        """A branch for the prompt with a signal and the code, and the tokens it still has to evaluate.

        `earlier`, the branch of the signal before, is cut back and gone on with where both begin alike.
        """
        wanted = signal_tokens + self.tail_tokens + code_tokens
        head = len(self.head_tokens)
        shared = 0 if earlier is None else _shared_length(earlier.tokens[head:], wanted[:-1])
        if earlier is None or not shared:
            return self.head.fork(), wanted
        earlier.rewind(head + shared)
        return earlier, wanted[shared:]

    def execute_answer(self, code: str) -> Iterator[Event]:
        """Runs a complete answer against the visible tests and remembers it when it is the best so far.

        An answer that was judged before, comments aside, says nothing new and is passed over.
        """
        code = answer_code(code, self.exercise)
        source = canonical(code) or code
        if source in self._answers:
            return
        self._answers.add(source)
        report = self.cache.execute([source], self.control.stop_requested)[0]
        passed = bool(self.exercise.visible) and report.passed
        answer = Answer(code, sum(result.passed for result in report.results), passed)
        if self.best is None or answer.rank > self.best.rank:
            self.best = answer
        yield CodeExecuted(code, report.results, passed)

    @property
    def solution(self) -> str:
        """The best complete answer; before there is one, the code of the trial in flight."""
        return self.best.code if self.best is not None else self.draft

    @property
    def solved(self) -> bool:
        """Whether an answer passes every visible test."""
        return self.best is not None and self.best.passed

    def __enter__(self) -> Workbench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.start.close()
        self.head.close()


def _shared_length(left: Sequence[int], right: Sequence[int]) -> int:
    """How many leading tokens two sequences share."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
