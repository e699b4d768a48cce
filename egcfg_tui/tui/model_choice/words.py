"""Words the list of models: rows, the details of a row, the progress of a pull."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from egcfg_tui import models
from egcfg_tui.models import State
from egcfg_tui.models.units import megabytes
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.model_choice.pulls import Pulls
from egcfg_tui.tui.model_choice.rows import ModelRow
from egcfg_tui.tui.styles import MUTED, RULE
from egcfg_tui.tui.text import one_line

COLUMNS: Final = (("size", 8), ("weights", 8), ("memory", 10), ("thinks", 7), ("tok/s", 6))
"""The columns after the name, and their cells."""

NAME_CELLS: Final = 20
_METER_CELLS: Final = 12

_MARKS: Final = {
    State.READY: ("✓", "$text-success"),
    State.PARTIAL: ("◐", "$text-warning"),
    State.BROKEN: ("!", "$text-error"),
    State.ABSENT: ("·", MUTED),
}
_STATES: Final = {
    State.READY: "on disk",
    State.PARTIAL: "partly here",
    State.BROKEN: "broken",
    State.ABSENT: "to fetch",
}


def heading() -> Content:
    """The names of the columns."""
    return _row("  ", MUTED, "model", [name for name, _ in COLUMNS], "state", MUTED)


def row_content(row: ModelRow, in_use: str, free_bytes: int | None, speed: float | None) -> Content:
    """One row of the list. `in_use` is the name of the workbench's model."""
    mark, style = ("▸", "bold $text-primary") if row.name == in_use else _MARKS[row.state]
    fits = "?" if free_bytes is None else "fits" if row.needed_bytes <= free_bytes else "too large"
    thinks = "?" if row.facts is None else "yes" if row.facts.chat.thinks else "no"
    cells = [_short(row.size_bytes), row.quantisation, fits, thinks, f"{speed:.0f}" if speed else "–"]
    state = "in use" if row.name == in_use else _STATES[row.state]
    return _row(f"{mark} ", style, row.name, cells, f"{state}, default" if row.default else state)


def details(row: ModelRow | None, free_bytes: int | None, speed: float | None) -> Content:
    """The details of the highlighted row."""
    if row is None:
        return Content("")
    title = row.entry.title if row.entry else row.name
    lines = [Content.styled(one_line(title), "bold")]
    context = (row.facts.context_tokens if row.facts else 0) or (row.entry.context_tokens if row.entry else 0)
    facts = [f"licence {row.licence}", row.quantisation, f"context {context:,} tokens" if context else ""]
    lines.append(Content(one_line(" · ".join(filter(None, facts)))))
    lines += [Content(one_line(text)) for text in _where(row)]
    lines.append(Content(_memory(row, free_bytes)))
    if row.facts is not None:
        from egcfg_tui.prompting.chat_facts import in_words

        lines.append(Content(one_line("; ".join(in_words(row.facts.chat)))))
    if speed:
        lines.append(Content(f"{speed:.0f} tokens a second in its last kept run, runs of programs included."))
    if row.problem:
        lines.append(Content.styled(visible(row.problem), "$text-error"))
    if row.entry is not None:
        lines += [Content.styled(one_line(text), MUTED) for text in models.provenance(row.entry)]
    return Content("\n").join(lines)


def pulling(pulls: Pulls) -> tuple[Content, Content]:
    """The progress of the pull in two parts, both empty without a pull."""
    if not pulls.active:
        return Content(""), Content("")
    verb = "cancelling" if pulls.cancelling else "fetching"
    left = [Content.styled(f"{verb} {one_line(pulls.name)}", "bold")]
    progress = pulls.progress
    if progress is None or not progress.total_bytes:
        return left[0], Content.styled(one_line(pulls.said) or "asking for it…", MUTED)
    share = progress.done_bytes / progress.total_bytes
    full = round(share * _METER_CELLS)
    left += [
        Content.styled("━" * full, "$text-primary"),
        Content.styled("━" * (_METER_CELLS - full), RULE),
        Content(f" {share:.0%}"),
    ]
    right = f"{_short(progress.done_bytes)} of {_short(progress.total_bytes)}"
    if progress.bytes_per_s >= 1:
        left_s = (progress.total_bytes - progress.done_bytes) / progress.bytes_per_s
        right += f" · {progress.bytes_per_s / 1e6:.1f} MB/s · {left_s:.0f} s left"
    return Content("").join([left[0], Content("  "), *left[1:]]), Content(right)


def in_short(pulls: Pulls) -> str:
    """The progress of the pull as a sentence."""
    progress = pulls.progress
    share = f": {progress.done_bytes / progress.total_bytes:.0%}" if progress and progress.total_bytes else ""
    return f"Fetching {one_line(pulls.name)}{share}."


def _short(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB"


def _where(row: ModelRow) -> list[str]:
    if row.path is not None:
        return [f"on disk{f' of {row.owner}' if row.owner else ''}: {row.path}"]
    if row.state is State.PARTIAL:
        part, whole = megabytes(row.partial_bytes), megabytes(row.size_bytes)
        return [f"{part} of {whole} are here; Enter goes on from there"]
    if row.can_be_pulled:
        return [f"not on this disk; Enter fetches {megabytes(row.size_bytes)}"]
    return ["not on this disk, and there is no source for it"]


def _memory(row: ModelRow, free_bytes: int | None) -> str:
    about = "needs" if row.facts else "will need about"
    text = f"{about} {megabytes(row.needed_bytes)} of memory"
    if free_bytes is None:
        return f"{text}; how much is free is not known"
    return (
        f"{text}, {megabytes(free_bytes)} are free{'' if row.needed_bytes <= free_bytes else ': too large'}"
    )


def _row(
    mark: str, mark_style: str, name: str, cells: Sequence[str], state: str, style: str = "$foreground"
) -> Content:
    parts = [Content.styled(mark, mark_style), _cell(name, NAME_CELLS, style)]
    parts += [_cell(text, width, MUTED) for text, (_, width) in zip(cells, COLUMNS, strict=True)]
    return Content("").join([*parts, Content.styled(one_line(state), style)])


def _cell(text: str, width: int, style: str) -> Content:
    return Content.styled(one_line(text), style).truncate(width - 1, ellipsis=True, pad=True) + Content(" ")
