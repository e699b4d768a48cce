"""The methods: a method is a module in `egcfg_tui.solving.trials` and a row in `METHODS`.

The module offers

    def plan(request, guided, past) -> PlannedTrial | None    # which trial comes next, None: no other
    def trial(context, planned, samples) -> Iterator[Event]   # runs one

`egcfg_tui.solving.trials.schedules` describes both. The row holds everything that the rest of the program
knows about the method. Requests and recordings hold its name as a plain string.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `name` is what users type, `help` a few words, `module` the module with its functions.

    `trials`: the methods whose trials it runs, in this order; empty if it runs its own.
    `grid`: the bundled grid file for its guided trials; None if it has no grid.
    `samples`: its trials draw random candidates or samples. `guided`: its trials steer lines by a signal.
    `whole`: what one of its answers is called, if its trials make whole answers and not line after line.
    `hidden`: it can be used, but help texts and screens do not list it.

    The last four texts are what a panel shows instead of candidates, a signal or tokens, and the reason why
    one cannot go back to an earlier line. An empty `no_way_back` allows going back. The other texts may be
    empty if the panel finds the reason in the state of the solve.
    """

    name: str
    help: str
    module: str
    trials: tuple[str, ...] = ()
    grid: str | None = None
    samples: bool = False
    guided: bool = False
    whole: str = ""
    hidden: bool = False
    no_candidates: str = ""
    no_signal: str = "Only guided lines (methods egcfg and auto) have a signal."
    no_tokens: str = ""
    no_way_back: str = ""

    @property
    def by_lines(self) -> bool:
        """Whether its trials choose the code line by line."""
        return not self.whole

    @property
    def has_guided_trials(self) -> bool:
        """Whether any of its trials is guided."""
        return self.guided or any(METHODS[name].guided for name in self.trials)

    @property
    def starts_with(self) -> str:
        """The method of its first trial."""
        return self.trials[0] if self.trials else self.name


_ROWS: Final = (
    Method(
        "auto",
        "greedy, then samples and mutants; guided trials once these say nothing new",
        "egcfg_tui.solving.trials.auto",
        trials=("greedy", "mutate", "sample", "egcfg"),
        grid="auto.toml",
    ),
    Method(
        "egcfg",
        "guided trials alone",
        "egcfg_tui.solving.trials.guided",
        grid="paper.toml",
        samples=True,
        guided=True,
        no_signal="No signal yet: it is made of the traces of the candidates.",
    ),
    Method(
        "sample",
        "samples, filtered by the visible tests",
        "egcfg_tui.solving.trials.sampling",
        samples=True,
        whole="sample",
        no_tokens="The probabilities of plain samples are not kept.",
        no_way_back="Plain samples have no lines to go back to.",
    ),
    Method(
        "mutate",
        "samples, and programs one small change away from those that failed",
        "egcfg_tui.solving.trials.mutating",
        trials=("sample", "mutate"),
        samples=True,
        whole="mutant",
        no_candidates="Mutants are only run: one is shown if it passes more tests than its answer.",
        no_signal="Mutants are made without the model.",
        no_tokens="Mutants are made without the model.",
        no_way_back="Mutants are whole programs and have no lines to go back to.",
    ),
    Method(
        "greedy",
        "one answer, always the most likely token",
        "egcfg_tui.solving.trials.greedy",
        no_candidates="Greedy decoding samples no candidates.",
        no_way_back="Greedy lines would be the same again, so there is no use in going back.",
    ),
    Method(
        "reference",
        "one guided trial as in the paper, slowly",
        "egcfg_tui.solving.trials.reference",
        samples=True,
        guided=True,
        hidden=True,
        no_signal="No signal yet: it is made of the traces of the candidates.",
        no_way_back="The reference keeps no earlier state, so it cannot go back.",
    ),
)

METHODS: Final[dict[str, Method]] = {method.name: method for method in _ROWS}
"""All methods by name, in the order of help texts and screens."""

DEFAULT_METHOD: Final = "auto"

DEMO_METHOD: Final = "egcfg"
"""The method of the demo: it guides all lines, while the default method solves most exercises without."""


def offered_methods() -> tuple[str, ...]:
    """The names that help texts and screens list."""
    return tuple(method.name for method in METHODS.values() if not method.hidden)


def method_named(name: str) -> Method:
    """The row of a method; for an unknown name, which a recording may hold, a row without properties."""
    return METHODS.get(name) or Method(name, "", "")
