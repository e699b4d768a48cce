"""Where the words of a signal came from: which candidate, which test, which steps of its trace."""

from __future__ import annotations

from typing import Final

from egcfg_sandbox import Trace
from egcfg_tui.events import AttemptOrigin
from egcfg_tui.prompting.signal_parts import PartKind, SignalPart
from egcfg_tui.prompting.traces import RAISED, RETURNED
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.story.candidates import Group, group_of, groups

MOST_STEPS: Final = 6


def told_origin(part: SignalPart, shown: Shown) -> str:
    """Which part of which trace these words were made of."""
    origin, trial = origin_of(shown, part), shown.trial
    if origin is None or trial is None:
        return "where these words came from is not in the recording"
    if origin.line == 0:
        whose = f"whole answer {origin.run + 1} of the solve"
    else:
        group = group_told(shown, part)
        whose = group.name if group else f"a candidate of line {origin.line}"
    if part.attempt is None:
        whose = f"all attempts, as {whose}"
    if part.kind is PartKind.CODE:
        return f"{whose}: its lines behind the code so far"
    test = f", test {part.test + 1}" if part.test is not None else ", its other tests"
    if part.kind is PartKind.TEST:
        return f"{whose}{test}: the test that it is shown on"
    if part.kind is PartKind.OUTCOME:
        return f"{whose}{test}: how it ended"
    steps = steps_of(part, trace) if (trace := _trace(shown, part)) is not None else []
    numbers = ", ".join(str(step + 1) for step in steps[:MOST_STEPS])
    more = f" and {len(steps) - MOST_STEPS} more" if len(steps) > MOST_STEPS else ""
    what = f"variable {visible(part.name)}" if part.name not in ("", "returned", "raised") else part.name
    where = f"step{'s' if len(steps) > 1 else ''} {numbers}{more}" if steps else "the call"
    return f"{whose}{test}: {what or 'its trace'}, {where}"


def is_told_by(part: SignalPart, shown: Shown) -> bool:
    """Whether words tell of the step that is looked at; without a step, of the candidate."""
    group, found, trace = group_told(shown, part), shown.result, shown.trace
    if not shown.inspected or group is None or found is None or shown.program is None:
        return False
    if shown.program.candidate not in group.indexes or shown.look.part is not None:
        return False
    if shown.look.step is None or trace is None:
        return part.attempt is not None
    return part.test == found[0] and shown.look.step in steps_of(part, trace)


def origin_of(what: Shown, part: SignalPart) -> AttemptOrigin | None:
    """The run that a part was made of; of what all attempts have in common, the first."""
    origins = what.signal.origins if what.signal else ()
    at = part.attempt or 0
    return origins[at] if at < len(origins) else None


def steps_of(part: SignalPart, trace: Trace) -> list[int]:
    """The steps of a trace that a part tells of."""
    if part.kind is PartKind.STEP:
        return [part.step] if part.step is not None and part.step < len(trace.events) else []
    if part.kind is not PartKind.VALUES:
        return []
    kinds = {RETURNED: "return", RAISED: "exception"}
    if part.name in kinds:
        return [at for at, event in enumerate(trace.events) if event.kind == kinds[part.name]]
    return [
        at for at, event in enumerate(trace.events) if any(name == part.name for name, _ in event.changes)
    ]


def group_told(shown: Shown, part: SignalPart) -> Group | None:
    """The entry of the candidates that a part tells of."""
    origin = origin_of(shown, part)
    line = shown.trial.line(origin.line) if origin and origin.line and shown.trial else None
    if origin is None or line is None or line.runs is None or origin.run >= len(line.runs):
        return None
    return group_of(groups(line), next(iter(line.runs[origin.run].candidates), None))


def _trace(shown: Shown, part: SignalPart) -> Trace | None:
    """The trace that a part tells of."""
    group = group_told(shown, part)
    results = group.run.results if group and group.run else ()
    return results[part.test].trace if part.test is not None and part.test < len(results) else None
