"""The native engine: llama.cpp through llama-cpp-python's low-level API."""

from __future__ import annotations

import ctypes
import os
from typing import Any, Final

import numpy as np

from egcfg_tui.engine import native_log
from egcfg_tui.engine.api import DEFAULT_CONTEXT_TOKENS, EngineError, Inference, Logits, ModelInfo, ModelSpec
from egcfg_tui.engine.branches import BatchToken, SequenceEngine
from egcfg_tui.engine.fingerprints import fingerprint
from egcfg_tui.engine.native import llama_cpp
from egcfg_tui.engine.stop_flag import StopFlag, native_callback
from egcfg_tui.system.cores import usable_cores

MAX_BRANCHES: Final = 64
GPU_BATCH_TOKENS: Final = 512
# A second batch costs 40 to 60 ms more than the same tokens in the first one, and most signals fit into this
# size together with the tokens after them. A larger batch would report progress less often.
CPU_BATCH_TOKENS: Final = 256

_CACHE_TYPES: Final = {
    "f16": llama_cpp.GGML_TYPE_F16,
    "f32": llama_cpp.GGML_TYPE_F32,
    "q8_0": llama_cpp.GGML_TYPE_Q8_0,
}


class LlamaEngine(SequenceEngine):
    """A GGUF model in one llama.cpp context with a unified cache.

    Raises `EngineError` when the model cannot be loaded or the context cannot be made; the text includes the
    native log line that explains it.
    """

    def __init__(
        self, spec: ModelSpec, stop: StopFlag | None = None, *, branches_per_batch: int | None = None
    ) -> None:
        native_log.install()
        llama_cpp.llama_backend_init()
        _check_options(spec)
        self._stop = stop or StopFlag()
        self._model = _load_model(spec)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        trained = llama_cpp.llama_model_n_ctx_train(self._model)
        wanted = spec.context_tokens or min(DEFAULT_CONTEXT_TOKENS, trained)
        batch_tokens = batch_tokens_for(spec)
        self._context = _make_context(self._model, spec, wanted, batch_tokens)
        self._memory = llama_cpp.llama_get_memory(self._context)
        can_rewind = _can_rewind(self._context, self._memory)
        llama_cpp.llama_set_abort_callback(
            self._context,
            ctypes.cast(native_callback(), llama_cpp.ggml_abort_callback),
            self._stop.address,
        )
        window = llama_cpp.llama_model_n_swa(self._model)
        # If the window is as long as the context, no token ever leaves it.
        slides = 0 < window < llama_cpp.llama_n_ctx(self._context)
        self._window_tokens = window if slides and can_rewind else 0
        sequences = spec.sequences or MAX_BRANCHES
        # For sliding-window models the last id is reserved for `_keep_windows`; no branch gets it.
        self._keeper = sequences - 1
        self._batch = llama_cpp.llama_batch_init(batch_tokens, 0, sequences)
        # Views of the native arrays: one assignment fills a field of all tokens.
        capacity = (batch_tokens,)
        self._batch_token = np.ctypeslib.as_array(self._batch.token, capacity)
        self._batch_position = np.ctypeslib.as_array(self._batch.pos, capacity)
        self._batch_wanted = np.ctypeslib.as_array(self._batch.logits, capacity)
        self._batch_sharers = np.ctypeslib.as_array(self._batch.n_seq_id, capacity)
        self._batch_sequences = [
            np.ctypeslib.as_array(self._batch.seq_id[index], (sequences,)) for index in range(batch_tokens)
        ]
        super().__init__(
            ModelInfo(
                name=spec.name,
                description=_description(self._model),
                backend=_backend(spec),
                vocab_size=llama_cpp.llama_vocab_n_tokens(self._vocab),
                context_tokens=llama_cpp.llama_n_ctx(self._context),
                max_branches=self._keeper if self._window_tokens else sequences,
                chat_template=_text(llama_cpp.llama_model_chat_template(self._model, None)),
                bos_text=self._name(llama_cpp.llama_vocab_bos(self._vocab)),
                eos_text=self._name(llama_cpp.llama_vocab_eos(self._vocab)),
                can_rewind=can_rewind,
                # A saved state lacks the tokens that have left the window. Once loaded it fills other cells
                # than a prefill and rounds differently, so a seed would no longer give the same run.
                fingerprint=""
                if slides
                else fingerprint(
                    spec.path,
                    llama_cpp.__version__,
                    llama_cpp.llama_print_system_info(),
                    llama_cpp.llama_n_ctx(self._context),
                    batch_tokens,
                    spec.gpu_layers,
                    spec.flash_attention,
                    spec.cache_type,
                ),
            ),
            batch_tokens,
            branches_per_batch,
        )
        self._pieces: dict[int, bytes] = {}

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """The tokens of a text and no others. `special`: control tokens are recognised in the text.

        Raises `EngineError` when the tokenizer refuses the text.
        """
        data = text.encode("utf-8", "surrogatepass")
        capacity = len(data) + 8
        buffer = (llama_cpp.llama_token * capacity)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), buffer, capacity, False, special)
        if count < 0:
            raise EngineError(f"the tokenizer refused a text of {len(data)} bytes")
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of a token; empty for control tokens."""
        known = self._pieces.get(token)
        if known is None:
            buffer = ctypes.create_string_buffer(256)
            size = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            if size < 0:
                buffer = ctypes.create_string_buffer(-size)
                size = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            known = self._pieces[token] = buffer.raw[:size]
        return known

    def control_text(self, token: int) -> str:
        """The text that a chat template writes for a control token; empty for any other token."""
        return "" if self.piece(token) else self._name(token)

    def is_end(self, token: int) -> bool:
        """Whether the token ends a generation."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def close(self) -> None:
        """Frees the model; its branches cannot be used afterwards."""
        if self._model is not None:
            llama_cpp.llama_batch_free(self._batch)
            llama_cpp.llama_free(self._context)
            llama_cpp.llama_model_free(self._model)
            self._model = None

    def _decode(self, batch: list[BatchToken]) -> tuple[Inference, list[Logits]]:
        count = len(batch)
        self._batch.n_tokens = count
        self._batch_token[:count] = [entry.token for entry in batch]
        self._batch_position[:count] = [entry.position for entry in batch]
        self._batch_wanted[:count] = [entry.wanted for entry in batch]
        sharers = [self.sequences_of(entry) for entry in batch]
        self._batch_sharers[:count] = [len(sequences) for sequences in sharers]
        for target, sequences in zip(self._batch_sequences, sharers, strict=False):
            target[: len(sequences)] = sequences
        if self._window_tokens:
            self._keep_windows()
        code = llama_cpp.llama_decode(self._context, self._batch)
        if code == 1:
            return Inference.NO_SLOT, []
        if code == 2:
            return Inference.ABORTED, []
        if code != 0:
            raise EngineError(_explain(f"the model could not be evaluated (llama_decode returned {code})"))
        if self._stop.is_set:
            # A stop between two graph nodes of the last layer may be reported as success.
            llama_cpp.llama_synchronize(self._context)
            return Inference.ABORTED, []
        return Inference.DONE, [self._row(index) for index, entry in enumerate(batch) if entry.wanted]

    def _row(self, index: int) -> Logits:
        pointer = llama_cpp.llama_get_logits_ith(self._context, index)
        # A copy, because the next decode overwrites the native buffer.
        return np.array(np.ctypeslib.as_array(pointer, (self.info.vocab_size,)), dtype=np.float32, copy=True)

    def _copy(self, source: int, target: int, length: int) -> None:
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def _keep_windows(self) -> None:
        """Makes one extra sequence share every cell in use, so that sliding-window models can rewind.

        llama.cpp may give a cell that has left its window to new tokens, but only if a single sequence holds
        it. The extra sequence is in no batch, so it changes no logits.
        """
        llama_cpp.llama_memory_seq_rm(self._memory, self._keeper, -1, -1)
        for sequence in self._branches:
            llama_cpp.llama_memory_seq_cp(self._memory, sequence, self._keeper, -1, -1)

    def _cut(self, sequence: int, length: int) -> bool:
        # llama.cpp also cuts when the window before the cut is gone; the next logits would then be wrong.
        oldest = llama_cpp.llama_memory_seq_pos_min(self._memory, sequence)
        if self._window_tokens and length and oldest > max(0, length - self._window_tokens):
            return False
        return bool(llama_cpp.llama_memory_seq_rm(self._memory, sequence, length, -1))

    def _save(self, sequence: int) -> bytes:
        size = llama_cpp.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        written = llama_cpp.llama_state_seq_get_data(self._context, buffer, size, sequence)
        if written == 0:
            raise EngineError("the model's state could not be copied; it cannot be rewound")
        return bytes(memoryview(buffer)[:written])

    def _load(self, sequence: int, state: bytes) -> None:
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        self._cut(sequence, 0)
        if llama_cpp.llama_state_seq_set_data(self._context, buffer, len(state), sequence) == 0:
            self._cut(sequence, 0)
            raise EngineError("a saved state does not fit this model's context")

    def _name(self, token: int) -> str:
        """The vocabulary's text of a token; empty for a negative number, which stands for no token."""
        if token < 0:
            return ""
        return _text(llama_cpp.llama_vocab_get_text(self._vocab, token)) or ""


