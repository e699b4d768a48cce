"""A scrolling panel of styled lines, the base of everything that shows code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from egcfg_tui.tui.styles import MUTED, NOTE

WIDTH_STRIDE: Final = 40


class LinesPanel(ScrollView, can_focus=True):
    """Lines that never wrap: one wider than the panel ends in an ellipsis and scrolls sideways.

    Only lines in sight are drawn, each once until it changes, so the panel can be fed on every tick.
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
        self._strips: dict[int, Strip] = {}
        self._redraw: Callable[[], None] | None = None

    def on_resize(self) -> None:
        """Draws again what was shown last: some lines are cut to the width."""
        if self._redraw is not None:
            self._redraw()
        self._fit()

    @property
    def line_width(self) -> int:
        """Cells that a line may take without being cut off. One stays free for the scrollbar, so that its
        coming and going never wraps anew.
        """
        return max(1, self.size.width - 1)

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
        old, old_marked = self._lines, self._marked
        self._lines, self._marked = tuple(lines), marked
        changed = [
            row
            for row, line in enumerate(self._lines)
            if row >= len(old)
            or not (line is old[row] or line.is_same(old[row]))
            or (row in marked) != (row in old_marked)
        ]
        for row in (*changed, *range(len(lines), len(old))):
            self._strips.pop(row, None)
        self._fit()
        if len(lines) != len(old):
            self.refresh()
        elif changed:
            self.refresh_lines(changed[0], changed[-1] - changed[0] + 1)

    def explain(self, text: str, after: Sequence[Content] = ()) -> None:
        """Shows, over as many lines as it needs, why there is nothing to see but the lines of `after`."""
        rows = (wrapped(Content.styled(row, MUTED), self.line_width, 1) for row in text.split("\n"))
        self.set_lines([*after, *(line for lines in rows for line in lines)])

    def _fit(self) -> None:
        """Tells Textual how far there is to scroll. Each change costs a layout of the whole screen, so what
        fits counts as nothing and widths grow in strides."""
        room = self.scrollable_content_region.size
        width = max((line.cell_length for line in self._lines), default=0)
        stride = -(-width // WIDTH_STRIDE) * WIDTH_STRIDE if width > room.width else 0
        height = len(self._lines) if len(self._lines) > room.height else 0
        self.virtual_size = Size(stride, height)

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
        if row >= len(self._lines):
            return Strip.blank(width, self.visual_style.rich_style)
        style = self.get_visual_style("lines--marked") if row in self._marked else self.visual_style
        strip = self._strips.get(row)
        if strip is None:
            strip = self._strips[row] = self._drawn(self._lines[row], style)
        strip_width = strip.cell_length
        strip = strip.crop_extend(left, left + width, style.rich_style)
        if strip_width > left + width:
            more = self._drawn(Content.styled("…", MUTED), style)
            strip = Strip.join([strip.crop(0, width - 1), more])
        return strip

    def notify_style_update(self) -> None:
        """Forgets what was drawn in the old colours."""
        self._strips.clear()
        super().notify_style_update()

    def _drawn(self, line: Content, style: Style) -> Strip:
        width = max(1, line.cell_length)
        return Visual.to_strips(self, line, width, 1, style, apply_selection=False)[0]


def wrapped(text: Content, width: int, indent: int) -> list[Content]:
    """`text` over as many lines as it needs, all indented; broken between words where that is possible."""
    return [Content(" " * indent) + part for part in text.wrap(max(8, width - indent))]
