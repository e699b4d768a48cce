"""A real GGUF of 150 kB: random weights, byte vocabulary, loaded by llama.cpp like any other.

It makes no sense as a model; it exercises native code (decoding, forks, cache, tokenizer, chat template)
without a download.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

LAYERS = 2
WIDTH = 32
HEADS = 4
KV_HEADS = 2
FEED_FORWARD = 64
CONTEXT_TOKENS = 2048
CHAT_TEMPLATE = (
    "{% for m in messages %}<|user|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
_CONTROL = ["<|end|>", "<|user|>", "<|assistant|>"]


def _byte_symbols() -> list[str]:
    """GPT-2's printable stand-ins for the 256 bytes, in byte order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    stand_in = {byte: chr(byte) for byte in printable}
    extra = 256
    for byte in range(256):
        if byte not in stand_in:
            stand_in[byte] = chr(extra)
            extra += 1
    return [stand_in[byte] for byte in range(256)]


class TinyWriter:
    """A file of one architecture with the tokenizer all tiny models share; the seed gives the weights."""

    def __init__(self, path: Path, arch: str, seed: int, chat_template: str | None = CHAT_TEMPLATE) -> None:
        self._rng = np.random.default_rng(seed)
        self._path = path
        self.header = writer = gguf.GGUFWriter(path, arch)
        writer.add_name(f"tiny {arch}")
        writer.add_context_length(CONTEXT_TOKENS)
        writer.add_embedding_length(WIDTH)
        writer.add_block_count(LAYERS)
        writer.add_feed_forward_length(FEED_FORWARD)
        writer.add_head_count(HEADS)
        writer.add_rope_dimension_count(WIDTH // HEADS)
        writer.add_file_type(gguf.LlamaFileType.ALL_F32)
        symbols = _byte_symbols()
        # Indents are one token, as in real vocabularies.
        space = symbols[ord(" ")]
        merged = [space * 2, space * 4]
        tokens = symbols + merged + _CONTROL
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(tokens)
        normal, control = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL
        writer.add_token_types([normal] * (256 + len(merged)) + [control] * len(_CONTROL))
        writer.add_token_merges([f"{space} {space}", f"{space * 2} {space * 2}"])
        end = tokens.index("<|end|>")
        writer.add_eos_token_id(end)
        writer.add_bos_token_id(end)
        writer.add_add_bos_token(False)
        if chat_template is not None:
            writer.add_chat_template(chat_template)
        self._vocabulary = len(tokens)
        self.random("token_embd.weight", self._vocabulary, WIDTH)

    def random(self, name: str, *shape: int) -> None:
        """Normal weights, fan-in last."""
        self.tensor(name, self._rng.normal(0.0, 0.3, shape))

    def ones(self, name: str, width: int = WIDTH) -> None:
        """A norm that only normalises."""
        self.tensor(name, np.ones(width))

    def tensor(self, name: str, values: NDArray[np.float64]) -> None:
        """Given weights."""
        self.header.add_tensor(name, values.astype(np.float32))

    def attention(self, layer: int) -> None:
        """The projections of grouped attention."""
        key_width = WIDTH // HEADS * KV_HEADS
        self.random(f"blk.{layer}.attn_q.weight", WIDTH, WIDTH)
        self.random(f"blk.{layer}.attn_k.weight", key_width, WIDTH)
        self.random(f"blk.{layer}.attn_v.weight", key_width, WIDTH)
        self.random(f"blk.{layer}.attn_output.weight", WIDTH, WIDTH)

    def feed_forward(self, layer: int) -> None:
        """The projections of a gated feed-forward block."""
        self.random(f"blk.{layer}.ffn_gate.weight", FEED_FORWARD, WIDTH)
        self.random(f"blk.{layer}.ffn_up.weight", FEED_FORWARD, WIDTH)
        self.random(f"blk.{layer}.ffn_down.weight", WIDTH, FEED_FORWARD)

    def output(self) -> None:
        """A projection to the vocabulary that is not that of the embeddings."""
        self.random("output.weight", self._vocabulary, WIDTH)

    def write(self) -> Path:
        """Writes the file."""
        self.header.write_header_to_file()
        self.header.write_kv_data_to_file()
        self.header.write_tensors_to_file()
        self.header.close()
        return self._path


def write_tiny_gguf(path: Path, *, seed: int = 0, chat_template: str | None = CHAT_TEMPLATE) -> Path:
    """Writes the model; the same seed gives the same weights."""
    model = TinyWriter(path, "llama", seed, chat_template)
    model.header.add_head_count_kv(KV_HEADS)
    model.header.add_layer_norm_rms_eps(1e-5)
    for layer in range(LAYERS):
        model.ones(f"blk.{layer}.attn_norm.weight")
        model.attention(layer)
        model.ones(f"blk.{layer}.ffn_norm.weight")
        model.feed_forward(layer)
    model.ones("output_norm.weight")
    model.output()
    return model.write()