def _check_options(spec: ModelSpec) -> None:
    """Raises `EngineError` for options that this build cannot serve, before anything is loaded."""
    if spec.gpu_layers > 0 and not llama_cpp.llama_supports_gpu_offload():
        raise EngineError(
            f"{spec.gpu_layers} layers of the model cannot go to a GPU: this build of llama.cpp has none to "
            "use (`egcfg-tui doctor`, docs/gpu.md); leave out --gpu-layers to compute on the CPU"
        )
    if spec.cache_type == "q8_0" and spec.flash_attention is False:
        raise EngineError(
            "a cache of type q8_0 needs flash attention; leave out --flash-attention off, or use "
            "--cache-type f16"
        )


def may_rearrange_weights() -> bool:
    """Whether llama.cpp may keep weights in an order that suits the processor.

    Not on a processor with AMX. Compilers optimise away the tile configuration of llama.cpp's AMX kernels,
    which then crash the process (ggml-org/llama.cpp pull request 26954). Only rearranged weights reach these
    kernels.
    """
    return "amx_int8 = 1" not in _features()


def _load_model(spec: ModelSpec) -> Any:
    if not spec.path.is_file():
        raise EngineError(
            f"model file {spec.path} does not exist; `egcfg-tui models list` shows what is there"
        )
    parameters = llama_cpp.llama_model_default_params()
    parameters.n_gpu_layers = spec.gpu_layers
    parameters.use_extra_bufts = may_rearrange_weights()
    native_log.recent_errors()
    model = llama_cpp.llama_model_load_from_file(os.fsencode(spec.path), parameters)
    if not model:
        raise EngineError(
            f"{_explain(f'model file {spec.path} cannot be loaded')}; fetch it again, or use another model"
        )
    return model


