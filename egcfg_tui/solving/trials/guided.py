"""The guided trial: a fast version of `egcfg_tui.solving.guided.reference` with the same tokens.

A trial takes 5.0 s instead of the reference's 15.5 s, and the median exercise is 2.57 times as fast (12
exercises, `benchmarks/engine.py`, default model, 2 cores). It adds these ideas:

1. One prompt (`context.conditional`): a new signal is evaluated after the prompt's own cache, and only from
   the first token that differs from the last signal. A signal has about 140 tokens; the prompt has hundreds,
   which would cost 4.5 ms each.
2. One batch for all candidates (`guided/candidates.py`): four rows take 53 ms, a single one 31 ms. Candidates
   that begin alike are evaluated once, and if the batch has room the next tokens are guessed (this saves 8 to
   13 % of the time for candidates; 69 % of the guesses are right).
3. Candidates that agree with the chosen line are kept with their cache. Random numbers belong to a candidate
   and a position, so sampling them again would give the same.
4. Candidates are drafts of the guided line (`guided/draft_tree.py`): the decode that evaluates the signal
   also verifies all of them. Choosing lines takes 5 % of a trial, and a guided token costs 0.45 of a plain
   one.
5. A candidate that passes every visible test is finished and ends the trial (setting `early_stop`).

Unlike the reference it can also go back to earlier lines and take the user's own code
(`guided/chosen_lines.py`), take other settings during a trial (`guided/live_settings.py`), start from answers
that failed, and make new signals at other times (setting `refresh_mode`, `guided/refreshing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

from egcfg_tui.events import Event
from egcfg_tui.solving.context import Answer, SolveContext
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.line_loop import LineLoop
from egcfg_tui.solving.guided.live_settings import LiveSettings
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials.sample_tree import Samples
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial

NAME: Final = "egcfg"


def plan(request: SolveRequest, guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next settings of the grid; after the last ones the grid again, with other random numbers.

    Settings without randomness get only one trial. A grid whose trials all evaluated nothing is not repeated.
    """
    number = past.counts[NAME]
    if number >= len(guided):
        if past.idle >= len(guided):
            return None
        guided = tuple(settings for settings in guided if settings.temperature > 0)
        if not guided:
            return None
    return PlannedTrial(NAME, guided[number % len(guided)], (request.seed, number + 1))


def trial(context: SolveContext, planned: PlannedTrial, _samples: Samples) -> Iterator[Event]:
    """One guided trial."""
    attempts = context.failures if planned.shares else ()
    return guided_trial(context, planned.settings, planned.seed, attempts=attempts)


def guided_trial(
    context: SolveContext, settings: Settings, seed: tuple[int, ...], *, attempts: Sequence[Answer] = ()
) -> Iterator[Event]:
    """One pass over the lines of an answer, from the evaluated prompt to the run of the answer.

    `attempts` are failed answers to start from: their runs make the first signal.
    """
    live = LiveSettings(context, settings, seed)
    keep_rows = context.engine.info.can_rewind
    with (
        closing(BranchPair(context.start.fork())) as pair,
        CandidatePool(context, live.settings, seed, keep_rows=keep_rows) as pool,
    ):
        yield from LineLoop(context, live, pair, pool, attempts).run()
