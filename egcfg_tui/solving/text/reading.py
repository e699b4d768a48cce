"""Reads a model's text line by line, and decides which of it is code and where the answer ends.

A text is Python if some continuation of it parses, and prose if none does. Prose, fences and marks divide the
code into chunks. The answer is the first chunk that holds what the exercise asks for.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from egcfg_tui.solving.text.chunk import DEFINES, Chunk, Line, Statement
from egcfg_tui.solving.text.continuations import line_may_continue, may_continue, parsed
from egcfg_tui.solving.text.decoration import (
    LABEL,
    WRAPPINGS,
    Wrapping,
    first_mark,
    is_fence,
    without_begun_mark,
    without_odd_characters,
)
from egcfg_tui.solving.text.endings import Ending
from egcfg_tui.solving.text.open_code import MARGIN, lines_of, scan
from egcfg_tui.solving.text.statement_names import NO_NAMES, Names, is_sentence, is_words

_CLAUSES: Final = ("elif", "else", "except", "finally")
_WORD: Final = re.compile(r"\w*")
_INDENT: Final = re.compile(r"[ \t\f]*")
# A character of several bytes is decoded as this one while its last bytes are missing.
_HALF: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Reading:
    """The state after reading the first `position` characters of a text, which are whole lines.

    `chunk` is the present chunk; `earlier` are the chunks before it and `names` their names. `thought` is the
    end mark of an open thought, empty for none. `end` is the position where the answer ends; no text after it
    is read.
    """

    ending: Ending
    starter: str
    chunk: Chunk
    position: int = 0
    earlier: tuple[Chunk, ...] = ()
    names: Names = NO_NAMES
    thought: str = ""
    end: int | None = None

    @classmethod
    def after_starter(cls, ending: Ending, starter: str) -> Reading:
        """The state after reading the whole lines of a starter."""
        reading = cls(ending, starter, Chunk.after(ending.context))
        if starter:
            reading = replace(reading, chunk=replace(reading.chunk, margin=""))
        for text in lines_of(starter):
            reading = reading._statement_line(Line(reading.position, text, text))
            reading = replace(reading, position=reading.position + len(text))
        return reading

    def line(self, raw: str) -> Reading:
        """The state after reading one more line with its newline."""
        reading, at = self, 0
        while at < len(raw) and reading.end is None:
            reading, at = reading._part(raw, at)
        return replace(reading, position=self.position + len(raw))

    def end_in(self, raw: str) -> int | None:
        """The position where the answer ends, however the unfinished line `raw` goes on; None if unknown."""
        raw = raw.rstrip(_HALF)
        if self.end is not None or self.thought or self.chunk.place.quotes or not raw.strip():
            return self.end
        if is_fence(raw):
            return self._broken_off(self.position).end
        mark = first_mark(raw, 0, self.chunk.place)
        if mark is None:
            return self._end_in_code(raw)
        reading = self
        if raw[: mark.start].strip():
            reading = self._code(_ended_line(raw[: mark.start]), self.position)
        return reading.end if reading.end is not None else reading._broken_off(self.position + mark.start).end

    @cached_property
    def closed(self) -> Reading:
        """The state if the open statement ends here."""
        chunk = self.chunk
        lines = chunk.open_lines
        if chunk.open_from is None:
            return self
        if not lines:
            return replace(self, chunk=chunk.without_open())
        if chunk.open_tree is not None:
            return self._with_statement(chunk.open_statement())
        right = len(lines) if may_continue(chunk.open_text) else chunk.right_lines()
        if 0 < right < len(lines):
            if not _is_indented(lines[right].text):
                return self._split(right).closed
            begun, rest = chunk.split(right)
            if _has_returned(begun.open_tree):
                reading = replace(self, chunk=begun)._with_statement(begun.open_statement())
                return reading._broken_off(rest[0].start)
        elif chunk.place.between_statements and not _is_indented(lines[-1].text):
            # A header without a body.
            return replace(self, chunk=chunk.without_open())._broken_off(lines[0].start)
        elif chunk.place.depth and self._is_words(parsed(chunk.open_text.rstrip() + ")" * chunk.place.depth)):
            return replace(self, chunk=chunk.without_open())._broken_off(lines[0].start)
        return self._with_statement(chunk.open_statement())

    def _part(self, raw: str, at: int) -> tuple[Reading, int]:
        """Reads a line from `at` to the next mark or to its end; also returns the position reached."""
        if self.thought:
            found = raw.find(self.thought, at)
            if found < 0:
                return self, len(raw)
            return replace(self, thought=""), _next(raw, found + len(self.thought))
        if at == 0 and not self.chunk.place.quotes and is_fence(raw):
            return self._broken_off(self.position), len(raw)
        mark = first_mark(raw, at, self.chunk.place)
        if mark is None:
            return self._code(raw[at:], self.position + at), len(raw)
        reading = self
        if raw[at : mark.start].strip():
            reading = self._code(_ended_line(raw[at : mark.start]), self.position + at)
        if reading.end is None:
            reading = reading._broken_off(self.position + mark.start)
        if reading.end is None and mark.closes:
            # The prompt had opened the thought that ends here, so the answer begins after it.
            reading = Reading.after_starter(self.ending, self.starter)._at(self.position)
        return replace(reading, thought=mark.opens), _next(raw, mark.end)

    def _code(self, raw: str, start: int) -> Reading:
        """Reads a line, or a part of one, without marks. It ends with a newline."""
        chunk = self.chunk
        text = without_odd_characters(raw, chunk.place)
        if chunk.wrapping is not None:
            found = chunk.wrapping.others.match(text)
            if found is None and text.strip():
                return self if chunk.wrapping.shows_output else self._anew(raw, start)
            text = text[found.end() :] if found else text
        elif not chunk.has_code and chunk.place.between_statements:
            for wrapping in WRAPPINGS:
                if wrapping.sure and (found := wrapping.first.match(text)):
                    return self._wrapped(wrapping)._indented_line(text[found.end() :], raw, start)
        return self._indented_line(text, raw, start)

    def _wrapped(self, wrapping: Wrapping) -> Reading:
        return replace(self, chunk=replace(self.chunk, wrapping=wrapping, margin=None))

    def _indented_line(self, text: str, raw: str, start: int) -> Reading:
        """Reads a line without its wrapping, and removes the common indentation."""
        chunk = self.chunk
        if self._continues_starter(text):
            return (
                Reading.after_starter(self.ending, self.starter)
                ._at(self.position)
                ._indented_line(text, raw, start)
            )
        if chunk.margin is None and text.strip():
            found = _INDENT.match(text)
            chunk = replace(chunk, margin=found[0] if found else "")
        margin = chunk.margin or ""
        if text.startswith(margin):
            text = text[len(margin) :]
        elif not text.strip():
            text = text.lstrip(" \t\f")
        elif chunk.place.between_statements:
            return self._anew(raw, start)
        return replace(self, chunk=chunk)._statement_line(Line(start, text, raw))

    def _continues_starter(self, text: str) -> bool:
        """Whether a line after prose is the first line of the body that the starter leaves open."""
        return (
            self.chunk.margin is None
            and _is_indented(text)
            and bool(text.strip())
            and not text.lstrip().startswith(DEFINES)
            and Reading.after_starter(self.ending, self.starter).chunk.open_from is not None
            and all(
                self._is_given(line)
                for chunk in (*self.earlier, self.chunk)
                for line in chunk.lines
                if not line.is_remark
            )
        )

    def _at(self, position: int) -> Reading:
        return replace(self, position=position)

    def _anew(self, raw: str, start: int) -> Reading:
        """Reads a line as the first one of a new chunk, unless the answer ends before it."""
        reading = self._broken_off(start)
        return reading if reading.end is not None else reading._code(raw, start)

    def _statement_line(self, line: Line) -> Reading:
        """Reads a line of plain code."""
        chunk, text, given = self.chunk, line.text, self._is_given(line)
        place = scan(text, chunk.place).place
        longer = replace(self, chunk=chunk.with_line(line, place))
        if not chunk.place.between_statements:
            return longer if chunk.place.quotes or given else longer._checked()
        if not text.strip():
            return longer
        if _is_indented(text) and chunk.open_from is not None:
            return longer if given or self._takes_body(text) else self._behind_header(line)
        if chunk.open_from is not None and self._goes_on_with(text):
            return longer
        reading = self.closed
        if reading.end is not None and not given:
            return reading
        if reading is not self and reading.chunk.is_fresh:
            return reading._code(line.raw, line.start)
        if not line.is_remark:
            return reading._first_line(line)
        if given or not self.ending.is_whole(reading.chunk):
            return longer
        # Indented lines after a comment still belong to the open statement.
        return reading._weighed(line, longer)

    def _goes_on_with(self, text: str) -> bool:
        """Whether a line on the margin continues the open statement."""
        chunk = self.chunk
        if text.startswith("#"):
            return not chunk.may_stop
        if chunk.may_stop and not (chunk.takes_clause and _first_word(text) in _CLAUSES):
            return False
        return may_continue(chunk.open_text + text)

    def _takes_body(self, text: str) -> bool:
        """Whether an indented line belongs to the open statement, whose header may be a sentence."""
        chunk = self.chunk
        if not chunk.is_doubtful_header:
            return True
        header = parsed(f"{chunk.open_text}    pass\n")
        if header is not None and is_sentence(header, self._known):
            return False
        return may_continue(chunk.open_text + text)

    def _behind_header(self, line: Line) -> Reading:
        """Reads a line again after a supposed header that is no header."""
        reading = replace(self, chunk=self.chunk.without_open())._broken_off(self.chunk.open_lines[0].start)
        return reading if reading.end is not None else reading._code(line.raw, line.start)

    def _weighed(self, line: Line, longer: Reading) -> Reading:
        """Returns `longer` if a line after the whole answer may belong to it, else the end of the answer."""
        chunk = self.chunk
        if not self.ending.may_belong(chunk, self.names, line.text, finished=True):
            return self._ended(line.start)
        if self.ending.takes_all:
            return longer
        kept = line.start if chunk.kept is None else chunk.kept
        return replace(longer, chunk=replace(longer.chunk, kept=kept))

    def _first_line(self, line: Line) -> Reading:
        """Reads the first line of a statement."""
        chunk, text, given = self.chunk, line.text, self._is_given(line)
        if not given and self.ending.is_whole(chunk):
            reading = self._weighed(line, self)
            if reading.end is not None:
                return reading
            chunk = reading.chunk
        read = scan(text, MARGIN)
        longer = replace(self, chunk=chunk.with_line(line, read.place).opened())
        whole = not _is_indented(text) and not read.torn
        tree = parsed(text) if whole and read.place.between_statements else None
        if tree is not None and not given and self._is_words(tree):
            return replace(self, chunk=chunk)._prose(line)
        if tree is not None:
            return longer if longer.chunk.takes_clause else longer.closed
        if given or (whole and may_continue(text)):
            return longer
        return replace(self, chunk=chunk)._prose(line)

    def _prose(self, line: Line) -> Reading:
        """Skips a line that is no Python, or reads the code after a label or a line number on it."""
        if not self.chunk.has_code:
            found = LABEL.match(line.text)
            if found and may_continue(line.text[found.end() :]):
                text = line.text[found.end() :]
                return self._broken_off(line.start)._indented_line(text, text, line.start + found.end())
            for wrapping in WRAPPINGS:
                found = None if wrapping.sure or self.chunk.wrapping else wrapping.first.match(line.text)
                if found and may_continue(line.text[found.end() :].lstrip()):
                    text = line.text[found.end() :]
                    return self._wrapped(wrapping)._indented_line(text, text, line.start)
        return self._broken_off(line.start)

    def _is_given(self, line: Line) -> bool:
        """Whether a line belongs to the starter, which is always part of the answer."""
        return line.start < len(self.starter)

    def _with_statement(self, statement: Statement) -> Reading:
        """The state with the open statement closed as `statement`."""
        chunk = self.chunk
        if self._is_given(statement.lines[0]):
            return replace(self, chunk=chunk.with_statement(statement))
        if self._is_words(statement.tree):
            return replace(self, chunk=chunk.without_open())._broken_off(statement.start)
        needed = self.ending.is_needed(chunk, self.names, statement)
        if needed is False:
            return self._ended(statement.start)
        kept = chunk.kept
        if needed and kept is not None and kept <= statement.lines[-1].start:
            kept = None
        return replace(self, chunk=replace(chunk.with_statement(statement), kept=kept))

    def _is_words(self, tree: ast.Module | None) -> bool:
        """Whether a text that parses as Python is prose all the same."""
        return tree is not None and is_words(tree, self._known)

    @property
    def _known(self) -> Names:
        names = self.names + self.chunk.names
        return replace(names, bound=names.bound | self.ending.given_names)

    def _checked(self) -> Reading:
        """Checks that lines inside brackets are Python, each time their number has doubled."""
        chunk = self.chunk
        count = len(chunk.lines) - (chunk.open_from or 0)
        if count < 2 * max(1, chunk.looked_at):
            return self
        right = count if may_continue(chunk.open_text) else chunk.right_lines()
        if 0 < right < len(chunk.open_lines) and not _is_indented(chunk.open_lines[right].text):
            return self._split(right)
        return replace(self, chunk=replace(chunk, looked_at=count))

    def _split(self, right: int) -> Reading:
        """Closes the open statement after its first `right` lines and reads the other lines again."""
        begun, rest = self.chunk.split(right)
        place = MARGIN
        for line in begun.open_lines:
            place = scan(line.text, place).place
        reading = replace(self, chunk=replace(begun, place=place)).closed
        for line in rest:
            if reading.end is not None:
                break
            reading = reading._statement_line(line)
        return reading

    def _broken_off(self, at: int) -> Reading:
        """The state after an interruption that is no code: the answer ends at `at`, or a new chunk begins."""
        reading = self.closed
        if reading.end is not None:
            return reading
        if reading.ending.is_whole(reading.chunk):
            return reading._ended(at)
        return replace(
            reading,
            chunk=Chunk.after(self.ending.context),
            earlier=(*reading.earlier, reading.chunk) if reading.chunk.has_code else reading.earlier,
            names=reading.names + reading.chunk.names,
        )

    def _ended(self, at: int) -> Reading:
        return replace(self, end=at if self.chunk.kept is None else self.chunk.kept)

    def _end_in_code(self, raw: str) -> int | None:
        chunk = self.chunk
        if not chunk.place.between_statements:
            return None
        text = without_odd_characters(raw, chunk.place)
        found = chunk.wrapping.others.match(text) if chunk.wrapping is not None else None
        if chunk.wrapping is not None and found is None:
            return None
        text = text[found.end() :] if found else text
        margin = chunk.margin or ""
        text = text[len(margin) :] if text.startswith(margin) else ""
        if not text.strip() or _is_indented(text) or not chunk.may_stop:
            return None
        word = _first_word(text)
        if chunk.takes_clause and (word in _CLAUSES or (word == text and _begins_clause(word))):
            return None
        reading = self.closed
        if reading.end is not None or not self.ending.is_whole(reading.chunk):
            return reading.end
        belongs = self.ending.may_belong(reading.chunk, reading.names, text, finished=False)
        if belongs and self.ending.takes_all and not text.startswith("#"):
            belongs = line_may_continue(without_begun_mark(text))
        return reading._ended(self.position).end if belongs is False else None


def _first_word(text: str) -> str:
    found = _WORD.match(text)
    return found[0] if found else ""


def _begins_clause(word: str) -> bool:
    return any(clause.startswith(word) for clause in _CLAUSES)


def _is_indented(text: str) -> bool:
    return text[:1] in (" ", "\t", "\f")


def _has_returned(tree: ast.Module | None) -> bool:
    """Whether code ends with a function whose last statement is a return or raise."""
    last = tree.body[-1] if tree is not None and tree.body else None
    return isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef) and isinstance(
        last.body[-1], ast.Return | ast.Raise
    )


def _ended_line(text: str) -> str:
    """A part of a line as a whole line; a backslash at its end does not join it to the next line."""
    return f"{text} \n" if text.endswith("\\") else f"{text}\n"


def _next(raw: str, at: int) -> int:
    """The position after a mark from which to read on: the next line if the mark ends this one."""
    return at if raw[at:].strip() else len(raw)
