"""`egcfg-tui exercises new`: saves an exercise from the user's editor or from standard input."""

from __future__ import annotations

import sys

from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.exercises import Exercise, ExerciseError, load
from egcfg_tui.exercises.drafts import TEMPLATE, Draft, draft_of, new_draft
from egcfg_tui.exercises.pasting import as_toml
from egcfg_tui.system.editor import EditorError, edit_file
from egcfg_tui.terminal_text import printable


def run(reference: str | None) -> ExitCode:
    """Saves one exercise. It begins with a copy of the named one, with a kept draft, or with a template."""
    try:
        draft, start = draft_of(load(reference)) if reference else (new_draft(), TEMPLATE)
        exercise = _edited(draft, start) if sys.stdin.isatty() else _pasted(draft, sys.stdin.read())
    except (ExerciseError, EditorError) as error:
        raise CommandError(printable(str(error)), ExitCode.MODEL_OR_DATA) from error
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}", ExitCode.MODEL_OR_DATA) from error
    if exercise is None:
        stderr.narrate("nothing was written, so nothing is saved")
        return ExitCode.DONE
    stderr.narrate(f"saved; solve it: egcfg-tui solve {exercise.id}")
    stdout.emit(exercise.source)
    return ExitCode.DONE


def _edited(draft: Draft, start: str) -> Exercise | None:
    """Opens the editor until the text is a valid exercise or the user leaves it as a draft.

    None if the user wrote nothing. Raises `ExerciseError` if the text is left as a draft.
    """
    if draft.is_kept:
        stderr.narrate(f"going on with the draft {draft.path}")
    else:
        draft.keep(start)
    while True:
        edit_file(draft.path)
        text = draft.text()
        if text == start or not text.strip():
            draft.discard()
            return None
        try:
            return _save(draft, text)
        except ExerciseError as error:
            stderr.narrate(printable(str(error)))
        if stderr.ask("Enter opens the editor again, q keeps the draft for later: ") == "q":
            raise ExerciseError(f"the draft is kept: {draft.path}; `egcfg-tui exercises new` goes on with it")


def _pasted(draft: Draft, text: str) -> Exercise | None:
    """Saves a text from standard input; a text with mistakes is kept as a separate draft."""
    if not text.strip():
        return None
    kept = draft.unused()
    kept.keep(text)
    try:
        return _save(kept, text)
    except ExerciseError as error:
        raise ExerciseError(f"{error}\nThe text is kept: {kept.path}") from None


def _save(draft: Draft, text: str) -> Exercise:
    """Saves the text; another format is turned into TOML first."""
    toml = as_toml(text)
    if toml != text:
        draft.keep(toml)
    return draft.save(toml)
