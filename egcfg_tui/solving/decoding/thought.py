"""Skips a thought that the model opens where its answer should begin, although it was told not to think.

This happens once for all trials of a prompt: the most likely tokens of the thought become part of the prompt,
and the answer begins after the thought. Samples and both branches of guided trials begin there too.
"""

from __future__ import annotations

import codecs
from collections.abc import Generator
from typing import Final

from egcfg_tui.engine.api import Branch, Engine
from egcfg_tui.events import Event, Outcome, Stage, ThoughtSkipped
from egcfg_tui.prompting.thoughts import may_become_opener, opened_at
from egcfg_tui.solving.commands import Interrupted
from egcfg_tui.solving.decoding.meter import Meter, Purpose
from egcfg_tui.solving.decoding.sampling import greedy

_LONGEST_OPENER: Final = 32
"""The most tokens of an opener, with newlines before it."""


class ThoughtOnly(Interrupted):
    """A thought did not end, so there is no answer."""

    def __init__(self) -> None:
        super().__init__(Outcome.THOUGHT)


def skip_thought(
    engine: Engine, meter: Meter, start: Branch, max_tokens: int
) -> Generator[Event, None, Branch | None]:
    """A fork of `start` after the thought that begins there, with logits; None if no thought begins.

    An answer that does not begin like an opener costs nothing. Raises `ThoughtOnly` if the thought is longer
    than `max_tokens`, or if the model ends its answer inside the thought.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    branch, text, marks, tokens = start.fork(), "", None, 0
    try:
        while True:
            token = greedy(branch.logits())
            known = len(text)
            text += decoder.decode(engine.piece(token) or engine.control_text(token).encode())
            if marks is None:
                text, known = text.lstrip("\r\n"), 0
                marks = opened_at(text)
                if marks is not None:
                    yield meter.enter(Stage.THOUGHT)
                elif not may_become_opener(text) or engine.is_end(token) or tokens == _LONGEST_OPENER:
                    branch.close()
                    return None
            ended = marks is not None and marks.end in text[max(0, known - len(marks.end)) :]
            if marks is not None and (tokens >= max_tokens or (engine.is_end(token) and not ended)):
                yield ThoughtSkipped(text, tokens, ended=False)
                raise ThoughtOnly
            branch.prompt([token])
            yield from meter.evaluate(Purpose.THOUGHT, 1)
            tokens += 1
            if ended:
                yield ThoughtSkipped(text, tokens, ended=True)
                return branch
    except BaseException:
        branch.close()
        raise
