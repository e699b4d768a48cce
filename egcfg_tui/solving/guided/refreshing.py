"""When a guided trial renews its signal, and what the signal in force covers."""

from __future__ import annotations

from collections.abc import Sequence

from egcfg_tui.solving.request.settings import RefreshMode, Settings


def refresh_is_due(settings: Settings, lines_since: int | None, code: str, covered: Sequence[str]) -> bool:
    """Whether the next line, or in token mode the next token, needs a new signal.

    `lines_since` the last signal, None without one; `covered` are the codes that the runs behind it
    executed. Persistent prefix: what was executed still tells about the code as long as one of them goes on
    from it; a signal costs more than the line it steers, so it stays until then.
    """
    match settings.refresh_mode:
        case RefreshMode.TOKEN:
            return True
        case RefreshMode.LINE:
            return lines_since is None or lines_since >= settings.refresh
        case RefreshMode.PERSISTENT_PREFIX:
            return not any(len(other) > len(code) and other.startswith(code) for other in covered)
