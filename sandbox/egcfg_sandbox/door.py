"""The JSON door: one object in, one object out, for callers in any language."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Final

from egcfg_sandbox.verdicts import TOLERANCE, CodeTest, Limits, Program, Report, StdioTest, Test, Trace

_KEYS: Final = frozenset({"source", "tests", "timeout_s", "limits", "trace", "entry_point", "classes"})
_TEST_KEYS: Final = ("code", "setup", "stdin", "stdout", "tolerance")


class DoorError(ValueError):
    """A request that cannot be read. The text names the key and what belongs there."""


def read_request(text: bytes) -> Program:
    """The program that one JSON object asks to run."""
    try:
        request = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise DoorError(f"the request is not UTF-8 (byte {error.start})") from None
    except DoorError:
        raise
    except (ValueError, RecursionError) as error:
        raise DoorError(f"the request is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise DoorError('the request must be an object: {"source": ..., "tests": [...], "timeout_s": ...}')
    unknown = sorted(request.keys() - _KEYS)
    if unknown:
        raise DoorError(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    tests = request.get("tests")
    if not isinstance(tests, list):
        raise DoorError("'tests' must be a list of tests")
    entry_point = request.get("entry_point")
    if entry_point is not None and not isinstance(entry_point, str):
        raise DoorError("'entry_point' must be a string")
    classes = request.get("classes", [])
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise DoorError("'classes' must be a list of names")
    trace = request.get("trace", False)
    if not isinstance(trace, bool):
        raise DoorError("'trace' must be true or false")
    return Program(
        source=_text(request, "source", "the request"),
        tests=tuple(_test(item, number) for number, item in enumerate(tests, 1)),
        trace=trace,
        limits=_limits(request),
        entry_point=entry_point,
        classes=tuple(classes),
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, none of whose keys may be given twice: nobody could say which one counts."""
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise DoorError(f"the key {key!r} is given twice in one object; leave one")
        values[key] = value
    return values


def _text(values: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str):
        raise DoorError(f"{key!r} of {where} must be a string")
    return value


def _test(item: Any, number: int) -> Test:
    """A string is code; an object has `code` (and `setup`), or `stdin` and `stdout`."""
    where = f"test {number}"
    if isinstance(item, str):
        return CodeTest(item)
    if not isinstance(item, dict):
        raise DoorError(f"{where} must be a string or an object with 'code', or with 'stdin' and 'stdout'")
    unknown = sorted(item.keys() - set(_TEST_KEYS))
    if unknown:
        raise DoorError(f"{where} has the unknown key {unknown[0]!r}; known are {', '.join(_TEST_KEYS)}")
    if "code" in item and not item.keys().isdisjoint(("stdin", "stdout")):
        raise DoorError(f"{where} has 'code' and 'stdin' or 'stdout'; make two tests of it")
    if "code" in item:
        return CodeTest(_text(item, "code", where), _text(item, "setup", where, ""))
    tolerance = item.get("tolerance", TOLERANCE)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        raise DoorError(f"'tolerance' of {where} must be a number from 0 to below 1")
    return StdioTest(_text(item, "stdin", where), _text(item, "stdout", where), float(tolerance))


def _limits(request: dict[str, Any]) -> Limits:
    """`limits` by name; `timeout_s` sets wall and processor seconds together."""
    given = request.get("limits", {})
    if not isinstance(given, dict):
        raise DoorError("'limits' must be an object")
    values = dict(given)
    if "timeout_s" in request:
        values = {"wall_s": request["timeout_s"], "cpu_s": request["timeout_s"], **values}
    types = {field.name: field.type for field in fields(Limits)}
    for name, value in values.items():
        if name not in types:
            raise DoorError(f"unknown limit {name!r}; known are {', '.join(types)}")
        if types[name] == "int" and not isinstance(value, int):
            raise DoorError(f"limit {name!r} must be a whole number, not {value!r}")
    try:
        return Limits(**values)
    except ValueError as error:
        raise DoorError(str(error)) from None


def write_report(report: Report) -> dict[str, Any]:
    """The answer as plain data. `trace` is that of the first test that did not pass, else of the first."""
    rows = [
        {
            "test": row.test,
            "passed": row.passed,
            "status": row.status.value,
            "guarded": row.guarded,
            "error": row.error,
            "wall_s": round(row.wall_s, 6),
            "output": row.output,
            "trace": _trace(row.trace),
        }
        for row in report.results
    ]
    shown = next((row for row in rows if not row["passed"]), rows[0] if rows else None)
    return {
        "status": report.status.value,
        "guarded": report.guarded,
        "wall_s": round(report.wall_s, 6),
        "results": rows,
        "trace": shown["trace"] if shown else None,
    }


def _trace(trace: Trace | None) -> dict[str, Any] | None:
    if trace is None:
        return None
    events = [{**event._asdict(), "changes": dict(event.changes)} for event in trace.events]
    return {"events": events, "dropped": trace.dropped}
