"""Garbage is not collected while a program starts, and is again afterwards."""

from __future__ import annotations

import gc

from egcfg_tui.system import garbage


def test_nothing_is_collected_inside_and_what_is_there_then_is_taken_to_stay() -> None:
    try:
        with garbage.paused():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
