"""The loop of a guided trial: settings, signal and one line, again and again."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Final

from egcfg_tui.events import Event, Stage
from egcfg_tui.solving.commands import CodeTouched
from egcfg_tui.solving.context import Answer, SolveContext
from egcfg_tui.solving.decoding.sampling import sample, uniform_at
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.chosen_lines import ChosenLines
from egcfg_tui.solving.guided.draft_tree import DraftTree
from egcfg_tui.solving.guided.line import GuidedLine, Sampler, finish_line, next_token
from egcfg_tui.solving.guided.live_settings import LiveSettings
from egcfg_tui.solving.guided.refreshing import Refresher
from egcfg_tui.solving.request.settings import RefreshMode
from egcfg_tui.solving.text.repetition import repeats_itself
from egcfg_tui.solving.text.rows import next_row

# The number of the guided line in seeds; candidates have their index there.
_LINE_STREAM: Final = 1 << 20


class LineLoop:
    """One pass over the lines of an answer. `lines` are those chosen so far.

    It ends when the answer ends or repeats itself, or as soon as a complete candidate passes every visible
    test. `attempts` are failed answers to start from: their runs make the first signal. On an engine that
    cannot rewind, each line samples its candidates and evaluates its signal anew.
    """

    def __init__(
        self,
        context: SolveContext,
        live: LiveSettings,
        pair: BranchPair,
        pool: CandidatePool,
        attempts: Sequence[Answer] = (),
    ) -> None:
        self._context = context
        self._live = live
        self._pair = pair
        self._pool = pool
        self._attempts = attempts
        self.lines = ChosenLines(context, pair, pool)
        self._refresher = Refresher(context, live, self.lines, pair, pool)

    def run(self) -> Iterator[Event]:
        """Chooses all lines and runs the answer."""
        context = self._context
        with context.inbox.rewindable():
            number = 1
            while True:
                try:
                    goes_on = yield from self._advance(number)
                except CodeTouched as touched:
                    gamma = self._live.settings.gamma
                    number = yield from self.lines.change(touched.command, number, gamma)
                    if context.solved:
                        return
                    continue
                if context.solved:
                    return
                if not goes_on:
                    break
                if self._live.settings.stop_loops and repeats_itself(self.lines.code):
                    return
                number += 1
        yield context.meter.enter(Stage.RUNS)
        yield from context.execute_answer(self.lines.code)

    def _advance(self, number: int) -> Generator[Event, None, bool]:
        """Chooses one line, with a new signal if it is due; False if the answer ended in the line."""
        context, refresher, live = self._context, self._refresher, self._live
        self.lines.begin_line()
        # A change that the user makes while the solve is paused here already holds for this line.
        yield from context.inbox.checkpoint()
        if (yield from live.take_changes()):
            self._pool.change(live.settings, live.seed)
        if number == 1 and self._attempts:
            yield from refresher.start_from(self._attempts)
        by_tokens = live.settings.refresh_mode is RefreshMode.TOKEN
        if not by_tokens and refresher.is_due():
            yield from refresher.refresh(number, next_row(self.lines.code))
            if context.solved:
                return False
        # Going back closed the conditional branch.
        refresher.evaluate_again()
        room = live.settings.max_tokens - len(self.lines.tokens)
        line = GuidedLine(
            context.engine,
            context.exercise,
            self.lines.code,
            number,
            live.settings.gamma,
            room,
            sampler=self._sampler(),
        )
        yield from self._grow_by_tokens(line) if by_tokens else self._grow(line)
        if context.solved:
            return False
        self.lines.end_line()
        yield line.chosen
        context.inbox.line_chosen()
        return not line.ended

    def _sampler(self) -> Sampler | None:
        """The sampler for the tokens of a line; None if these are the most likely ones."""
        settings, seed, written = self._live.settings, self._live.seed, len(self.lines.tokens)
        if settings.line_temperature == 0.0:
            return None
        return lambda row, at: sample(
            row, settings.line_temperature, settings.top_p, uniform_at((*seed, _LINE_STREAM), written + at)
        )

    def _grow(self, line: GuidedLine) -> Iterator[Event]:
        """Chooses a line with one signal."""
        meter, lines = self._context.meter, self.lines
        drafts = self._pool.drafts if self._context.engine.info.can_rewind else ()
        with closing(DraftTree(line, self._pair, drafts)) as tree:
            # One decode evaluates the signal and the drafts after it.
            yield from meter.evaluate_pending()
            lines.mark_start()
            yield meter.enter(Stage.LINE)
            yield from tree.accept(line, meter)
        yield from finish_line(line, meter, self._pair)
        self._keep_candidates(line.tokens, line.text)
        lines.code += line.text
        lines.tokens += line.tokens

    def _grow_by_tokens(self, line: GuidedLine) -> Iterator[Event]:
        """Chooses a line with a new signal before every token."""
        context, lines, start = self._context, self.lines, self.lines.code
        yield context.meter.enter(Stage.LINE)
        while not line.over:
            if self._refresher.is_due():
                yield from self._refresher.refresh(line.number, next_row(start))
                if context.solved:
                    return
            yield from context.meter.evaluate_pending()
            if not line.tokens:
                lines.mark_start()
            yield context.meter.enter(Stage.LINE)
            token = yield from next_token(line, context.meter, self._pair)
            if token is not None:
                lines.tokens.append(token)
                self._keep_candidates([token], context.engine.piece(token).decode("utf-8", "replace"))
            lines.code = start + line.text

    def _keep_candidates(self, tokens: Sequence[int], text: str) -> None:
        """Keeps the candidates that begin with the chosen tokens; none if these end within a character."""
        if self._context.engine.info.can_rewind and "\N{REPLACEMENT CHARACTER}" not in text:
            self._pool.keep_agreeing(tokens, text)
        else:
            self._pool.close()
