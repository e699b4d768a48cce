"""What a decode costs on a machine, by its number of tokens, and the files that keep it."""

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
RUN_S: Final = 0.02
"""Seconds of a program in the sandbox that is not timed out; traced and untraced ones differ by less."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a decode of so many tokens costs."""

    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices of a model on a machine, by rising numbers of tokens; `run_s` is that of a sandbox run."""

    decodes: tuple[Price, ...]
    run_s: float = RUN_S

    def decode_s(self, tokens: int) -> float:
        """The price of a decode: between two measured sizes, and beyond the largest, in proportion."""
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
    """The prices of one of a bench's models."""

    model: str
    sha256: str
    table: PriceTable


@dataclass(frozen=True, slots=True)
class PriceFile:
    """The content of a bench's `prices.json`: one table a model."""

    schema: int
    models: tuple[ModelPrices, ...]

    def encoded(self) -> bytes:
        """The file's bytes."""
        return json.dumps(json_codec.encode(self), indent=1).encode("ascii") + b"\n"

    @property
    def sha256(self) -> str:
        """The checksum of `encoded`."""
        return hashlib.sha256(self.encoded()).hexdigest()

    def tables(self) -> dict[str, PriceTable]:
        """The tables by the models' names."""
        return {prices.model: prices.table for prices in self.models}


def read_prices(path: Path, sha256: str | None) -> PriceFile:
    """Reads a bench's prices, which have to be those that it began with. Raises `BenchError`."""
    try:
        prices = json_codec.decode(PriceFile, json.loads(path.read_bytes()))
    except OSError as error:
        raise BenchError(
            f"{path}: cannot be read: {error.strerror}; without its prices the bench cannot go on, "
            "begin a new one"
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
    """The prices of an earlier bench with the same model, loaded in the same way on the same machine."""
    try:
        return json_codec.decode(PriceTable, json.loads(_memory_of(model).read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None


def remember(model: PlannedModel, table: PriceTable) -> None:
    """Keeps prices for later benches; without a writable cache folder they are measured again."""
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
