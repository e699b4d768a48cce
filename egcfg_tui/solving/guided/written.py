"""Puts the user's own code in the place of the model's, and makes the branches follow it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from egcfg_tui.engine.api import Branch, Engine, Snapshot
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.text.answer_span import line_is_complete


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line of the user's code, cut as the model would have written it: its text and its tokens."""

    text: str
    tokens: tuple[int, ...]


def written_lines(engine: Engine, text: str) -> Iterator[WrittenLine]:
    """Cuts a text into lines where tokens end, as chosen lines are cut; the last line ends with a newline.

    A token may hold the end of a line together with the indent of the next line, so the text is tokenized as
    a whole.
    """
    whole = text if text.endswith("\n") else f"{text}\n"
    tokens: list[int] = []
    data = bytearray()
    for token in engine.tokenize(whole):
        tokens.append(token)
        data += engine.piece(token)
        line = data.decode("utf-8", "replace")
        if line_is_complete(line):
            yield WrittenLine(line, tuple(tokens))
            tokens, data = [], bytearray()
    if data.strip():
        yield WrittenLine(data.decode("utf-8", "replace"), tuple(tokens))


def return_to(pair: BranchPair, start: Branch, tokens: Sequence[int], snapshot: Snapshot | None) -> None:
    """Makes the answer on the unconditional branch end after `tokens`; `start` is where the answer begins.

    With a snapshot of the branch's own past nothing is evaluated; without one the tokens become pending.
    """
    branch = pair.unconditional
    branch.rewind(len(branch.tokens))
    if snapshot is not None and tuple(branch.tokens[: len(snapshot.tokens)]) == snapshot.tokens:
        branch.restore(snapshot)
        return
    pair.replace_unconditional(start.fork())
    if tokens:
        pair.unconditional.prompt(list(tokens))
