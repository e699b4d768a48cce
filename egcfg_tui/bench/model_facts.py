"""Facts about a model before it is loaded: identity, load options, and whether it fits into memory."""

from __future__ import annotations

import hashlib
import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from egcfg_tui.bench.plan import PlannedModel
from egcfg_tui.engine.api import DEFAULT_CONTEXT_TOKENS, ModelSpec
from egcfg_tui.models.checksums import sha256_of
from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.gguf_header import read_header, read_values
from egcfg_tui.models.quantisation import quantisation_name
from egcfg_tui.solving.process.server import sequences_that_fit
from egcfg_tui.system.cores import usable_cores

_TYPE = "general.file_type"
_TEMPLATE = "tokenizer.chat_template"


def planned_models(specs: Sequence[ModelSpec]) -> tuple[PlannedModel, ...]:
    """The plan entries of the models. Raises `ModelError` for a model that does not fit into memory.

    Only the native library knows how it would load them, so a separate process asks it.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=_leave_interrupts_to_the_parent) as process:
        try:
            return tuple(process.map(_planned, specs))
        except BrokenProcessPool:
            raise ModelError(
                "the engine's library crashed while it was loaded; see `egcfg-tui doctor`"
            ) from None


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _planned(spec: ModelSpec) -> PlannedModel:
    if spec.stand_in:
        return _planned_stand_in(spec)
    from egcfg_tui.engine import llama

    sequences_that_fit(spec)
    values = read_values(spec.path, (_TYPE, _TEMPLATE))
    file_type, template = values.get(_TYPE), values.get(_TEMPLATE)
    trained = read_header(spec.path).context_tokens or DEFAULT_CONTEXT_TOKENS
    return PlannedModel(
        name=spec.name,
        sha256=sha256_of(spec.path),
        quantisation=quantisation_name(file_type if isinstance(file_type, int) else None),
        size_bytes=spec.path.stat().st_size,
        template_sha256=hashlib.sha256(template.encode()).hexdigest() if isinstance(template, str) else None,
        context_tokens=spec.context_tokens or min(DEFAULT_CONTEXT_TOKENS, trained),
        threads=spec.threads or usable_cores(),
        batch_tokens=llama.batch_tokens_for(spec),
        backend="gpu" if llama.offloads(spec) else "cpu",
        cache_type=spec.cache_type,
        flash_attention=spec.flash_attention,
        gpu_layers=spec.gpu_layers,
    )


def _planned_stand_in(spec: ModelSpec) -> PlannedModel:
    """The plan entry of a stand-in for a model, whose identity is the content of its text."""
    return PlannedModel(
        name=spec.name,
        sha256=sha256_of(spec.path),
        quantisation="none",
        size_bytes=spec.path.stat().st_size,
        template_sha256=None,
        context_tokens=spec.context_tokens or 0,
        threads=1,
        batch_tokens=0,
        backend="cpu",
        cache_type=spec.cache_type,
    )
