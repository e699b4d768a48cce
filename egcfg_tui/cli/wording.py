"""The events of a solve in words: in brief while it runs, in full when a recording is replayed."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rich.text import Text

from egcfg_tui.cli.result_words import (
    NOT_JUDGED,
    REASONS,
    faults,
    judged,
    passes,
    result_lines,
)
from egcfg_tui.cli.styles import BAD, FAINT, GOOD
from egcfg_tui.events import (
    Author,
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    CodeExecuted,
    EngineLoaded,
    Event,
    GammaChanged,
    LineChosen,
    LinesRestored,
    LinesRewound,
    Outcome,
    SandboxRestarted,
    SettingsChanged,
    SettingsLeftOut,
    SignalBuilt,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    ThoughtSkipped,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.exercises.visibility import NOTHING_STEERS
from egcfg_tui.solving.methods import method_named
from egcfg_tui.solving.mutation.differences import difference
from egcfg_tui.solving.request.fitting import left_out
from egcfg_tui.solving.run_cache import restarted
from egcfg_tui.terminal_text import counted_things, printable

_AUTHORS = {
    Author.CANDIDATE: "taken from a candidate by the user",
    Author.USER: "written by the user",
}


class Wording:
    """Turns one event after another into lines; in brief most events have none."""

    def __init__(self, *, full: bool) -> None:
        self._full = full
        self._starter = ""
        self._code = ""

    @property
    def open_text(self) -> str:
        """The text of the code's unfinished last line, which candidates and lines continue."""
        return self._code.rpartition("\n")[2]

    def lines(self, event: Event) -> list[Text]:
        """The lines for the next event."""
        full = self._full
        match event:
            case EngineLoaded():
                return [Text(_loaded(event), FAINT)]
            case SolveStarted():
                self._starter = self._code = event.starter
                return _task(event) if full else _solving(event)
            case SettingsLeftOut():
                return [self._note(left_out(event))]
            case SandboxRestarted():
                return [self._note(restarted(event))]
            case ThoughtSkipped():
                long = counted_things(event.tokens, "token")
                how = "skipped" if event.ended else "without an end"
                return [self._note(f"the model thought first: {long}, {how}")]
            case TrialStarted():
                self._code = self._starter
                return _trial(event, full=full)
            case CandidatesSampled() if full:
                return _candidates(event, self.open_text)
            case CandidatesExecuted():
                return _runs(event, full=full)
            case SignalBuilt() if full:
                return _signal(event)
            case LineChosen():
                self._code = event.code
                return _chosen(event) if full else _numbered(event)
            case CodeExecuted():
                answer = Text(f"answer: {judged(event.results)}", _style(event))
                told = [*_mutated(event), answer, *faults(event.results)]
                return _indented(told) if full else told
            case TrialFinished():
                ended = f"trial {event.index}: {_outcome(event)} after {event.wall_s:.1f} s"
                tokens = f", {event.tokens.evaluated} tokens evaluated"
                return [Text(ended + tokens) if full else Text(ended, FAINT)]
            case SolvePaused():
                return [self._note("paused")]
            case SolveResumed():
                return [self._note("resumed")]
            case GammaChanged():
                return [self._note(f"gamma is now {event.gamma:g}")]
            case SettingsChanged():
                named = ", ".join(f"{name.removesuffix('_s')} {value:g}" for name, value in event.values)
                return [self._note(f"now {named}")]
            case LinesRestored():
                self._code = event.code
                return [self._note(f"undone: line {event.row} comes next")]
            case LinesRewound():
                self._code = event.code
                return [self._note(f"back to line {event.row}")]
            case SolveFinished():
                result = result_lines(event)
                return [Text(), *result, *_solution(event)] if full else result
            case SolveFailed() if full:
                return [Text(), Text(f"could not be solved: {printable(event.message)}", BAD)]
            case _:
                return []

    def _note(self, text: str) -> Text:
        return Text(f"  {text}" if self._full else text, FAINT)


def one_line(text: str) -> str:
    """A growing text on one line, with its line breaks shown as arrows."""
    return text.rstrip().replace("\n", " ↵ ")


def _style(event: CodeExecuted) -> str:
    if not event.results:
        return FAINT
    return GOOD if event.passed else BAD


def _mutated(event: CodeExecuted) -> list[Text]:
    """What was changed without the model."""
    if not event.mutant_of:
        return []
    return [Text(printable(f"mutant of an answer: {difference(event.mutant_of, event.executed)}"), FAINT)]


def _outcome(event: TrialFinished) -> str:
    return "not judged" if event.outcome is Outcome.NOT_JUDGED else event.outcome.value


def _loaded(event: EngineLoaded) -> str:
    """The model, its backend and its context."""
    return (
        f"model {printable(event.model)} ({printable(event.description)}, {event.backend}, "
        f"context of {event.context_tokens} tokens) loaded in {event.load_s:.1f} s"
    )


def _method(event: SolveStarted | TrialStarted) -> str:
    """The method with the settings that matter to it."""
    method = method_named(event.method)
    text = f"{event.method} {event.settings}" if method.samples else event.method
    if not method.guided:
        return text
    grid = event.grid if isinstance(event, SolveStarted) else 1
    more = f" and {counted_things(grid - 1, 'other setting')}" if grid > 1 else ""
    return f"{text}, gamma {event.gamma:g}{more}"


def _settings(event: SolveStarted) -> str:
    tokens = [] if event.budget_tokens is None else [f"{event.budget_tokens:,} tokens"]
    seconds = [f"{event.budget_s:g} s"] if math.isfinite(event.budget_s) else []
    return f"{_method(event)}, seed {event.seed}, budget {' and '.join(seconds + tokens)}"


