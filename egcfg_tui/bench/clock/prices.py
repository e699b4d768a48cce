"""Prices: the seconds of a decode on a machine by its number of tokens, and the files that keep them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from egcfg_tui.bench.plan import PlannedModel, llama_cpp_version
from egcfg_tui.bench.records import BenchError
from egcfg_tui.runs import json_codec
from egcfg_tui.runs.machine import this_machine

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Price:
    """The seconds of one decode of `tokens` tokens."""

    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The prices of a model on a machine, by rising numbers of tokens.

    `test_s` is the price of one test of a program in the sandbox that is not timed out, in seconds.
    """

    decodes: tuple[Price, ...]
    test_s: float

    def decode_s(self, tokens: int) -> float:
        """The price of a decode in seconds.

        Between two measured sizes it is interpolated; above the largest it grows in proportion to the tokens.
        """
        lower = [price for price in self.decodes if price.tokens <= tokens]
        upper = [price for price in self.decodes if price.tokens >= tokens]
        if not upper:
            return lower[-1].seconds * tokens / lower[-1].tokens
        high = upper[0]
        low = lower[-1] if lower else high
        share = 0.0 if high == low else (tokens - low.tokens) / (high.tokens - low.tokens)
        return low.seconds + share * (high.seconds - low.seconds)


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """The prices of one model of a bench."""

    model: str
    sha256: str
    table: PriceTable


@dataclass(frozen=True, slots=True)
class PriceFile:
    """The content of a bench's `prices.json`: one table per model."""

    schema: int
    models: tuple[ModelPrices, ...]

    def encoded(self) -> bytes:
        """The content of the file."""
        return json.dumps(json_codec.encode(self), indent=1).encode("ascii") + b"\n"

    @property
    def sha256(self) -> str:
        """The checksum of `encoded`."""
        return hashlib.sha256(self.encoded()).hexdigest()

    def tables(self) -> dict[str, PriceTable]:
        """The tables by the models' names."""
        return {prices.model: prices.table for prices in self.models}


def read_prices(path: Path, sha256: str | None) -> PriceFile:
    """Reads a bench's prices. Raises `BenchError`, also if they are not those that the bench began with."""
    try:
        prices = json_codec.decode(PriceFile, json.loads(path.read_bytes()))
    except OSError as error:
        raise BenchError(
            f"{path}: cannot be read: {error.strerror}; a bench cannot go on without its prices: restore "
            "the file, or begin a new bench"
        ) from error
    except (ValueError, RecursionError) as error:
        raise BenchError(f"{path}: the file is damaged ({error}); restore it, or begin a new bench") from None
    if prices.sha256 != sha256:
        raise BenchError(
            f"{path}: these are not the prices that the bench began with; restore the file, or begin a new "
            "bench"
        )
    return prices


def remembered(model: PlannedModel) -> PriceTable | None:
    """The prices from an earlier bench with the same model and load options on the same machine, or None."""
    try:
        return json_codec.decode(PriceTable, json.loads(_memory_of(model).read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None


def remember(model: PlannedModel, table: PriceTable) -> None:
    """Keeps prices for later benches. If the cache folder cannot be written, later benches measure again."""
    target = _memory_of(model)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = target.with_suffix(".new")
        temporary.write_text(json.dumps(json_codec.encode(table)), "ascii")
        temporary.replace(target)
    except OSError:
        return


def _memory_of(model: PlannedModel) -> Path:
    machine = this_machine()
    loaded = {**json_codec.encode(model), "name": None, "quantisation": None, "template_sha256": None}
    key = [loaded, llama_cpp_version(), machine.architecture, machine.processor, machine.cores, SCHEMA]
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]
    return user_cache_path("egcfg-tui", appauthor=False) / "prices" / f"{digest}.json"
