"""A moving picture made of pictures of the screen: one SVG, in which texts come and go from frame to frame.

A text that several frames show stands in the SVG once, and what comes and goes together is switched together,
so the film of a run is hardly larger than a few of its pictures. Browsers play it wherever they show a
picture; it needs no script. A film of one frame is a picture that stands still, smaller than what Textual
exports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_STYLE: Final = re.compile(r"\.(terminal-\w+-r\d+) \{ ([^}]*) \}")
_RECT: Final = re.compile(r'<rect fill="([^"]*)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"')
_TEXT: Final = re.compile(
    r'<text class="(terminal-\w+-r\d+)" (x="[\d.]+" y="[\d.]+" textLength="[\d.]+") '
    r'clip-path="url\(#terminal-\w+-line-\d+\)">(.*?)</text>',
    re.DOTALL,
)
_CLIP: Final = re.compile(r'<clipPath id="terminal-\w+-line-\d+">.*?</clipPath>\s*', re.DOTALL)
_SCREEN: Final = re.compile(r'(<g transform="translate\(9, 41\)"[^>]*>)(.*)</g>\s*</svg>', re.DOTALL)
_NAME: Final = re.compile(r"terminal-\w+?-(matrix|title|clip-terminal|line-\d+|r\d+)")


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture (an SVG as Textual exports it), shown for so many seconds."""

    svg: str
    seconds: float


def film(frames: Sequence[Frame]) -> str:
    """The frames as one SVG that plays them again and again. All must be of one size."""
    styles: dict[str, str] = {}
    starts = [sum(frame.seconds for frame in frames[:at]) for at in range(len(frames) + 1)]
    shown: dict[str, list[bool]] = {}
    for at, frame in enumerate(frames):
        for piece in _pieces(frame.svg, styles):
            shown.setdefault(piece, [False] * len(frames))[at] = True
    together: dict[tuple[bool, tuple[bool, ...]], list[str]] = {}
    for piece, when in shown.items():
        together.setdefault((piece.startswith("<text"), tuple(when)), []).append(piece)
    rects_first = sorted(together.items(), key=lambda item: item[0][0])
    body = [_timed("".join(pieces), when, starts) for (_, when), pieces in rects_first]
    return _around(frames[0].svg, styles, "\n".join(body))


def _pieces(svg: str, styles: dict[str, str]) -> list[str]:
    """The rectangles and texts of a picture. `styles` are the names of styles by what they say."""
    own = {name: styles.setdefault(rule, f"s{len(styles)}") for name, rule in _STYLE.findall(svg)}
    screen = _SCREEN.search(svg)
    if screen is None:
        raise ValueError("this is no picture of a screen")
    pieces = [rect.svg for rect in _merged(screen[2])]
    for style, place, text in _TEXT.findall(screen[2]):
        if text.replace("&#160;", ""):
            pieces.append(f'<text class="{own.get(style, "")}" {place}>{text}</text>')
    return pieces


@dataclass(frozen=True, slots=True)
class _Rect:
    """A coloured stretch of a row."""

    fill: str
    x: float
    y: float
    width: float

    @property
    def svg(self) -> str:
        place = f'x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="24.65"'
        return f'<rect fill="{self.fill}" {place} shape-rendering="crispEdges"/>'


def _merged(screen: str) -> list[_Rect]:
    """The rectangles behind the texts; neighbours of one colour as one."""
    rects: list[_Rect] = []
    for fill, x, y, width in _RECT.findall(screen):
        rect = _Rect(fill, float(x), float(y), float(width))
        last = rects[-1] if rects else None
        if last and (last.fill, last.y) == (fill, rect.y) and abs(last.x + last.width - rect.x) < 0.1:
            rects[-1] = _Rect(fill, last.x, last.y, last.width + rect.width)
        else:
            rects.append(rect)
    return rects


def _timed(content: str, shown: Sequence[bool], starts: Sequence[float]) -> str:
    """The content, seen in some of the frames only."""
    if all(shown):
        return content
    length = starts[-1]
    changes = [at for at in range(len(shown)) if at == 0 or shown[at] != shown[at - 1]]
    values = ";".join("inline" if shown[at] else "none" for at in changes)
    times = ";".join(f"{starts[at] / length:.4f}" for at in changes)
    animate = (
        f'<animate attributeName="display" values="{values}" keyTimes="{times}" '
        f'dur="{length:g}s" calcMode="discrete" repeatCount="indefinite"/>'
    )
    first = "" if shown[0] else ' display="none"'
    return f"<g{first}>{animate}{content}</g>"


def _around(svg: str, styles: Mapping[str, str], body: str) -> str:
    """The window of the first picture, with the styles and the body of the film in it."""
    rules = "\n".join(f".{name} {{ {rule} }}" for rule, name in styles.items())
    svg = _CLIP.sub("", _STYLE.sub("", svg)).replace("</style>", f"{rules}\n</style>", 1)
    svg = _SCREEN.sub(lambda found: f'{found[1]}<g class="terminal-x-matrix">{body}</g></g></svg>', svg)
    return _NAME.sub(r"film-\1", svg)
