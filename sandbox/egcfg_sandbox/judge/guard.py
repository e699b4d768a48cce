"""Lets nothing that the program gave become code of the judge, by whatever way a test comes to run it.

Python tells a process's audit hooks (PEP 578) of every text that is compiled and of every name that a pickle
looks up, also where a library does so for the test: `typing.get_type_hints`, `doctest`, `timeit`, `shelve`.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from egcfg_sandbox.judge.evaluation import Evaluation, text_of
from egcfg_sandbox.linux import namespaces

if TYPE_CHECKING:
    from egcfg_sandbox.judge.pickles import Pickles

# They compile what they have checked themselves, or make a tree and no code.
_TRUSTED: Final = frozenset({"ast", "collections", "dataclasses", "types", __name__.partition(".")[0]})
_LOADING_FROZEN: Final = "importlib._bootstrap"
_LOADING: Final = "importlib._bootstrap_external"
_LIBRARY: Final = tuple(sys.path)
_TEMPLATES: Final = frozenset({"timeit"})
_OF_ANNOTATIONS: Final = frozenset({"typing", "inspect", "annotationlib"})
_IN_ANNOTATIONS: Final = (
    ast.Expression, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.BinOp,
    ast.BitOr, ast.Starred, ast.expr_context,
)  # fmt: skip


def set_up(evaluation: Evaluation, *, pickling: bool) -> None:
    """Guards this process from now on, for good: it judges no other test.

    `pickling`: the test may have pickles of its own.
    """
    pickles = functools.cache(lambda: _pickles(evaluation))
    if pickling:
        pickles()
    checks: dict[str, Callable[..., None]] = {
        "compile": lambda source, filename: _look_at_source(evaluation, source, filename),
        "marshal.loads": lambda *_: _look_at_code(evaluation),
        "code.__new__": lambda *_: _look_at_code(evaluation),
        "pickle.find_class": lambda module, name: pickles().look_at_name(module, name),
    }

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        check = checks.get(event)
        if check is not None:
            check(*arguments)

    sys.addaudithook(look)


def uses_of_scratch() -> Callable[[], bool]:
    """Says whether the scratch folder that test and program share has been used since."""
    if not Path(namespaces.SCRATCH).is_dir():
        return lambda: False
    before = namespaces.scratch_state()
    return lambda: namespaces.scratch_state() != before


def _pickles(evaluation: Evaluation) -> Pickles:
    # Few tests need what it loads.
    from egcfg_sandbox.judge.pickles import Pickles

    return Pickles(evaluation)


def _asking() -> tuple[str, FrameType]:
    """The module, of a package of ours its name, whose code made Python do what the hook is told of."""
    frame = sys._getframe(1)
    while frame.f_globals is globals() and frame.f_back is not None:
        frame = frame.f_back
    name = str(frame.f_globals.get("__name__", ""))
    package = name.partition(".")[0]
    return package if package in _TRUSTED and package not in sys.stdlib_module_names else name, frame


def _look_at_source(evaluation: Evaluation, source: Any, filename: Any) -> None:
    module, _ = _asking()
    loading = module in (_LOADING, _LOADING_FROZEN)
    if module in _TRUSTED or (loading and str(filename).startswith(_LIBRARY)):
        return
    text = text_of(source)
    if text is None or not evaluation.is_the_programs(text):
        return
    if module in _OF_ANNOTATIONS and _is_annotation(text):
        return
    # These write most of what they compile themselves.
    by_template = _is_installed(module) or (module in _TEMPLATES and not evaluation.files_were_used())
    if not by_template or evaluation.has_told_part_of(text):
        raise TypeError("a test does not run as code what the program gave")


def _look_at_code(evaluation: Evaluation) -> None:
    module, frame = _asking()
    kept = module == _LOADING and str(frame.f_locals.get("bytecode_path")).startswith(_LIBRARY)
    if evaluation.has_heard and not kept and module not in (_LOADING_FROZEN, *_TRUSTED):
        raise TypeError("a test makes no code of bytes, once the program has given it something")


def _is_annotation(text: str) -> bool:
    """Whether a text names types and does nothing."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(
        isinstance(node, _IN_ANNOTATIONS)
        and not (isinstance(node, ast.Attribute) and node.attr.startswith("_"))
        for node in ast.walk(tree)
    )


def _is_installed(module: str) -> bool:
    """Whether a module is one of a package beside Python: neither Python's own nor the test's."""
    known = module == "__main__" or module.partition(".")[0] in sys.stdlib_module_names
    return not known and getattr(sys.modules.get(module), "__spec__", None) is not None
