"""`egcfg-tui models`: lists, shows, pulls and adds models."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from egcfg_tui import models
from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.columns import columns
from egcfg_tui.cli.download_progress import download_progress
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.parser import CommandParser, did_you_mean
from egcfg_tui.prompting.chat_facts import ChatFacts, chat_facts, in_words
from egcfg_tui.terminal_text import printable

_EPILOG: Final = """\
A model is named by its id, by the path of a .gguf file, by hf:org/repo/file (Hugging Face) or by
ollama:name:tag. The variable EGCFG_MODELS_DIR sets another folder for pulled models.

examples:
  egcfg-tui models pull
  egcfg-tui models pull hf:Qwen/Qwen2.5-Coder-3B-Instruct-GGUF/qwen2.5-coder-3b-instruct-q4_k_m.gguf
  egcfg-tui models show qwen2.5-coder-1.5b --format json
  egcfg-tui models add ~/models/my-coder.gguf --id my-coder"""


def configure(parser: CommandParser) -> None:
    """Adds the subcommands."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|pull|add")
    listing = actions.add_parser("list", help="the catalogue, and other models on this disk")
    showing = actions.add_parser("show", help="everything about one model and its chat template")
    showing.add_argument("model", metavar="MODEL", help="an id, a path, hf:org/repo/file or ollama:name:tag")
    for command in (listing, showing):
        command.add_argument("--format", choices=("human", "json"), default="human", help="default: human")
    pulling = actions.add_parser("pull", help="fetch a model, or continue an interrupted pull")
    pulling.add_argument(
        "id", nargs="?", metavar="MODEL", help="an id, or hf:org/repo/file; default: the default model"
    )
    adding = actions.add_parser("add", help="add a .gguf file to your catalogue; the file stays where it is")
    adding.add_argument("path", type=Path, metavar="PATH", help="a .gguf file")
    adding.add_argument("--id", metavar="ID", help="default: made from the file's name")


def run(args: argparse.Namespace) -> ExitCode:
    """Does what the subcommand says."""
    actions: dict[str, Callable[[argparse.Namespace], None]] = {
        "list": _list,
        "show": _show,
        "pull": _pull,
        "add": _add,
    }
    try:
        actions[args.action](args)
    except models.ModelError as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error
    return ExitCode.DONE


def _list(args: argparse.Namespace) -> None:
    catalogue = models.load_catalogue()
    rows = [_description(models.standing(entry), catalogue.default) for entry in catalogue.entries]
    others: list[dict[str, Any]] = [
        {
            "model": row.reference,
            "owner": row.owner,
            "size_bytes": row.size_bytes,
            "path": str(row.path),
        }
        for row in models.others(catalogue)
    ]
    if args.format == "json":
        stdout.emit_json({"default": catalogue.default, "models": rows, "others": others})
        return
    table: list[tuple[str, ...]] = [("ID", "SIZE", "CONTEXT", "STATE", "TITLE")]
    for row in rows:
        mark = f"{row['id']} (default)" if row["default"] else row["id"]
        table.append((mark, _size(row["size_bytes"]), str(row["context_tokens"]), row["state"], row["title"]))
    stdout.emit(columns(table))
    if others:
        table = [("OTHER MODELS ON THIS DISK", "SIZE", "FROM")]
        table += [(row["model"], _size(row["size_bytes"]), row["owner"]) for row in others]
        stdout.emit("\n" + columns(table))


def _show(args: argparse.Namespace) -> None:
    catalogue = models.load_catalogue()
    entry = catalogue.get(args.model)
    if entry is not None:
        row = _description(models.standing(entry), catalogue.default)
    else:
        resolved = models.resolve(args.model, catalogue)
        row = {
            "id": resolved.name,
            "state": str(models.State.READY),
            "path": str(resolved.path),
            "size_bytes": resolved.path.stat().st_size,
            "context_tokens": resolved.context_tokens,
        }
    facts = _chat_facts(row["path"])
    if args.format == "json":
        stdout.emit_json(row | {"chat": dataclasses.asdict(facts) if facts else None})
        return
    row["chat"] = in_words(facts) if facts else None
    shown = {name: value for name, value in row.items() if value not in (None, "", [])}
    width = max(map(len, shown))
    lines = []
    for name, value in shown.items():
        texts = value if isinstance(value, list) else [_size(value) if name == "size_bytes" else str(value)]
        label = "size" if name == "size_bytes" else name
        lines += [f"{label if index == 0 else '':<{width}}  {text}" for index, text in enumerate(texts)]
    # Names and templates come from files that anyone may have made.
    stdout.emit(printable("\n".join(lines)))


def _chat_facts(path: str | None) -> ChatFacts | None:
    """The facts about a model's chat template; None if its file is not on this disk."""
    if path is None:
        return None
    chat = models.read_chat(Path(path))
    return chat_facts(chat.template, bos_text=chat.bos_text, eos_text=chat.eos_text)


def _pull(args: argparse.Namespace) -> None:
    catalogue = models.load_catalogue()
    model_id = args.id or catalogue.default
    if model_id.startswith("hf:") and (path := _on_disk(model_id, catalogue)):
        stderr.narrate(f"{model_id} is already on this disk")
        stdout.emit(str(path))
        return
    entry = models.wanted_entry(model_id, catalogue)
    if entry is None:
        raise CommandError(
            f"unknown model id {model_id!r}{did_you_mean(model_id, catalogue.ids)}\n"
            f"Known ids: {', '.join(catalogue.ids)}",
            ExitCode.USAGE,
        )
    now = models.standing(entry)
    if now.path is not None:
        stderr.narrate(f"{model_id} is already on this disk")
        stdout.emit(str(now.path))
        return
    if now.problem:
        stderr.narrate(f"{now.problem.splitlines()[0]}; it is fetched again")
    try:
        with download_progress(model_id, entry.size_bytes) as (progress, narrate):
            path = models.pull(entry, progress=progress, narrate=narrate)
    except KeyboardInterrupt:
        stderr.narrate(f"what has arrived is kept; `egcfg-tui models pull {model_id}` continues the pull")
        raise
    stdout.emit(str(path))


def _on_disk(name: str, catalogue: models.Catalogue) -> Path | None:
    """The file of a model that is here; None where it is not, or broke off."""
    try:
        return models.resolve(name, catalogue).path
    except models.ModelError:
        return None


def _add(args: argparse.Namespace) -> None:
    entry = models.add(args.path, args.id)
    stderr.narrate(f"added {entry.title!r} ({_size(entry.size_bytes)}); use it with --model {entry.id}")
    stdout.emit(entry.id)


def _description(now: models.Standing, default: str) -> dict[str, Any]:
    entry = now.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "default": entry.id == default,
        "state": str(now.state),
        "path": str(now.path) if now.path else None,
        "problem": now.problem,
        "file": entry.file,
        "size_bytes": entry.size_bytes,
        "sha256": entry.sha256,
        "licence": entry.licence,
        "context_tokens": entry.context_tokens,
        "sources": [str(source) for source in entry.sources],
        "provenance": models.provenance(entry),
    }


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"
