"""What each panel and screen is for: the help begins with the one in focus."""

from __future__ import annotations

from typing import Final

from textual.dom import DOMNode

TOPICS: Final[dict[str, tuple[str, str]]] = {
    "statement": ("Exercise", "What the program has to do. The model reads the same text."),
    "tests": (
        "Tests",
        "Visible tests steer the solve: each with its mark and, where it fails, what it got and "
        "expected. The title says whose results these are: the best candidate's so far, those of the "
        "line or sample looked at, or the solution's. Hidden tests run once, at the end, and only "
        "score.",
    ),
    "trials": (
        "Trials",
        "A row for each trial: method, tests passed, seconds, settings. ★ marks the one that the answer "
        "is from. A click looks at a trial, and so do the keys for the trial before and after.",
    ),
    "code": (
        "Code",
        "The chosen lines and the one in work. ◆ marks a line in which guidance chose another token "
        "than the model alone would have. Up and down look at a line: the other panels then show how it "
        "came about. A click does the same. Left and right scroll wide code; in a replay ctrl with page "
        "up and down does.",
    ),
    "candidates": (
        "Candidates",
        "What was sampled for the line that is looked at. Each candidate was run against the visible tests: "
        "one mark a test. The arrows or a click choose one, and code, tests and trace then tell of it. "
        "Candidates with one letter share an executable prefix, so their runs are the same. ▸ points at "
        "those that begin like the chosen line.",
    ),
    "tokens": (
        "Tokens",
        "How likely the model found each token of the line: alone, with the signal in its prompt, and "
        "after guidance, which takes the likeliest. ◆ and `instead of` show where guidance changed the "
        "choice; ~ is a token that a candidate had already.",
    ),
    "signal": (
        "Signal",
        "The traces of the candidates as the model read them: for each run, which values the variables had "
        "after which line, and what the tests said. The arrows or a click choose some of its words: the "
        "panel says which candidate, test and steps they were made of, and the other panels go there.",
    ),
    "trace": (
        "Trace",
        "What a candidate or an answer did on one test: a row for each step, a column for each variable, "
        "bright where the step changed it. The arrows or a click choose a step, and its line is marked in "
        "the code. Enter opens and closes the passes of a loop.",
    ),
    "RunsScreen": (
        "Runs",
        "Every solve is kept here, the newest first. / searches: each word must stand in the row. Enter "
        "replays a run; what is exported lies in a folder below the current one.",
    ),
    "ExercisesScreen": (
        "Exercises",
        "All bundled exercises, your own, recent files, and the entries of a data set or folder that "
        "you open. Words filter by any column; kind, level and state are filters of their own. A path "
        "is completed with tab. The highlighted exercise is shown in short below the list.",
    ),
    "EditExerciseScreen": (
        "Editing an exercise",
        "The exercise as a file in our own format (docs/exercises.md). All mistakes are listed with "
        "their line as you type; what is typed is kept, also when the workbench ends. Saved, it is "
        "among your exercises.",
    ),
    "ModelsScreen": (
        "Models",
        "What is on this disk and what can be fetched: size, quantisation, licence, whether it fits "
        "into memory and thinks, and how fast it was here last. Enter uses a model, and fetches it "
        "first where needed.",
    ),
    "CompareScreen": (
        "Compare",
        "Choose models and methods, exercises and seconds a task; Enter starts a bench of all of them. "
        "What ended is kept in a folder, and the same choice goes on with it.",
    ),
    "BenchScreen": (
        "Bench",
        "A row for each exercise, a column for each model and method; a cell says how the task ended, "
        "and its seconds. Below the columns stand the totals, and who is ahead.",
    ),
}
"""Title and text by the id of a panel or the class of a screen."""


def topic_of(node: DOMNode) -> tuple[str, str] | None:
    """The topic of a widget, or of the nearest thing around it that has one."""
    for one in node.ancestors_with_self:
        for name in (one.id, type(one).__name__):
            if name in TOPICS:
                return TOPICS[name]
    return None
