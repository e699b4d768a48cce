"""What the user can do on the workbench, and the keys it is bound to from the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from egcfg_tui.solving.methods import offered_methods


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `id` names it in `keys.toml`, `keys` are Textual key names, `label` is for the footer.

    A command without a label is left out of the footer; neighbours with one `shared` label share it there.
    `group` heads the command in the help. A `first` command has its keys before the focused panel does.
    """

    id: str
    action: str
    keys: tuple[str, ...]
    help: str
    group: str
    label: str = ""
    shared: str = ""
    first: bool = False

    @property
    def name(self) -> str:
        """The action without its arguments."""
        return self.action.partition("(")[0]

    @property
    def binding(self) -> Binding:
        """The command as Textual binds it."""
        return Binding(
            ",".join(self.keys),
            self.action,
            self.label or self.help,
            show=bool(self.label or self.shared),
            id=self.id,
            priority=self.first,
            group=Binding.Group(self.shared, compact=True) if self.shared else None,
        )


SOLVE: Final = "Solve"
LOOK: Final = "Look"
CHOOSE: Final = "Choose"
WORKBENCH: Final = "Workbench"
REPLAY: Final = "Replay"

COMMANDS: Final = (
    Command("start", "start", ("s",), "start solving", SOLVE, "Start"),
    Command("pause", "pause", ("space",), "pause, and go on", SOLVE, "Pause"),
    Command("step", "step", ("n",), "pause, then go on one line at a time", SOLVE, shared="Line"),
    Command(
        "rewind",
        "rewind",
        ("u",),
        "go back to the line looked at, or take back the last one",
        SOLVE,
        shared="Line",
    ),
    Command("take", "take", ("enter",), "pause: go on from the candidate looked at", SOLVE),
    Command("edit", "edit", ("e",), "pause: change the code in your editor", SOLVE, "Edit"),
    Command("undo", "undo", ("U",), "undo the last change of code, settings or model", SOLVE),
    Command("stop", "stop", ("x",), "stop, also in the middle of a prompt", SOLVE, "Stop"),
    Command("restart", "restart", ("R",), "start the engine again", SOLVE, "Restart"),
    Command("open", "open", ("o",), "open another exercise, or write one", CHOOSE, "Exercises"),
    Command("compare", "compare", ("c",), "compare models and methods", CHOOSE, "Compare"),
    Command("models", "models", ("M",), "the models: change to another, fetch one", CHOOSE, "Models"),
    Command("runs", "runs", ("h",), "the runs that were kept: replay, export, delete", CHOOSE, "Runs"),
    Command("method", "method", ("m",), f"next method: {', '.join(offered_methods())}", CHOOSE, "Method"),
    Command("gamma_up", "gamma(1)", ("plus", "equals_sign"), "more guidance (γ)", CHOOSE, shared="Gamma"),
    Command("gamma_down", "gamma(-1)", ("minus",), "less guidance (γ)", CHOOSE, shared="Gamma"),
    Command("seed", "seed", ("d",), "next seed", CHOOSE),
    Command(
        "settings", "settings", ("comma",), "all settings, also of the solve that runs", CHOOSE, "Settings"
    ),
    Command("previous_line", "line(-1)", ("up", "k"), "the line or sample before: how it came about", LOOK),
    Command("next_line", "line(1)", ("down", "j"), "the line or sample after", LOOK),
    Command("first_line", "first_line", ("home",), "the first line or sample", LOOK),
    Command("live", "live", ("end",), "follow the solve again", LOOK),
    Command(
        "previous_trial", "trial(-1)", ("left_square_bracket",), "the trial before", LOOK, shared="Trial"
    ),
    Command("next_trial", "trial(1)", ("right_square_bracket",), "the trial after", LOOK, shared="Trial"),
    Command("candidates", "look('candidates')", ("1",), "candidates and their runs", LOOK, shared="Panel"),
    Command("tokens", "look('tokens')", ("2",), "tokens and their probabilities", LOOK, shared="Panel"),
    Command("signal", "look('signal')", ("3",), "the signal", LOOK, shared="Panel"),
    Command("trace", "look('trace')", ("4",), "the trace, step by step", LOOK, shared="Panel"),
    Command("next_test", "test(1)", ("t",), "the trace of the next test", LOOK),
    Command("zoom", "zoom", ("z",), "show the focused panel alone, or all again", LOOK),
    Command(
        "event_back", "event(-1)", ("left",), "back to the change before", REPLAY, shared="Event", first=True
    ),
    Command("event_on", "event(1)", ("right",), "on to the next change", REPLAY, shared="Event", first=True),
    Command(
        "line_back",
        "landmark(-1)",
        ("shift+left", "ctrl+left"),
        "back to the line or answer before",
        REPLAY,
        first=True,
    ),
    Command(
        "line_on",
        "landmark(1)",
        ("shift+right", "ctrl+right"),
        "on to the next line or answer",
        REPLAY,
        first=True,
    ),
    Command("slower", "speed(-1)", ("less_than_sign",), "play slower", REPLAY, shared="Speed"),
    Command("faster", "speed(1)", ("greater_than_sign",), "play faster", REPLAY, shared="Speed"),
    Command("replay_start", "seek(0)", ("ctrl+home",), "to the recording's start", REPLAY, first=True),
    Command("replay_end", "seek(1)", ("ctrl+end",), "to the recording's end", REPLAY, first=True),
    Command("leave", "leave", ("escape",), "leave the replay", REPLAY, "Back"),
    Command("copy", "copy", ("y",), "copy the code, over ssh too", WORKBENCH, "Copy"),
    Command("copy_panel", "copy_panel", ("Y",), "copy what the focused panel shows", WORKBENCH),
    Command("help", "app.help", ("question_mark", "f1"), "this help", WORKBENCH, "Help"),
    Command("quit", "quit", ("q",), "quit", WORKBENCH, "Quit"),
)
"""All commands, in the order of the footer and the help."""

_OF_BOTH: Final = ("start", "pause", "copy", "copy_panel", "help", "quit")

WORKBENCH_COMMANDS: Final = tuple(command for command in COMMANDS if command.group != REPLAY)
"""What can be done with an exercise and a model."""

REPLAY_COMMANDS: Final = tuple(
    command for command in COMMANDS if command.group in (REPLAY, LOOK) or command.id in _OF_BOTH
)
"""What can be done with a recording."""


def binding_of(command_id: str) -> Binding:
    """The key of a command, for another screen that has it as well."""
    return next(command.binding for command in COMMANDS if command.id == command_id)
