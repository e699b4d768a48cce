"""`python -m egcfg_sandbox`: one JSON object on stdin, one on stdout; `--serve` for one per line."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Final

from egcfg_sandbox.client import Sandbox, SandboxRefused, layers
from egcfg_sandbox.confinement import REQUIRED
from egcfg_sandbox.door import DoorError, read_request, write_report

_USAGE: Final = """usage: python -m egcfg_sandbox [--serve | --layers] [--packages]
                               [--allow-missing-layer NAME]...

  (nothing)   reads one JSON object on stdin, writes one on stdout
  --serve     reads one JSON object per line, writes one per line
  --layers    says which layers of defence are on
  --packages  lets guarded programs import what is installed beside this interpreter (numpy, pandas);
              those whose tests run inside always can

The object: {"source": "...", "tests": ["assert f(1) == 2", {"stdin": "1", "stdout": "2"}], "timeout_s": 3}
"""
_DONE: Final = 0
_BROKEN: Final = 1
_USAGE_ERROR: Final = 2
_REFUSED: Final = 4
_INTERRUPTED: Final = 130


def _answer(sandbox: Sandbox, text: bytes) -> str:
    """One answer; a request that cannot be read gets an object with `error`."""
    try:
        return json.dumps(write_report(sandbox.run(read_request(text))))
    except DoorError as error:
        return json.dumps({"status": "malformed", "error": str(error), "results": [], "trace": None})


def _say(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")


def _show_layers() -> int:
    missing = 0
    for layer in layers():
        state = "on" if layer.active else f"off: {layer.reason}"
        sys.stdout.write(f"{layer.name:18} {'required' if layer.required else '':9} {state}\n")
        missing += layer.required and not layer.active
    return _REFUSED if missing else _DONE


def main(arguments: Sequence[str]) -> int:
    """Runs the door; returns the exit code."""
    if sys.stdin is None or sys.stdout is None:
        _say("standard input and standard output must be open: the request and the answer go there")
        return _USAGE_ERROR
    try:
        code = _serve(arguments)
        sys.stdout.flush()
    except (KeyboardInterrupt, BrokenPipeError):
        code = _INTERRUPTED
    except OSError as error:
        _say(f"the request could not be read or the answer not written: {error.strerror or error}")
        code = _BROKEN
    if code in (_INTERRUPTED, _BROKEN):
        _drop_output()
    return code


def _drop_output() -> None:
    """Drops output that cannot be written, which the interpreter would try to write again at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _serve(arguments: Sequence[str]) -> int:
    allowed: list[str] = []
    rest = list(arguments)
    while "--allow-missing-layer" in rest:
        at = rest.index("--allow-missing-layer")
        name = rest[at + 1] if at + 1 < len(rest) else ""
        if name not in REQUIRED:
            _say(f"--allow-missing-layer needs one of {', '.join(sorted(REQUIRED))}")
            return _USAGE_ERROR
        allowed.append(name)
        del rest[at : at + 2]
    packages = "--packages" in rest
    if packages:
        rest.remove("--packages")
    if rest not in ([], ["--serve"], ["--layers"]):
        (sys.stdout.write if rest in (["-h"], ["--help"]) else _say)(_USAGE)
        return _DONE if rest in (["-h"], ["--help"]) else _USAGE_ERROR
    try:
        if rest == ["--layers"]:
            return _show_layers()
        with Sandbox(allow_missing_layers=allowed, packages=packages) as sandbox:
            if rest == ["--serve"]:
                for line in sys.stdin.buffer:
                    if line.strip():
                        sys.stdout.write(_answer(sandbox, line) + "\n")
                        sys.stdout.flush()
                return _DONE
            try:
                program = read_request(sys.stdin.buffer.read())
            except DoorError as error:
                _say(str(error))
                return _USAGE_ERROR
            sys.stdout.write(json.dumps(write_report(sandbox.run(program))) + "\n")
            return _DONE
    except SandboxRefused as error:
        _say(str(error))
        return _REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
