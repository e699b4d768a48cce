"""`egcfg-tui doctor`: says what works on this machine, and why something does not."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any, Final

from rich.text import Text

from egcfg_tui.cli import stdout
from egcfg_tui.cli.diagnosis import Diagnosis, ModelFacts, SandboxFacts, diagnose
from egcfg_tui.cli.engine_probe import EngineFacts
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.styles import BAD, FAINT, GOOD
from egcfg_tui.terminal_text import printable

_EPILOG: Final = """\
exit codes: 0 everything needed is there, 3 no usable engine or model, 4 the sandbox refuses

examples:
  egcfg-tui doctor
  egcfg-tui doctor --json | jq .sandbox"""

_GIGA: Final = 1e9


def configure(parser: CommandParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def run(args: argparse.Namespace) -> ExitCode:
    """Prints the findings."""
    found = diagnose()
    if args.json:
        stdout.emit_json(diagnosis_json(found))
    else:
        stdout.emit_lines(diagnosis_lines(found))
    return found.exit_code


def diagnosis_json(found: Diagnosis) -> dict[str, Any]:
    """The findings as JSON values; `ok` says whether a solve can start."""
    values = dataclasses.asdict(found)
    values["engine"]["features"] = {name: list(features) for name, features in found.engine.features}
    values["folders"] = dict(found.folders)
    values["unwritable"] = dict(found.unwritable)
    return {"ok": found.exit_code is ExitCode.DONE, **values}


def diagnosis_lines(found: Diagnosis) -> list[Text]:
    """The findings for a person, one section after another."""
    machine, terminal = found.machine, found.terminal
    memory = [
        f"{size / _GIGA:.1f} GB{word}"
        for size, word in ((machine.memory_bytes, ""), (found.memory_available_bytes, " available"))
        if size is not None
    ]
    size = f"{terminal.columns}x{terminal.lines}" if terminal.standard_output else "not a terminal"
    screen = f"{size}, {terminal.term or 'no TERM'}, colours: {terminal.colours}, {terminal.encoding}"
    return [
        Text(f"egcfg-tui {found.version}", "bold"),
        _fact("python", f"{machine.python}, {found.python}"),
        _fact("system", f"{machine.system}, {machine.architecture}"),
        _fact("processor", f"{machine.processor or 'unknown'}, {machine.cores} usable cores"),
        _fact("memory", ", ".join(memory) or "unknown"),
        *_section("engine", _engine(found.engine)),
        *_section("model", _model(found.model)),
        *_section("sandbox", _sandbox(found.sandbox)),
        *_section("folders", _folders(found)),
        *_section("terminal", [_fact("output", screen)]),
        Text(),
        _verdict(found),
    ]


def _verdict(found: Diagnosis) -> Text:
    if found.exit_code is not ExitCode.DONE:
        return Text("A solve cannot start here; see the lines marked with ✗.", BAD)
    if found.unwritable:
        return Text(
            "A solve can start here, but not all folders can be written to; see the lines with ✗.", BAD
        )
    return Text("Everything a solve needs is there.", GOOD)


def _folders(found: Diagnosis) -> list[Text]:
    """Each folder; for one that cannot be written to, also the consequences."""
    problems = dict(found.unwritable)
    return [
        _bad(name, f"{path}\n{problems[name]}") if name in problems else _fact(name, path)
        for name, path in found.folders
    ]


def _section(title: str, lines: list[Text]) -> list[Text]:
    return [Text(), Text(title, "bold"), *lines]


def _engine(engine: EngineFacts) -> list[Text]:
    if engine.problem:
        return [_bad("llama.cpp", engine.problem)]
    lines = [_good("llama.cpp", f"llama-cpp-python {engine.version}")]
    lines += [_fact(name, " ".join(features)) for name, features in engine.features]
    lines += [
        _fact(device.name, f"{device.description}, {device.total_bytes / _GIGA:.1f} GB")
        for device in engine.devices
    ]
    offload = "supported by this build" if engine.gpu_offload else "not in this build (docs/gpu.md)"
    return [*lines, _fact("gpu", offload)]


def _model(model: ModelFacts) -> list[Text]:
    if model.path is None:
        return [_bad(model.id or "catalogue", model.problem)]
    return [_good(model.id, model.path)]


def _sandbox(sandbox: SandboxFacts) -> list[Text]:
    lines = []
    for layer in sandbox.layers:
        if layer.active:
            lines.append(_good(layer.name, "on"))
        else:
            mark = _bad if layer.required else _fact
            lines.append(mark(layer.name, f"off: {layer.reason}"))
    if sandbox.problem:
        return [*lines, _bad("trial run", sandbox.problem)]
    return [*lines, _good("trial run", f"passed in {sandbox.run_ms:.0f} ms, start included")]


def _fact(name: str, text: str) -> Text:
    return Text.assemble("    ", (f"{name:<22} ", FAINT), _hanging(text))


def _good(name: str, text: str) -> Text:
    return Text.assemble(("  ✓ ", GOOD), f"{name:<22} ", _hanging(text))


def _bad(name: str, text: str) -> Text:
    return Text.assemble(("  ✗ ", BAD), f"{name:<22} ", (_hanging(text), BAD))


def _hanging(text: str) -> str:
    """A message whose further lines are indented to its first one."""
    return printable(text).replace("\n", "\n" + " " * 27)
