"""Runs the executable prefixes of candidates against the visible tests."""

from __future__ import annotations

from collections.abc import Sequence

from egcfg_tui.events import Candidate, CandidateRun
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.text.answer_span import answer_code
from egcfg_tui.solving.text.prefixes import canonical, executable_prefix


def run_candidates(
    context: SolveContext, code: str, candidates: Sequence[Candidate]
) -> tuple[CandidateRun, ...]:
    """Runs every distinct executable prefix of code and candidate once; one entry per prefix, in order."""
    cache = context.cache
    by_source: dict[str | None, list[int]] = {}
    for candidate in candidates:
        prefix = executable_prefix(answer_code(code + candidate.text, context.exercise))
        source = canonical(prefix) if prefix is not None else None
        by_source.setdefault(source, []).append(candidate.index)
    sources = [source for source in by_source if source is not None]
    cached = {source: cache.knows(source) for source in sources}
    reports = dict(zip(sources, cache.execute(sources, context.inbox.halt_reason), strict=True))
    return tuple(
        CandidateRun(tuple(indices), None, ())
        if source is None
        else CandidateRun(tuple(indices), source, reports[source].results, cached[source])
        for source, indices in by_source.items()
    )