def _solving(event: SolveStarted) -> list[Text]:
    starter = enumerate(_code_lines(event.starter), 1) if event.starter else ()
    warning = [] if event.visible_tests else [Text(NOTHING_STEERS, BAD)]
    return [
        Text(f"solving {printable(event.exercise_id)} with {_settings(event)}", FAINT),
        *warning,
        *(Text(f"{row:4} │ {part}", FAINT) for row, part in starter),
    ]


def _task(event: SolveStarted) -> list[Text]:
    lines = [Text(f"{printable(event.exercise_id)}: {printable(event.title)}", "bold")]
    lines += _block(event.statement)
    lines += [
        Text(f"  test {number}: {printable(test.strip())}")
        for number, test in enumerate(event.visible_tests, 1)
    ]
    if not event.visible_tests:
        lines.append(Text(f"  {NOTHING_STEERS}", BAD))
    if event.hidden_tests:
        lines.append(Text(f"  and {event.hidden_tests} hidden"))
    if event.starter:
        lines += [Text("  starter"), *_block(event.starter)]
    return [*lines, Text(f"{printable(event.model)}, {_settings(event)}")]


def _trial(event: TrialStarted, *, full: bool) -> list[Text]:
    """The lines of a new trial. In brief there are none for the first trial, and settings only if guided."""
    if full:
        return [Text(), Text(f"trial {event.index}", "bold"), Text(f"  {_method(event)}", FAINT)]
    if event.index == 1:
        return []
    started = f", from {counted_things(event.attempts, 'failed answer')}" if event.attempts else ""
    method = _method(event) if method_named(event.method).guided else event.method
    return [Text(f"trial {event.index}: {method}{started}", FAINT)]


def _candidates(event: CandidatesSampled, open_text: str) -> list[Text]:
    lines = [Text(f"  candidates for line {event.row}")]
    for candidate in event.candidates:
        end = ", to the end" if candidate.complete else ""
        lines.append(Text(f"    {candidate.index + 1}: {candidate.tokens} tokens{end}", FAINT))
        lines += _block(open_text + candidate.text)
    return lines


def _runs(event: CandidatesExecuted, *, full: bool) -> list[Text]:
    if full:
        return [Text(f"  runs for line {event.row}"), *(line for run in event.runs for line in _run(run))]
    runs = counted_things(len(event.runs), "run")
    if not any(run.results for run in event.runs if run.source is not None):
        return [Text(f"line {event.row}: {runs}, {NOT_JUDGED}", FAINT)]
    passed = sum(passes(run.results) for run in event.runs)
    return [Text(f"line {event.row}: {runs}, {passed} passed all visible tests", FAINT)]


def _run(run: CandidateRun) -> list[Text]:
    """One distinct program: the numbers of its candidates, the verdict of each test, and the reasons."""
    whose = ", ".join(str(index + 1) for index in run.candidates)
    if run.source is None:
        return [Text(f"    {whose}: nothing to run", FAINT)]
    verdicts = " ".join(result.status for result in run.results)
    cached = " (ran before)" if run.cached else ""
    style = GOOD if passes(run.results) else BAD
    return [Text(f"    {whose}: {verdicts}{cached}", style), *_indented(faults(run.results), 4)]


def _signal(event: SignalBuilt) -> list[Text]:
    dropped = f", left out: {printable(event.dropped)}" if event.dropped else ""
    return [
        Text(f"  signal for line {event.row}: {event.tokens} tokens{dropped}"),
        *_block(event.text, FAINT),
    ]


def _rows(event: LineChosen) -> list[str]:
    """The rows of the code that the line fills; blank rows before `event.row` are not part of it."""
    return _code_lines(event.code.rstrip())[event.row - 1 :]


def _numbered(event: LineChosen) -> list[Text]:
    return [Text(f"{row:4} │ {part}") for row, part in enumerate(_rows(event), event.row)]


def _chosen(event: LineChosen) -> list[Text]:
    if not event.text:
        return [Text(f"  line {event.row}: the answer ends", "bold")]
    how = _AUTHORS.get(event.author, f"gamma {event.gamma:g}{_changed_by_guidance(event)}")
    head = Text(f"  line {event.row}, {how}", "bold")
    return [head, *_block("\n".join(_rows(event)))]


def _changed_by_guidance(event: LineChosen) -> str:
    """The first token that differs from the choice of the unconditional branch, with its probabilities."""
    for token in event.tokens:
        if token.instead is not None:
            chosen, instead = (printable(repr(text)) for text in (token.text, token.instead))
            return f", {chosen} instead of {instead} ({token.unconditional:.2f} -> {token.guided:.2f})"
    return ""


def _solution(event: SolveFinished) -> list[Text]:
    if not event.solution:
        return [Text("no solution", FAINT)]
    name = "solution" if event.solved else f"last answer ({REASONS[event.reason]})"
    return [Text(name, "bold"), *_block(event.solution)]


def _code_lines(text: str) -> list[str]:
    """The lines of a piece of code, safe for a terminal; an empty piece is one empty line."""
    return printable(text).rstrip("\n").split("\n")


def _block(text: str, style: str = "") -> list[Text]:
    return [Text(f"      │ {line}".rstrip(), style) for line in _code_lines(text)]


def _indented(lines: Iterable[Text], width: int = 2) -> list[Text]:
    return [Text(" " * width) + line for line in lines]
