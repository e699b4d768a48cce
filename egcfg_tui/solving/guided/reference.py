"""EG-CFG on one page (Lavon, Katz, Wolf: arXiv 2506.10948). Read this first.

Nothing here is fast: each candidate is drawn again and by itself, each signal is evaluated with the whole
prompt, each line is chosen token by token. `egcfg_tui.solving.trials.guided` gives the same tokens sooner and
is tested against this function. `egcfg-tui solve EXERCISE --method reference` runs it.

    paper    here
    M        `engine`: the model; a branch is a sequence of tokens with its cache
    p_sol    the unconditional branch: the prompt with the visible tests, and the answer so far
    p_dyn    the conditional branch: the same, with the signal before the answer
    w_<i     `code` and `written`: the answer so far as text (with the starter) and as tokens
    c_j      `candidates[j]`, j < s = `settings.candidates`, drawn at temperature t, up to d = `horizon` lines
    ĉ_j      `run.source`: the executable prefix of c_j
    e_jm     `run.results[m].trace`: the trace of ĉ_j on visible test m
    γ        `settings.gamma`, the guidance weight; k = `settings.refresh`, the lines between two signals
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count

from egcfg_tui.engine.api import Logits
from egcfg_tui.events import AttemptOrigin, CandidatesExecuted, CandidatesSampled, Event, LineGrown, Stage
from egcfg_tui.prompting.signal import Signal
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.guidance import guided_logits
from egcfg_tui.solving.decoding.meter import Purpose
from egcfg_tui.solving.decoding.sampling import greedy, sample, uniform_at
from egcfg_tui.solving.guided.attempts import attempt_key, attempts_of, origins_of, signal_after, signal_built
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.draft import Draft
from egcfg_tui.solving.guided.executing import run_candidates
from egcfg_tui.solving.guided.line import GuidedLine
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.text.answer_span import defines_entry_point
from egcfg_tui.solving.text.repetition import repeats_itself
from egcfg_tui.solving.text.rows import next_row

Taken = Callable[[int | None, list[int], Logits, int], int]
"""Replaces a chosen token. The arguments are the chooser (candidate j, or None for the line), the tokens of
the answer before it, the row that it was chosen from, and the token. A benchmark uses this to follow the
tokens of another trial."""


def as_chosen(_who: int | None, _behind: list[int], _row: Logits, token: int) -> int:
    """The chosen token itself."""
    return token


def reference_trial(
    context: SolveContext, settings: Settings, seed: tuple[int, ...], taken: Taken = as_chosen
) -> Iterator[Event]:
    """One trial of EG-CFG, from the evaluated prompt to the run of the answer."""
    engine, meter, exercise = context.engine, context.meter, context.exercise
    code, written = context.prompt.starter, list[int]()
    signal, shown = Signal("", 0, ""), frozenset[tuple[str, bool]]()  # the attempts that the signal shows
    origins = dict[str, AttemptOrigin]()  # where each program ran last; only shown
    lines_since: int | None = None  # lines chosen since the last signal
    first = 0  # how many tokens the answer had at the first signal
    with closing(BranchPair(context.start.fork())) as pair:
        for number in count(1):
            row = next_row(code)

            # 1. A signal is due once the header of the function or class is written, then every k lines.
            due = lines_since is None or lines_since >= settings.refresh
            if due and defines_entry_point(code, exercise):
                first = len(written) if lines_since is None else first
                lines_since = 0

                # 2. Candidates: s samples c_j ~ M(p_sol, w_<i), each cut to d lines.
                yield meter.enter(Stage.CANDIDATES)
                candidates = []
                for j in range(settings.candidates):
                    with pair.unconditional.fork() as branch:
                        draft = Draft(j, branch, branch.length)
                        while draft.grows(settings.horizon, settings.max_tokens):
                            if draft.tokens:
                                branch.prompt(draft.tokens[-1:])
                                meter.count(Purpose.CANDIDATE, 1)
                            yield from meter.evaluate_pending()
                            logits = branch.logits()  # [vocab_size]
                            behind = written + draft.tokens
                            chance = uniform_at((*seed, j), len(behind) - first)  # in [0, 1)
                            token = sample(logits, settings.temperature, settings.top_p, chance)
                            draft.take(taken(j, behind, logits, token), engine, code, exercise)
                    candidates.append(draft.as_candidate(settings.horizon))
                yield CandidatesSampled(number, row, tuple(candidates))

                # 3. Executable prefixes ĉ_j: each distinct one runs on every visible test.
                yield meter.enter(Stage.RUNS)
                runs = run_candidates(context, code, candidates)
                origins |= origins_of(number, runs)
                yield CandidatesExecuted(number, row, runs)

                # 4. Signal: the traces e_jm as text. The old signal stays if it already covers them all.
                if any(candidate.text.strip() for candidate in candidates):
                    yield meter.enter(Stage.SIGNAL)
                    attempts = attempts_of(candidates, runs, unfinished=settings.partial_execution)
                    if not attempts or not shown.issuperset(map(attempt_key, attempts)):
                        signal = signal_after(code, exercise, attempts, settings, engine)
                        shown = frozenset(map(attempt_key, attempts)) if not signal.dropped else frozenset()
                    yield signal_built(number, row, signal, origins)

                    # 5. p_dyn: the prompt with the signal inserted before the answer.
                    pair.replace_conditional(engine.branch() if signal.text else None)
                    if pair.conditional is not None:
                        signal_tokens = engine.tokenize(signal.text)
                        inserted = [*signal_tokens, *context.tail_tokens, *written]
                        pair.conditional.prompt([*context.head_tokens, *inserted])
                        meter.count(Purpose.SIGNAL, len(inserted))

            # 6. One line, greedily: log p = log p(.|p_sol) + γ (log p(.|p_dyn) - log p(.|p_sol)).
            yield meter.enter(Stage.LINE)
            room = settings.max_tokens - len(written)
            line = GuidedLine(engine, exercise, code, number, settings.gamma, room)
            while not line.over:
                yield from meter.evaluate_pending()
                row_u = pair.unconditional.logits()  # [vocab_size]
                row_c = None if pair.conditional is None else pair.conditional.logits()  # [vocab_size]
                logits = row_u if row_c is None else guided_logits(row_u, row_c, settings.gamma)
                token = taken(None, written + line.tokens, logits, greedy(logits))
                if line.take(token, row_u, row_c, verified=False):
                    for branch in pair.branches:
                        branch.prompt([token])
                    meter.count(Purpose.DECODED, 1)
                yield LineGrown(number, row, line.text)
            code, written = code + line.text, written + line.tokens
            context.code_so_far = code
            lines_since = None if lines_since is None else lines_since + 1
            yield line.chosen
            context.inbox.line_chosen()

            # 7. The answer ends with its last line; the trial fails if the code repeats itself.
            if line.ended:
                break
            if settings.stop_loops and repeats_itself(code):
                return
    yield meter.enter(Stage.RUNS)
    yield from context.execute_answer(code)
