"""A scrolling panel of styled lines, the base of everything that shows code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from egcfg_tui.tui.styles import MUTED, NOTE


class LinesPanel(ScrollView, can_focus=True):
    """Lines that never wrap: one wider than the panel ends in an ellipsis and scrolls sideways.

    Only lines in sight are rendered, and setting equal lines again costs no redraw, so it can be fed on
    every tick of the screen.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--marked", "lines--more"}

    DEFAULT_CSS = """
    LinesPanel {
        scrollbar-size-horizontal: 0;
        scrollbar-size-vertical: 1;
        .lines--marked { background: $primary 14%; }
        .lines--more { color: $foreground 55%; }
    }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._lines: tuple[Content, ...] = ()
        self._marked: range = range(0)
        self._redraw: Callable[[], None] | None = None

    def on_resize(self) -> None:
        """Draws again what was shown last: some lines are cut to the width."""
        if self._redraw is not None:
            self._redraw()

    @property
    def line_width(self) -> int:
        """Cells that a line may take without being cut off."""
        return max(1, self.scrollable_content_region.width)

    @property
    def plain(self) -> str:
        """The text as it is shown, without colours."""
        return "\n".join(line.plain for line in self._lines)

    def set_title(self, title: Content | str, *notes: Content | str) -> None:
        """What stands in the border; never read as markup. Empty notes are left out."""
        shown = [title if isinstance(title, Content) else Content(title)]
        for note in notes:
            if note:
                shown.append(Content.styled(note, NOTE) if isinstance(note, str) else note)
        heading = Content.styled(" · ", NOTE).join(shown)
        if self._border_title is None or not self._border_title.is_same(heading):
            self.border_title = heading

    def set_lines(self, lines: Sequence[Content], marked: range = range(0)) -> None:
        """Shows `lines`; those whose index is in `marked` get the marked background."""
        if marked == self._marked and _same(lines, self._lines):
            return
        self._lines, self._marked = tuple(lines), marked
        width = max((line.cell_length for line in lines), default=0)
        self.virtual_size = Size(width, len(lines))
        self.refresh()

    def show_line(self, index: int) -> None:
        """Scrolls no further than needed to have line `index` in sight."""
        height = self.scrollable_content_region.height
        if height <= 0:
            return
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """Draws one visible row; part of Textual's line interface."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        row = top + y
        marked = row in self._marked
        style = self.get_visual_style("lines--marked") if marked else self.visual_style
        if row >= len(self._lines):
            return Strip.blank(width, self.visual_style.rich_style)
        line = self._lines[row]
        strips = Visual.to_strips(self, line, max(1, line.cell_length), 1, style, apply_selection=False)
        strip = strips[0].crop_extend(left, left + width, style.rich_style)
        if line.cell_length > left + width > 0:
            more = Content.styled("…", MUTED)
            end = Visual.to_strips(self, more, 1, 1, style, apply_selection=False)
            strip = Strip.join([strip.crop(0, width - 1), end[0]])
        return strip


def wrapped(text: Content, width: int, indent: int) -> list[Content]:
    """`text` over as many lines as it needs, all indented; broken between words where that is possible."""
    return [Content(" " * indent) + part for part in text.wrap(max(8, width - indent))]


def _same(left: Sequence[Content], right: Sequence[Content]) -> bool:
    return len(left) == len(right) and all(one.is_same(other) for one, other in zip(left, right, strict=True))
