"""After the pools are filled, what is allocated next begins new ones."""

from __future__ import annotations

import gc
import sys

import pytest

from egcfg_sandbox.server import pools

# Sizes that the interpreter itself asks for rarely, so that nothing comes between.
_SIZES = range(300, 470, 16)


@pytest.mark.skipif(
    sys.implementation.name != "cpython" or bool(sys.flags.dev_mode), reason="about CPython's own allocator"
)
def test_what_is_allocated_next_begins_new_pools() -> None:
    gc.collect()
    # Half-used pools of each size.
    strewn = [[bytes(size) for _ in range(500)][::3] for size in _SIZES]
    before = sum(pools.begins_pool(bytes(size)) for size in _SIZES)
    pools.fill()
    after = sum(pools.begins_pool(bytes(size)) for size in _SIZES)
    assert strewn
    assert before < len(_SIZES) // 2
    assert after > len(_SIZES) // 2
