"""Decoration: signs that models write around code and that are no part of it.

Nothing is removed inside a string, where it may be intended.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from egcfg_tui.prompting.thoughts import THOUGHTS
from egcfg_tui.solving.text.open_code import Place, scan

_NAME: Final = r"[A-Za-z][\w:.-]*"
# A fence may be inside list items and quotes.
_OUTER: Final = r"[ \t]*(?:>[ \t]*|[-*+][ \t]+|\d+[.)][ \t]+)*"
_FENCE: Final = re.compile(rf"{_OUTER}`{{3,}}[^`\n]*\n?\Z")
_TILDE_FENCE: Final = re.compile(rf"{_OUTER}~{{3,}}[ \t]*[\w+#.{{}}-]*[ \t]*\r?\n\Z")
# None of these is Python outside a string. Marks of chat templates have bars inside their brackets.
_CONTROL: Final = r"<[|｜][^<>|｜\n]*[|｜]?>|<[^<>|｜\s]*[|｜]>"
_THOUGHT: Final = "|".join(re.escape(mark) for marks in THOUGHTS for mark in (marks.opener, marks.end))
_MARK: Final = re.compile(
    rf"{_THOUGHT}|`{{3,}}[^`\n]*|{_CONTROL}|</{_NAME}>|\[/[A-Za-z][\w -]*\]"
    # Only at the beginning or end of a line an opening tag cannot be a comparison.
    rf"|<{_NAME}>(?=[ \t\r]*\n)"
)
_FIRST_TAG: Final = re.compile(r"[ \t]*(?P<mark><[A-Za-z][^<>\n]*>)")
_BEGUN_MARK: Final = re.compile(r"(?:<[^<>\n]*|`+|\[/[\w -]*|◁[^◁▷\n]*)\Z")
_CONTROL_MARK: Final = re.compile(_CONTROL)


@dataclass(frozen=True, slots=True)
class Wrapping:
    """A prefix of every line of a listing: that of the first line and that of the others.

    `sure`: the first line with this prefix cannot be Python. `shows_output`: lines without the prefix are
    output of the code.
    """

    first: re.Pattern[str]
    others: re.Pattern[str]
    sure: bool = True
    shows_output: bool = False


def _prompt(sign: str) -> re.Pattern[str]:
    return re.compile(rf"[ \t]*{sign}(?: |(?=\r?\n))")


_NUMBER: Final = re.compile(r"[ \t]*\d+(?: *[:.|)] ?|\t| |(?=\r?\n))")
WRAPPINGS: Final = (
    Wrapping(_prompt(r">>>"), _prompt(r"(?:>>>|\.\.\.)"), shows_output=True),
    Wrapping(_prompt(r"In \[\d+\]:"), _prompt(r"(?:In \[\d+\]|\.{3,}):"), shows_output=True),
    Wrapping(re.compile(r"[ \t]*> ?"), re.compile(r"[ \t]*> ?")),
    Wrapping(_NUMBER, _NUMBER, sure=False),
)

LABEL: Final = re.compile(r"\[[A-Za-z][\w -]*\][ \t]*(?=\S)")
"""The tag of a block before its first line."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The span of a mark in a line. `opens`: the end mark of the thought that it opens, if it opens one.

    `closes`: it ends a thought.
    """

    start: int
    end: int
    opens: str = ""
    closes: bool = False


_OPENERS: Final = {marks.opener: marks.end for marks in THOUGHTS}
_ENDS: Final = frozenset(marks.end for marks in THOUGHTS)


def is_fence(line: str) -> bool:
    """Whether a line is a fence, or can only become one."""
    return _FENCE.match(line) is not None or _TILDE_FENCE.match(line) is not None


def first_mark(line: str, start: int, place: Place) -> Mark | None:
    """The first mark in a line from `start` on, or None. `place` says what is open at `start`."""
    if not any(sign in line for sign in "<`[◁"):
        return None
    text = line[start:]
    read = scan(text, place)
    # A string that its line does not end is no Python: it is the apostrophe of a sentence.
    spans = [(0, len(text))] if read.torn else list(read.code)
    found = _FIRST_TAG.match(text) if place.between_statements else None
    best = (found.start("mark"), found.end()) if found else None
    for begin, end in spans:
        match = _MARK.search(text, begin, end)
        if match is not None:
            best = min(best, match.span()) if best else match.span()
            break
    if best is None and read.comment is not None:
        match = _CONTROL_MARK.search(text, read.comment)
        best = match.span() if match else None
    if best is None:
        return None
    mark = text[best[0] : best[1]]
    opener = next((name for name in _OPENERS if text.startswith(name, best[0])), "")
    length = len(opener) or len(mark)
    return Mark(start + best[0], start + best[0] + length, _OPENERS.get(opener, ""), mark in _ENDS)


def without_begun_mark(line: str) -> str:
    """An unfinished line without the beginning of a possible mark at its end."""
    return _BEGUN_MARK.sub("", line)


def without_odd_characters(line: str, place: Place) -> str:
    """The line with plain spaces for odd ones, and without byte order marks and zero-width characters."""
    if line.isascii():
        return line
    read = scan(line, place)
    spans = [(0, len(line))] if read.torn else list(read.code)
    parts, done = [], 0
    for start, end in spans:
        parts += [line[done:start], "".join(map(_plain, line[start:end]))]
        done = end
    return "".join([*parts, line[done:]])


def _plain(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    return " " if category.startswith("Z") else "" if category == "Cf" else character
