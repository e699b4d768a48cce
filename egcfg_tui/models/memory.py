"""Whether a model fits into memory, asked before the native library tries and the system kills it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.gguf_header import read_header
from egcfg_tui.models.units import megabytes

_BYTES: Final = {"f16": 2.0, "f32": 4.0, "q8_0": 34 / 32}
"""Bytes of one number in a cache of each type."""

_OVERHEAD_BYTES: Final = 64 * 1024 * 1024
"""Interpreter, library and small buffers."""

_CGROUP: Final = Path("/sys/fs/cgroup")


def check_memory(
    path: Path,
    context_tokens: int,
    *,
    batch_tokens: int = 256,
    cache_type: str = "f16",
    sequences: int = 64,
    weights_on_gpu: bool = False,
) -> None:
    """Raises `ModelError` when the model with that context surely does not fit into this machine."""
    needed = needed_bytes(
        path, context_tokens, batch_tokens=batch_tokens, cache_type=cache_type, sequences=sequences
    )
    if weights_on_gpu:
        needed -= path.stat().st_size
    available = available_bytes()
    if available is not None and needed > available:
        raise ModelError(
            f"not enough memory for the model: {path.name} with a context of {context_tokens} tokens needs "
            f"about {megabytes(needed)}, {megabytes(available)} are available\n"
            "Close other programs, use a smaller --context, or a smaller model: egcfg-tui models list"
        )


def needed_bytes(
    path: Path,
    context_tokens: int,
    *,
    batch_tokens: int = 256,
    cache_type: str = "f16",
    sequences: int = 64,
) -> int:
    """An estimate: weights, keys and values of the context, recurrent states of all sequences, and the rows
    of one batch, in the network and behind it.

    Weights that are rearranged for the processor take the place of those in the file, whose pages are dropped
    on demand: they are counted once.
    """
    header = read_header(path)
    heads = header.kv_heads if len(header.kv_heads) > 1 else header.kv_heads * header.layers
    cache = int(_BYTES[cache_type] * context_tokens * sum(heads) * (header.key_length + header.value_length))
    recurrent_layers = heads.count(0) or header.layers
    states = 4 * sequences * recurrent_layers * header.state_numbers
    rows = 2 * 4 * batch_tokens * header.vocabulary
    return path.stat().st_size + cache + states + rows + _OVERHEAD_BYTES


def available_bytes() -> int | None:
    """Memory a new process can have without pushing others out; None where the system does not say."""
    known = [_free_on_macos() if sys.platform == "darwin" else _free_on_linux(), _left_in_container()]
    return min((value for value in known if value is not None), default=None)


def _free_on_linux() -> int | None:
    match = re.search(r"^MemAvailable:\s*(\d+) kB$", _text(Path("/proc/meminfo")), re.MULTILINE)
    return int(match[1]) * 1024 if match else None


def _left_in_container() -> int | None:
    """What the control group still allows; file pages count as free, they are dropped on demand."""
    limit, used = _text(_CGROUP / "memory.max").strip(), _text(_CGROUP / "memory.current").strip()
    if not limit.isdigit() or not used.isdigit():
        return None
    pages = re.search(r"^file (\d+)$", _text(_CGROUP / "memory.stat"), re.MULTILINE)
    return max(0, int(limit) - int(used) + (int(pages[1]) if pages else 0))


def _free_on_macos() -> int | None:
    try:
        text = subprocess.run(["vm_stat"], capture_output=True, encoding="utf-8", timeout=5).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    page = re.search(r"page size of (\d+) bytes", text)
    pages = re.findall(r"^Pages (?:free|inactive|speculative|purgeable):\s+(\d+)\.", text, re.MULTILINE)
    return int(page[1]) * sum(map(int, pages)) if page and pages else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
