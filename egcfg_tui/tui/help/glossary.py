"""The words that the screen uses, each in a sentence or two."""

from __future__ import annotations

from typing import Final

from egcfg_tui.solving.methods import DEFAULT_METHOD, METHODS

GLOSSARY: Final[tuple[tuple[str, str], ...]] = (
    (
        "candidate",
        "one sampled continuation of the code, of a few lines; several are sampled for each signal",
    ),
    (
        "mutant",
        "a program that differs from a failed answer in a single place; made without the model, and run "
        "because the right program is often that near",
    ),
    ("trace", "what a run of a candidate did: the lines it went through, and what each did to the variables"),
    ("signal", "the text made of the traces, which stands in the prompt of the conditional branch"),
    ("branch", "the model's view of the code so far: unconditional without the signal, conditional with it"),
    (
        "gamma (γ)",
        "the weight of guidance: log p = log p_u + γ · (log p_c - log p_u), of the unconditional and the "
        "conditional branch. 0: the model alone, 1: with the signal, above 1: further in that direction",
    ),
    ("trial", "one pass over the exercise with one method and one setting"),
    (
        "method",
        f"the rule that says which trial comes next; {DEFAULT_METHOD}: {METHODS[DEFAULT_METHOD].help}",
    ),
    ("budget", "the seconds that a solve may take; scoring comes on top"),
    ("visible, hidden", "tests that steer the solve; tests that only score the solution, at the end"),
    (
        "inside, unguarded",
        "a test that needs more than values runs beside the program, which could forge its verdict",
    ),
)
"""Word and meaning."""
