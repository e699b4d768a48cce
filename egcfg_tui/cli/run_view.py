"""A recorded run as a person reads it: every line, candidate, verdict and choice."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from egcfg_tui.cli.narration import (
    BAD,
    FAINT,
    GOOD,
    REASONS,
    chosen_lines,
    code_lines,
    counted,
    faults,
    loaded_line,
    method_line,
    open_line,
    passes,
    result_lines,
    settings_line,
)
from egcfg_tui.cli.printable import printable
from egcfg_tui.cli.rows import Rows
from egcfg_tui.events import (
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    CodeExecuted,
    EngineLoaded,
    Event,
    GammaChanged,
    LineChosen,
    LinesRewound,
    SettingsLeftOut,
    SignalBuilt,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.runs import Header
from egcfg_tui.solving.request.fitting import left_out


def head(header: Header) -> list[Text]:
    """When and where the run was recorded."""
    machine = header.machine
    cores = f"{machine.cores} core{'' if machine.cores == 1 else 's'}"
    place = ", ".join(printable(part) for part in (machine.system, machine.processor, cores) if part)
    return [
        Text(
            f"recorded {printable(header.created)} with egcfg-tui {printable(header.version)} on {place}",
            FAINT,
        )
    ]


class RunView:
    """Turns one event after another into lines."""

    def __init__(self) -> None:
        self._rows = Rows()

    def lines(self, event: Event) -> list[Text]:
        """The lines for the next event."""
        event = self._rows.told(event)
        if isinstance(event, CandidatesSampled):
            # Candidates go on where the code stops, in the middle of a line.
            return _candidates(event, open_line(self._rows.code))
        return _lines(event)


def _lines(event: Event) -> list[Text]:
    match event:
        case EngineLoaded():
            return [Text(loaded_line(event), FAINT)]
        case SolveStarted():
            return _task(event)
        case TrialStarted():
            return [
                Text(),
                Text(f"trial {event.index}", "bold"),
                Text(f"  {method_line(event)}", FAINT),
            ]
        case CandidatesExecuted():
            return [Text(f"  runs for line {event.line}")] + [
                line for run in event.runs for line in _run(run)
            ]
        case SignalBuilt():
            dropped = f", left out: {printable(event.dropped)}" if event.dropped else ""
            return [
                Text(f"  signal for line {event.line}: {event.tokens} tokens{dropped}"),
                *_block(event.text, FAINT),
            ]
        case LineChosen(text=""):
            return [Text(f"  line {event.line}: the answer ends", "bold")]
        case LineChosen():
            return [
                Text(f"  line {event.line}, gamma {event.gamma:g}{_swayed(event)}", "bold"),
                *_block("\n".join(chosen_lines(event))),
            ]
        case CodeExecuted(results=results, passed=passed):
            return [
                Text(f"  answer: {counted(results)}", GOOD if passed else BAD),
                *_indented(faults(results)),
            ]
        case TrialFinished(index=index, outcome=outcome, wall_s=wall_s, tokens=tokens):
            return [
                Text(f"trial {index}: {outcome} after {wall_s:.1f} s, {tokens.evaluated} tokens evaluated")
            ]
        case SettingsLeftOut():
            return [Text(f"  {left_out(event)}", FAINT)]
        case SolvePaused():
            return [Text("  paused", FAINT)]
        case SolveResumed():
            return [Text("  resumed", FAINT)]
        case GammaChanged(gamma=gamma):
            return [Text(f"  gamma is now {gamma:g}")]
        case LinesRewound(line=line):
            return [Text(f"  back to line {line}")]
        case SolveFinished():
            return [Text(), *result_lines(event), *_solution(event)]
        case SolveFailed():
            return [Text(), Text(f"could not be solved: {printable(event.message)}", BAD)]
        case _:
            return []


def _task(event: SolveStarted) -> list[Text]:
    lines = [Text(f"{printable(event.exercise_id)}: {printable(event.title)}", "bold")]
    lines += _block(event.statement)
    lines += [
        Text(f"  test {number}: {printable(test.strip())}")
        for number, test in enumerate(event.visible_tests, 1)
    ]
    if event.hidden_tests:
        lines.append(Text(f"  and {event.hidden_tests} hidden"))
    if event.starter:
        lines += [Text("  starter"), *_block(event.starter)]
    return [*lines, Text(f"{printable(event.model)}, {settings_line(event)}")]


def _candidates(event: CandidatesSampled, open_text: str) -> list[Text]:
    lines = [Text(f"  candidates for line {event.line}")]
    for candidate in event.candidates:
        end = ", to the end" if candidate.complete else ""
        lines.append(Text(f"    {candidate.index + 1}: {candidate.tokens} tokens{end}", FAINT))
        lines += _block(open_text + candidate.text)
    return lines


def _run(run: CandidateRun) -> list[Text]:
    """One distinct program: whose it is, the verdict of each test, and why it failed."""
    whose = ", ".join(str(index + 1) for index in run.candidates)
    if run.source is None:
        return [Text(f"    {whose}: nothing to run", FAINT)]
    verdicts = " ".join(result.status for result in run.results)
    cached = " (ran before)" if run.cached else ""
    style = GOOD if passes(run.results) else BAD
    return [Text(f"    {whose}: {verdicts}{cached}", style), *_indented(faults(run.results), 4)]


def _swayed(event: LineChosen) -> str:
    """The first token that guidance chose against the unconditional branch, with its probabilities."""
    for token in event.tokens:
        if token.instead is not None:
            chosen, instead = (printable(repr(text)) for text in (token.text, token.instead))
            return f", {chosen} instead of {instead} ({token.unconditional:.2f} -> {token.guided:.2f})"
    return ""


def _solution(event: SolveFinished) -> list[Text]:
    if not event.solution:
        return [Text("no solution", FAINT)]
    name = "solution" if event.solved else f"last answer ({REASONS.get(event.reason, event.reason)})"
    return [Text(name, "bold"), *_block(event.solution)]


def _block(text: str, style: str = "") -> list[Text]:
    return [Text(f"      │ {line}".rstrip(), style) for line in code_lines(text)]


def _indented(lines: Iterable[Text], width: int = 2) -> list[Text]:
    return [Text(" " * width) + line for line in lines]
