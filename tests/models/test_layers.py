"""How many numbers the layers of a model keep, by the keys of its header."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_models import gguf_bytes

from egcfg_tui.models.gguf_header import Header, read_header

HEAD = 16 + 16
"""Numbers of one head's keys and values."""

SHORT_CONVOLUTION = 2 * 64
"""Numbers of one state: the two last inputs of a convolution over three."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def header(folder: Path, architecture: str = "tiny", **keys: int | list[int]) -> Header:
    """The header of a model with eight layers, each with two heads of keys and values."""
    given = {
        "block_count": 8,
        "embedding_length": 64,
        "attention__head_count": 4,
        "attention__head_count_kv": 2,
    }
    named = {f"{architecture}__{key}": value for key, value in (given | keys).items()}
    path = folder / "model.gguf"
    path.write_bytes(gguf_bytes(general__architecture=architecture, **named))
    return read_header(path)


def kept(found: Header) -> tuple[int, int]:
    return found.cache_numbers, found.state_numbers


def test_attention_keeps_keys_and_values_in_every_layer(folder: Path) -> None:
    assert kept(header(folder)) == (8 * 2 * HEAD, 0)


def test_without_grouped_heads_there_are_as_many_as_queries(folder: Path) -> None:
    assert kept(header(folder, attention__head_count_kv=0)) == (8 * 4 * HEAD, 0)


def test_heads_are_counted_per_layer_and_lengths_taken_where_they_are_given(folder: Path) -> None:
    heads = [1, 2, 1, 2, 1, 2, 1, 2]
    found = header(folder, attention__head_count_kv=heads, attention__key_length=48)
    assert kept(found) == (sum(heads) * (48 + 16), 0)


def test_windows_have_lengths_of_their_own_and_late_layers_may_share(folder: Path) -> None:
    found = header(
        folder,
        attention__sliding_window=512,
        attention__sliding_window_pattern=[1, 1, 1, 0] * 2,
        attention__key_length=512,
        attention__value_length=512,
        attention__key_length_swa=256,
        attention__value_length_swa=256,
        attention__shared_kv_layers=4,
    )
    assert kept(found) == (2 * (3 * 512 + 1024), 0)


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        ({"ssm__inner_size": 128, "ssm__state_size": 16, "ssm__conv_kernel": 4}, 3 * 128 + 128 * 16),
        ({"wkv__head_size": 32}, 64 * (32 + 2)),
        ({"wkv__head_size": 32, "token_shift_count": 1}, 64 * (32 + 1)),
        ({"shortconv__l_cache": 3}, SHORT_CONVOLUTION),
    ],
)
def test_a_recurrent_model_keeps_a_state_in_every_layer(
    folder: Path, keys: dict[str, int | list[int]], numbers: int
) -> None:
    found = header(folder, attention__head_count=0, attention__head_count_kv=0, **keys)
    assert kept(found) == (0, 8 * numbers)


def test_in_a_hybrid_layers_without_heads_are_the_recurrent_ones(folder: Path) -> None:
    found = header(folder, attention__head_count_kv=[0, 0, 0, 2] * 2, shortconv__l_cache=3)
    assert kept(found) == (2 * 2 * HEAD, 6 * SHORT_CONVOLUTION)


@pytest.mark.parametrize("key", ["full_attention_interval", "attention__recurrent_layers"])
def test_in_a_hybrid_with_equal_heads_the_file_says_which_are_recurrent(folder: Path, key: str) -> None:
    value: int | list[int] = 4 if key == "full_attention_interval" else [1, 1, 1, 0] * 2
    found = header(folder, shortconv__l_cache=3, **{key: value})
    assert kept(found) == (2 * 2 * HEAD, 6 * SHORT_CONVOLUTION)


def test_a_known_hybrid_has_its_usual_interval(folder: Path) -> None:
    assert kept(header(folder, "qwen35", shortconv__l_cache=3)) == (2 * 2 * HEAD, 6 * SHORT_CONVOLUTION)


def test_layers_that_are_nothing_but_feed_forward_keep_nothing(folder: Path) -> None:
    found = header(
        folder,
        attention__head_count_kv=[0, 0, 0, 2] * 2,
        feed_forward_length=[0, 128, 0, 0] * 2,
        shortconv__l_cache=3,
    )
    assert kept(found) == (2 * 2 * HEAD, 4 * SHORT_CONVOLUTION)


def test_where_every_layer_has_both_both_are_counted(folder: Path) -> None:
    assert kept(header(folder, shortconv__l_cache=3)) == (8 * 2 * HEAD, 8 * SHORT_CONVOLUTION)
