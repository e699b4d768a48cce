"""A thought that the model opens where its answer should begin, although it was told not to think.

It is skipped once for all trials of a prompt: its likeliest tokens become part of the prompt, and the answer
begins behind its end. So samples and guided trials begin there too, the latter on both branches.
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
"""In tokens, newlines in front of it included."""


class ThoughtOnly(Interrupted):
    """A thought came to no end, so there is no answer."""

    def __init__(self) -> None:
        super().__init__(Outcome.THOUGHT)


def skip_thought(
    engine: Engine, meter: Meter, start: Branch, max_tokens: int
) -> Generator[Event, None, Branch | None]:
    """A fork of `start` behind the thought that begins there, holding logits; None where none begins.

    An answer that does not begin like an opener costs nothing. Raises `ThoughtOnly` where the thought is
    longer than `max_tokens`, or the model ends in it.
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
