"""The state that all trials of a solve share: engine, prompts, runs, counts, the best answer so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from egcfg_sandbox import Sandbox, TestResult
from egcfg_tui.engine.api import Branch, Engine
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import CodeExecuted, Event, Outcome, Stage
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.prompting.task import TaskPrompt
from egcfg_tui.sequences import shared_length
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.decoding.meter import Meter
from egcfg_tui.solving.decoding.prompt_branches import PromptBranches
from egcfg_tui.solving.decoding.prompt_lookup import BATCH_ROWS
from egcfg_tui.solving.mutation.queue import MutantQueue
from egcfg_tui.solving.request.fitting import SHORTEST_ANSWER_TOKENS
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.run_cache import RunCache
from egcfg_tui.solving.text.answer_span import answer_code
from egcfg_tui.solving.text.prefixes import canonical


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer, its canonical text and its results on the visible tests; `number` is its index."""

    code: str
    source: str
    results: tuple[TestResult, ...]
    passed: bool
    number: int

    @property
    def passed_tests(self) -> int:
        """How many visible tests it passes."""
        return sum(result.passed for result in self.results)

    @property
    def rank(self) -> tuple[bool, int]:
        """Orders answers from worse to better."""
        return self.passed, self.passed_tests


class SolveContext:
    """The shared state of one solve. A context manager: leaving it closes the branches of all prompts."""

    def __init__(
        self,
        engine: Engine,
        sandbox: Sandbox,
        exercise: Exercise,
        prompt: TaskPrompt,
        inbox: CommandInbox,
        prompt_files: PromptFiles | None = None,
    ) -> None:
        self.engine = engine
        self.exercise = exercise
        self.inbox = inbox
        self.meter = Meter(engine, inbox)
        self.cache = RunCache(sandbox, exercise)
        self.mutants = MutantQueue()
        self.best: Answer | None = None
        self.code_so_far = prompt.starter
        self._answers: dict[str, Answer] = {}
        self._prompt_files = prompt_files
        self._current = PromptBranches(engine, prompt, prompt_files)
        self._prompts = {prompt: self._current}

    @property
    def prompt(self) -> TaskPrompt:
        """The prompt in use."""
        return self._current.prompt

    @property
    def head(self) -> Branch:
        """The branch with the evaluated prompt up to the place of the signal."""
        return self._current.head

    @property
    def start(self) -> Branch:
        """The branch with the evaluated prompt up to the beginning of the answer."""
        return self._current.start

    @property
    def head_tokens(self) -> list[int]:
        """The tokens of `head`."""
        return self._current.head_tokens

    @property
    def tail_tokens(self) -> list[int]:
        """The tokens between the signal and the answer."""
        return self._current.tail_tokens

    @property
    def prompt_tokens(self) -> int:
        """The length of the unconditional prompt in tokens."""
        return self._current.tokens

    def answer_room(self, settings: Settings) -> int:
        """The most tokens of an answer for which the cache surely has room in a guided trial.

        In the worst case the cache holds the whole answer on both branches, and another one on each
        candidate.
        """
        used = settings.signal_tokens + len(self.tail_tokens) + BATCH_ROWS
        if not self.start.tokens:
            used += self.prompt_tokens
        return (self.engine.free_tokens - used) // (settings.candidates + 2)

    def evaluate_prompt(self, settings: Settings) -> Iterator[Event]:
        """Evaluates the prompt in use, and a thought that the model opens after it.

        Raises `ThoughtOnly` if that thought does not end.
        """
        yield self.meter.enter(Stage.PROMPT)
        others = [branches for branches in self._prompts.values() if branches is not self._current]
        yield from self._current.evaluate(self.meter, others)
        yield from self._current.skip_thought(self.meter, settings.thought_tokens)

    def use_prompt(
        self, prompt: TaskPrompt, settings: Settings, *, keep: TaskPrompt | None
    ) -> Iterator[Event]:
        """Changes to another prompt. It is evaluated only once, even if trials change back to it.

        If the cache has no room for this prompt, a signal and an answer, other prompts are dropped, except
        `keep`, which samples will continue from.
        """
        known = prompt in self._prompts
        if not known:
            self._prompts[prompt] = PromptBranches(self.engine, prompt, self._prompt_files)
        self._current = self._prompts[prompt]
        if self.answer_room(settings) < SHORTEST_ANSWER_TOKENS:
            for other in self._prompts.keys() - {prompt, keep}:
                self._prompts.pop(other).close()
        if not known:
            yield from self.evaluate_prompt(settings)

    def conditional(
        self, signal_tokens: list[int], code_tokens: list[int], earlier: Branch | None
    ) -> tuple[Branch, list[int]]:
        """A branch for the prompt with a signal and the code, and the tokens that it still has to evaluate.

        If the branch of the last signal (`earlier`) begins with the same tokens, it is cut back and reused.
        """
        wanted = signal_tokens + self.tail_tokens + code_tokens
        head = len(self.head_tokens)
        shared = 0 if earlier is None else shared_length(earlier.tokens[head:], wanted[:-1])
        if earlier is None or not shared:
            return self.head.fork(), wanted
        earlier.rewind(head + shared)
        return earlier, wanted[shared:]

    def judge(self, code: str) -> CodeExecuted | None:
        """Runs a complete answer against the visible tests and keeps it if it is the best so far.

        None for an answer that was judged before, or differs from one only in comments.
        """
        code = answer_code(code, self.exercise)
        source = canonical(code) or code
        if source in self._answers:
            return None
        self.code_so_far = code
        with self.meter.within(Stage.RUNS):
            report = self.cache.execute([source], self.inbox.halt_reason)[0]
        passed = bool(self.exercise.visible) and report.passed
        answer = self._answers[source] = Answer(code, source, report.results, passed, len(self._answers))
        if self.best is None or answer.rank > self.best.rank:
            self.best = answer
        return CodeExecuted(code, report.results, passed, source)

    def execute_answer(self, code: str) -> Iterator[Event]:
        """Judges an answer and yields the event, if there is one."""
        executed = self.judge(code)
        if executed is not None:
            yield executed

    @property
    def failures(self) -> Sequence[Answer]:
        """The distinct failed answers: those that pass the most tests first, then the earliest first."""
        failed = [answer for answer in self._answers.values() if not answer.passed]
        return sorted(failed, key=lambda answer: answer.passed_tests, reverse=True)

    @property
    def mutable(self) -> bool:
        """Whether a failed answer may have mutants that did not run."""
        return self.mutants.may_have(answer.source for answer in self.failures)

    @property
    def solution(self) -> str:
        """The best complete answer; before there is one, the code of the present trial."""
        return self.best.code if self.best is not None else self.code_so_far

    @property
    def solved(self) -> bool:
        """Whether an answer passes every visible test."""
        return self.best is not None and self.best.passed

    @property
    def outcome(self) -> Outcome:
        """The outcome of a trial or solve that was not interrupted."""
        if self.solved:
            return Outcome.PASSED
        return Outcome.FAILED if self.exercise.visible else Outcome.NOT_JUDGED

    def __enter__(self) -> SolveContext:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for branches in self._prompts.values():
            branches.close()
