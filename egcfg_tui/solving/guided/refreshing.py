"""Decides when a guided trial makes a new signal."""

from __future__ import annotations

from collections.abc import Sequence

from egcfg_tui.solving.request.settings import RefreshMode, Settings


def refresh_is_due(settings: Settings, lines_since: int | None, code: str, covered: Sequence[str]) -> bool:
    """Whether the next line (in token mode the next token) needs a new signal.

    `lines_since` counts the lines since the last signal, None without one. `covered` are the codes that were
    executed for that signal. In mode persistent prefix the signal stays as long as one of these continues the
    present code: it then still says something about it, and a signal costs more than the line that it steers.
    """
    match settings.refresh_mode:
        case RefreshMode.TOKEN:
            return True
        case RefreshMode.LINE:
            return lines_since is None or lines_since >= settings.refresh
        case RefreshMode.PERSISTENT_PREFIX:
            return not any(len(other) > len(code) and other.startswith(code) for other in covered)
