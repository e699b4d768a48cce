"""A comparison as Markdown, for sites such as GitHub."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from egcfg_tui.bench.comparison.summary import Comparison, PairSummary
from egcfg_tui.bench.comparison.tables import pair_table, row_tables
from egcfg_tui.bench.comparison.words import Name, conditions_line, exercises_line, short_names


def render(comparison: Comparison) -> str:
    """Summary, notes, the rows, the pairs, and the exercises behind each pair."""
    parts = [
        "<!-- egcfg-tui compare -->",
        f"**{plain(comparison.summary)}**",
        plain(f"{exercises_line(comparison)}, {conditions_line(comparison.conditions)}."),
        *(f"> {plain(note)}" for note in comparison.notes),
    ]
    names = [(plain(row.model), plain(row.method)) for row in comparison.rows]
    for table in row_tables(comparison):
        lines = [(*name, *line) for name, line in zip(names, table.lines, strict=True)]
        parts += [
            f"### {table.title.capitalize()}",
            _table(("model", "method", *table.headings), lines, words=2),
        ]
    if comparison.pairs:
        parts += _pairs(comparison)
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """The text with Markdown and HTML escaped, since names of models and exercises may hold anything."""
    return re.sub(r"([\\`*_\[\]<>#|~&$])", r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """The text as a code span, in which a site such as GitHub makes no links and mentions nobody."""
    text = " ".join(text.split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if len(fence) > 1 else ""
    return f"{fence}{space}{text}{space}{fence}"


def _pairs(comparison: Comparison) -> list[str]:
    names, table = short_names(comparison.rows), pair_table(comparison)
    lines = [
        (plain(names[pair.a]), plain(names[pair.b]), *map(plain, line))
        for pair, line in zip(comparison.pairs, table.lines, strict=True)
    ]
    return [
        "### Pairs",
        _table(("first", "second", *table.headings), lines, words=2),
        *(_exercises_of(pair, names) for pair in comparison.pairs),
    ]


def _exercises_of(pair: PairSummary, names: dict[Name, str]) -> str:
    cells = (
        ("both", pair.both),
        (f"only {names[pair.a]}", pair.only_a),
        (f"only {names[pair.b]}", pair.only_b),
        ("neither", pair.neither),
    )
    listed = "\n".join(
        f"- {plain(name)}, {len(ids)}: {', '.join(map(code, ids)) or 'none'}" for name, ids in cells
    )
    words = html.escape(" ".join(pair.words.split()))
    return f"<details><summary>{words}</summary>\n\n{listed}\n\n</details>"


def _table(headings: Sequence[str], lines: Iterable[Sequence[str]], *, words: int) -> str:
    """A table whose first `words` columns hold words; all others hold numbers and are aligned right."""
    rule = [":--" if index < words else "--:" for index in range(len(headings))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *lines))
