"""The account that the model's clock reads: it adds up the prices of all decodes and sandbox runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from egcfg_sandbox import Program, Report, Sandbox, Verdict
from egcfg_tui.bench.clock.prices import PriceTable
from egcfg_tui.engine.api import Branch, Engine, Inference, ModelInfo


class Account:
    """The seconds of model and sandbox so far, by their prices. Without prices nothing is added."""

    def __init__(self) -> None:
        self.prices: PriceTable | None = None
        self.seconds = 0.0

    def decoded(self, tokens: int) -> None:
        """Adds the price of a decode of this many tokens."""
        if self.prices is not None and tokens:
            self.seconds += self.prices.decode_s(tokens)

    def ran(self, report: Report) -> None:
        """Adds the price of a run's tests; for a timed-out run its real seconds, which are its time limit."""
        if self.prices is not None:
            timed_out = report.status is Verdict.TIMEOUT
            self.seconds += report.wall_s if timed_out else self.prices.test_s * len(report.results)


class PricedEngine:
    """An engine that adds its decodes to an account."""

    def __init__(self, engine: Engine, account: Account) -> None:
        self._engine = engine
        self._account = account

    @property
    def info(self) -> ModelInfo:
        """The facts of the model."""
        return self._engine.info

    @property
    def free_tokens(self) -> int:
        """As `Engine.free_tokens`."""
        return self._engine.free_tokens

    @property
    def pending_tokens(self) -> int:
        """As `Engine.pending_tokens`."""
        return self._engine.pending_tokens

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """As `Engine.tokenize`."""
        return self._engine.tokenize(text, special=special)

    def piece(self, token: int) -> bytes:
        """As `Engine.piece`."""
        return self._engine.piece(token)

    def control_text(self, token: int) -> str:
        """As `Engine.control_text`."""
        return self._engine.control_text(token)

    def is_end(self, token: int) -> bool:
        """Whether the token ends a generation."""
        return self._engine.is_end(token)

    def branch(self) -> Branch:
        """A new, empty branch."""
        return self._engine.branch()

    def infer(self) -> Inference:
        """Evaluates one batch of pending tokens and adds its price."""
        before = self._engine.pending_tokens
        outcome = self._engine.infer()
        self._account.decoded(before - self._engine.pending_tokens)
        return outcome

    def close(self) -> None:
        """Frees the model."""
        self._engine.close()


class PricedSandbox(Sandbox):
    """A sandbox that adds its runs to an account."""

    account: Account

    def run_many(
        self, programs: Sequence[Program], should_stop: Callable[[], bool] | None = None
    ) -> list[Report]:
        """Runs the programs and adds their prices; see `Sandbox.run_many`."""
        reports = super().run_many(programs, should_stop)
        for report in reports:
            self.account.ran(report)
        return reports