def _make_context(model: Any, spec: ModelSpec, context_tokens: int, batch_tokens: int) -> Any:
    threads = spec.threads or usable_cores()
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx = context_tokens
    parameters.n_batch = batch_tokens
    parameters.n_ubatch = batch_tokens
    parameters.n_seq_max = spec.sequences or MAX_BRANCHES
    parameters.n_threads = threads
    parameters.n_threads_batch = threads
    parameters.kv_unified = True
    parameters.type_k = parameters.type_v = _CACHE_TYPES[spec.cache_type]
    if spec.flash_attention is not None:
        parameters.flash_attn_type = int(spec.flash_attention)
    parameters.no_perf = True
    context = llama_cpp.llama_init_from_model(model, parameters)
    if not context:
        message = _explain(f"no context of {context_tokens} tokens could be made")
        llama_cpp.llama_model_free(model)
        other = "" if spec.cache_type == "f16" else " or --cache-type f16"
        raise EngineError(f"{message}; try a smaller --context{other}")
    return context


def _can_rewind(context: Any, memory: Any) -> bool:
    """Whether the memory can be cut. The function tries it: it evaluates two tokens and cuts one.

    The try costs one small decode and works for architectures that we do not know. The flags of an
    architecture do not tell, since some recurrent memories can go back a few tokens. The abort callback is
    set only afterwards: a stop during the try would look like a failure of the model.
    """
    tokens = (llama_cpp.llama_token * 2)(0, 0)
    if llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(tokens, 2)) != 0:
        raise EngineError(_explain("the model could not be evaluated"))
    cut = bool(llama_cpp.llama_memory_seq_rm(memory, 0, 1, -1))
    llama_cpp.llama_memory_seq_rm(memory, 0, -1, -1)
    return cut


def _explain(message: str) -> str:
    """The message with the first error line of native code; the later ones are only its consequences."""
    lines = native_log.recent_errors()
    return f"{message}: {lines[0]}" if lines else message


def _description(model: Any) -> str:
    buffer = ctypes.create_string_buffer(128)
    llama_cpp.llama_model_desc(model, buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace")


def batch_tokens_for(spec: ModelSpec) -> int:
    """The most tokens of one decode; llama.cpp aborts on a batch smaller than the number of sequences."""
    wanted = spec.batch_tokens or (GPU_BATCH_TOKENS if offloads(spec) else CPU_BATCH_TOKENS)
    return max(wanted, MAX_BRANCHES)


def offloads(spec: ModelSpec) -> bool:
    """Whether layers of the model go to a GPU."""
    return spec.gpu_layers != 0 and bool(llama_cpp.llama_supports_gpu_offload())


def _backend(spec: ModelSpec) -> str:
    if not offloads(spec):
        return "cpu"
    features = _features()
    return "cuda" if "cuda" in features else "metal" if "metal" in features else "gpu"


def _features() -> str:
    """The features that this build of llama.cpp uses, in lower case: `cpu : avx2 = 1 | ...`."""
    return str(llama_cpp.llama_print_system_info().decode("utf-8", "replace")).lower()


def _text(data: bytes | None) -> str | None:
    return data.decode("utf-8", "replace") if data else None
