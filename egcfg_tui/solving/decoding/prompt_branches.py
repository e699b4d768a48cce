"""The evaluated branches of a prompt, from which all trials with that prompt fork."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from egcfg_tui.engine.api import Branch, Engine, EngineError
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import Event
from egcfg_tui.prompting.task import TaskPrompt
from egcfg_tui.sequences import shared_length
from egcfg_tui.solving.decoding.meter import Meter, Purpose
from egcfg_tui.solving.decoding.thought import skip_thought


class PromptBranches:
    """Two branches: `head` ends at the place of the signal, `start` at the beginning of the answer.

    Both are empty until `evaluate`. `tail_tokens` are the tokens between them. `files` keeps evaluated
    prompts on disk; None keeps none.
    """

    def __init__(self, engine: Engine, prompt: TaskPrompt, files: PromptFiles | None = None) -> None:
        self.prompt = prompt
        self._engine = engine
        self.head_tokens = prompt.head_tokens(engine.tokenize)
        self.tail_tokens = prompt.tail_tokens(engine.tokenize)
        self.head: Branch = engine.branch()
        self.start: Branch = engine.branch()
        self._frame_tokens = prompt.frame_tokens(engine.tokenize)
        self._can_rewind = engine.info.can_rewind
        self._fingerprint = engine.info.fingerprint
        self._files = files

    @property
    def tokens(self) -> int:
        """The length of the prompt in tokens."""
        return len(self.head_tokens) + len(self.tail_tokens)

    def evaluate(self, meter: Meter, others: Sequence[PromptBranches]) -> Iterator[Event]:
        """Evaluates both branches. The part that the prompt shares with one of `others` is forked instead.

        A prompt that shares nothing is loaded from disk if it is there, which fills as many cells as
        evaluating it.
        """
        if self._can_rewind:
            yield from self._evaluate_whole(meter, others)
        else:
            yield from self._evaluate_parts(meter)

    def skip_thought(self, meter: Meter, max_tokens: int) -> Iterator[Event]:
        """Moves `start` to the end of a thought that the model opens where the answer should begin.

        Raises `ThoughtOnly` if the thought does not end.
        """
        after = yield from skip_thought(self._engine, meter, self.start, max_tokens)
        if after is not None:
            self.tail_tokens += after.tokens[len(self.start.tokens) :]
            self.start.close()
            self.start = after

    def _evaluate_whole(self, meter: Meter, others: Sequence[PromptBranches]) -> Iterator[Event]:
        """Evaluates the whole prompt, then cuts a fork of it back to the head.

        The frame before every exercise is evaluated separately, so that the next exercise can load it from
        disk. The rows are then the same whether a frame is loaded or evaluated.
        """
        whole = self.head_tokens + self.tail_tokens
        if shared := self._fork_shared(whole, meter, others):
            yield from self._evaluate(self.start, whole[shared:], meter)
        elif not self._recall(self.start, whole, meter):
            if self._frame_tokens and not self._recall(self.start, self._frame_tokens, meter):
                yield from self._evaluate(self.start, self._frame_tokens, meter)
                self._remember(self.start)
            yield from self._evaluate(self.start, whole[len(self._frame_tokens) :], meter)
            self._remember(self.start)
        self.head.close()
        self.head = self.start.fork()
        self.head.rewind(len(self.head_tokens))

    def _fork_shared(self, whole: Sequence[int], meter: Meter, others: Sequence[PromptBranches]) -> int:
        """Makes `start` a fork of the prompt that shares the most tokens; returns how many these are."""
        lengths = [shared_length(other.start.tokens, whole) for other in others]
        # At least one token must be evaluated, because a branch that was cut back has no logits.
        shared = min(max(lengths, default=0), len(whole) - 1)
        if shared:
            self.start.close()
            self.start = others[lengths.index(max(lengths))].start.fork()
            self.start.rewind(shared)
            meter.count(Purpose.REUSED, shared)
        return shared

    def _evaluate_parts(self, meter: Meter) -> Iterator[Event]:
        """Evaluates first the head, then the tail, because a state cannot be cut back to the head.

        The head is kept on disk.
        """
        if not self._recall(self.head, self.head_tokens, meter):
            yield from self._evaluate(self.head, self.head_tokens, meter)
            self._remember(self.head)
        self.start.close()
        self.start = self.head.fork()
        yield from self._evaluate(self.start, self.tail_tokens, meter)

    @staticmethod
    def _evaluate(branch: Branch, tokens: Sequence[int], meter: Meter) -> Iterator[Event]:
        branch.prompt(tokens)
        yield from meter.evaluate(Purpose.PROMPT, len(tokens))

    def _remember(self, branch: Branch) -> None:
        if self._files is not None:
            self._files.remember(self._fingerprint, branch.snapshot(portable=True))

    def _recall(self, branch: Branch, tokens: Sequence[int], meter: Meter) -> bool:
        """Loads a part of the prompt into an empty branch; False if it is not on disk or does not fit."""
        snapshot = None if self._files is None else self._files.recall(self._fingerprint, tokens)
        if snapshot is None:
            return False
        try:
            branch.load(snapshot)
        except EngineError:
            return False
        meter.count(Purpose.REUSED, len(tokens))
        return True

    def close(self) -> None:
        """Frees both branches."""
        self.start.close()
        self.head.close()
