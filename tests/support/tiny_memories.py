"""Tiny GGUF files whose memory is not one row of keys and values per token.

`recurrent` (Mamba) keeps one state per sequence. `sliding` (Cohere 2) has a layer that forgets tokens before
a window. `hybrid` (LFM2) has a recurrent and an attention layer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from support.tiny_gguf import KV_HEADS, LAYERS, WIDTH, TinyWriter, write_tiny_gguf

WINDOW_TOKENS: Final = 24

_INNER = 2 * WIDTH
_STATES = 8
_KERNEL = 4
_RANK = 4


def write_recurrent_gguf(path: Path, *, seed: int = 0) -> Path:
    """A Mamba of two layers."""
    model = TinyWriter(path, "mamba", seed)
    header = model.header
    header.add_layer_norm_rms_eps(1e-5)
    header.add_ssm_conv_kernel(_KERNEL)
    header.add_ssm_inner_size(_INNER)
    header.add_ssm_state_size(_STATES)
    header.add_ssm_time_step_rank(_RANK)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        model.ones(f"{block}.attn_norm.weight")
        model.random(f"{block}.ssm_in.weight", 2 * _INNER, WIDTH)
        model.random(f"{block}.ssm_conv1d.weight", _INNER, _KERNEL)
        model.random(f"{block}.ssm_conv1d.bias", _INNER)
        model.random(f"{block}.ssm_x.weight", _RANK + 2 * _STATES, _INNER)
        model.random(f"{block}.ssm_dt.weight", _INNER, _RANK)
        model.random(f"{block}.ssm_dt.bias", _INNER)
        # Negative, so that states decay.
        model.tensor(f"{block}.ssm_a", -np.tile(np.arange(1.0, _STATES + 1) / 4, (_INNER, 1)))
        model.ones(f"{block}.ssm_d", _INNER)
        model.random(f"{block}.ssm_out.weight", WIDTH, _INNER)
    model.ones("output_norm.weight")
    model.output()
    return model.write()


def write_sliding_gguf(path: Path, *, seed: int = 0) -> Path:
    """A Cohere 2 of two layers: the first sees `WINDOW_TOKENS` tokens, the second all."""
    model = TinyWriter(path, "cohere2", seed)
    header = model.header
    header.add_head_count_kv(KV_HEADS)
    header.add_layer_norm_eps(1e-5)
    header.add_logit_scale(1.0)
    header.add_sliding_window(WINDOW_TOKENS)
    header.add_sliding_window_pattern([True, False])
    for layer in range(LAYERS):
        model.ones(f"blk.{layer}.attn_norm.weight")
        model.attention(layer)
        model.feed_forward(layer)
    model.ones("output_norm.weight")
    return model.write()


def write_hybrid_gguf(path: Path, *, seed: int = 0) -> Path:
    """An LFM2 of two layers: a short convolution, then attention."""
    model = TinyWriter(path, "lfm2", seed)
    header = model.header
    header.add_head_count_kv([0, KV_HEADS])
    header.add_layer_norm_rms_eps(1e-5)
    header.add_shortconv_l_cache(_KERNEL)
    for layer in range(LAYERS):
        model.ones(f"blk.{layer}.attn_norm.weight")
        model.ones(f"blk.{layer}.ffn_norm.weight")
        model.feed_forward(layer)
    model.random("blk.0.shortconv.conv.weight", WIDTH, _KERNEL)
    model.random("blk.0.shortconv.in_proj.weight", 3 * WIDTH, WIDTH)
    model.random("blk.0.shortconv.out_proj.weight", WIDTH, WIDTH)
    model.attention(1)
    head_width = WIDTH // 4
    model.ones("blk.1.attn_q_norm.weight", head_width)
    model.ones("blk.1.attn_k_norm.weight", head_width)
    model.ones("token_embd_norm.weight")
    model.output()
    return model.write()


MEMORIES: Final = {
    "attention": write_tiny_gguf,
    "recurrent": write_recurrent_gguf,
    "sliding": write_sliding_gguf,
    "hybrid": write_hybrid_gguf,
}
"""Writers by the kind of memory."""
