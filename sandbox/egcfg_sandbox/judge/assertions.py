"""Executes a test with stand-ins for the program's names and says in one line why it does not hold."""

from __future__ import annotations

import ast
import builtins
import importlib
import operator
import random
import symtable
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from types import CodeType
from typing import Any, Final

from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.judge import cases, extending, guard, main_module, replacements
from egcfg_sandbox.judge.classes import class_names
from egcfg_sandbox.judge.evaluation import Evaluation
from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.first_call import name_called_first
from egcfg_sandbox.judge.formatting import BoundFormats, formatting
from egcfg_sandbox.judge.modules import HELPER_MODULES
from egcfg_sandbox.judge.remote_objects import RemoteObject, RemoteType, named_by_test
from egcfg_sandbox.judge.session import Session
from egcfg_sandbox.judge.shadowing import under_test
from egcfg_sandbox.judge.unswallowing import SETUP, TEST

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Is: ("is", operator.is_),
    ast.IsNot: ("is not", operator.is_not),
    ast.In: ("in", lambda left, right: left in right),
    ast.NotIn: ("not in", lambda left, right: left not in right),
}
_COMPARE: Final = dict(_COMPARISONS.values())
_SHOWN: Final = 120
_EXECUTION: Final = "test_execution"
_INSPECTION: Final = "test_string"
_CHECK: Final = "check"
# Names for modules that only the program imported, and where a value's class or a comparison comes from.
_USUAL_NAMES: Final = {"np": "numpy", "numpy": "numpy", "pd": "pandas", "pandas": "pandas"}
_HOMES: Final = {
    **dict.fromkeys(("Counter", "OrderedDict", "defaultdict", "deque"), "collections"),
    **dict.fromkeys(("datetime", "date", "timedelta"), "datetime"),
    "Decimal": "decimal",
    "Fraction": "fractions",
    "deepcopy": "copy",
    "isclose": "math",
}

# Names and modules by which a test could change more than its own variables, or not.
_REACHING: Final = frozenset(
    {
        "exec",
        "eval",
        "compile",
        "open",
        "setattr",
        "delattr",
        "globals",
        "vars",
        "getattr",
        "__import__",
        "__builtins__",
        "input",
        "get_type_hints",
    }
)
# Modules by which a test puts streams and functions of its own in the place of the usual ones.
_REPLACING: Final = frozenset({"os", "sys", "builtins", "contextlib", "unittest"})
# Those by which it hears of warnings and log records.
_NOTICING: Final = frozenset({"warnings", "logging", "unittest"})
_HARMLESS_IMPORTS: Final = frozenset(
    {"math", "cmath", "collections", "itertools", "functools", "string", "re", "typing", "operator", "copy",
     "fractions", "datetime", "heapq", "bisect"}
)  # fmt: skip


Load = tuple[bytes, str, bool]
"""The program's text, the name of its module, and whether it is traced."""


@dataclass(frozen=True, slots=True)
class _Check:
    """What is known of an assertion before it is executed."""

    symbol: str
    expression: ast.expr
    answer_is_right: bool


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Setup and test as code, and the assertions in them by number."""

    codes: tuple[CodeType, ...]
    checks: tuple[_Check, ...]


class _Rewriter(ast.NodeTransformer):
    """Lets every assertion leave its values behind, without changing what it evaluates or when."""

    def __init__(self, names: set[str], checks: list[_Check]) -> None:
        self._names = names
        self._checks = checks

    def _asks_program(self, node: ast.AST) -> bool:
        return any(
            isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in self._names
            for part in ast.walk(node)
        )

    def visit_Assert(self, node: ast.Assert) -> Any:
        test = node.test
        index = ast.Constant(len(self._checks))
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            left, right = test.left, test.comparators[0]
            symbol = _COMPARISONS[type(test.ops[0])][0]
            turned = self._asks_program(right) and not self._asks_program(left)
            self._checks.append(_Check(symbol, test, turned))
            condition = _call("_judge_compare", index, left, right)
        else:
            self._checks.append(_Check("", test, False))
            condition = _call("_judge_truth", index, test)
        message = _call("_judge_failure", index, *([node.msg] if node.msg else []))
        raising = ast.Raise(exc=message, cause=None)
        statement = ast.If(test=ast.UnaryOp(ast.Not(), condition), body=[raising], orelse=[])
        return ast.fix_missing_locations(ast.copy_location(statement, node))


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(name, ast.Load()), args=list(arguments), keywords=[])


def _calls_an_assertion(node: ast.AST) -> bool:
    """Whether it is a call such as unittest and mocks have them."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and (called.attr.startswith("assert") or called.attr == "fail")


class _Namespace(dict[str, Any]):
    """The test's globals; a variable of the program is asked for each time it is read."""

    def __init__(self, session: Session) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self._session = session
        self._variables: frozenset[str] = frozenset()

    def give(self, helpers: dict[str, Any], bound: dict[str, Any]) -> None:
        """Fills in what a loaded program gives, and what stands in the place of some of it."""
        callables = {name: value for name, value in bound.items() if isinstance(value, RemoteObject | type)}
        self._variables = frozenset(bound) - callables.keys()
        self.update(helpers)
        self.update(callables)

    def __missing__(self, name: str) -> Any:
        if name in self._variables:
            found = self._session.ask("names", (name,))
            if type(found) is dict and name in found:
                return found[name]
        raise KeyError(name)


class CodeCheck:
    """One test, parsed: `asked` are the names it reads, `run` executes it, for any number of programs."""

    def __init__(self, setup: str, code: str) -> None:
        self._texts = (setup, code)
        self._setup = _parse(setup)
        self._code = _parse(code)
        self._names = _global_names(setup, code)
        self._names |= main_module.named_in((self._setup, self._code), self._names)
        self._imports = {
            name for tree in (self._setup, self._code) for node in ast.walk(tree) for name in _imported(node)
        }
        self._compiled: dict[frozenset[str], _Compiled] = {}
        self._checks: tuple[_Check, ...] = ()
        self._values: dict[int, tuple[Any, ...]] = {}
        self._render = Renderer(_SHOWN)

    @cached_property
    def leaves_nothing_behind(self) -> bool:
        """Whether the test surely changes only its own variables, so that its process can judge again."""
        if self.executes_program or not self._imports <= _HARMLESS_IMPORTS:
            return False
        nodes = (node for tree in (self._setup, self._code) for node in ast.walk(tree))
        return not any(
            (isinstance(node, ast.Name) and node.id in _REACHING)
            or (
                isinstance(node, ast.Attribute)
                and (type(node.ctx) is not ast.Load or node.attr.startswith("__") or node.attr in _REACHING)
            )
            for node in nodes
        )

    def guard(self, session: Session) -> None:
        """From now on this process runs as code only what is this test's own: it judges no other one."""
        session.evaluation = Evaluation((self._setup, self._code), guard.uses_of_scratch())
        guard.set_up(session.evaluation, pickling="pickle" in self._imports | self._names)

    @cached_property
    def _assigns_to_modules(self) -> bool:
        """Whether the test sets a variable of what it has imported."""
        nodes = (node for tree in (self._setup, self._code) for node in ast.walk(tree))
        return any(
            isinstance(node, ast.Attribute)
            and type(node.ctx) is not ast.Load
            and ast.unparse(node.value).partition(".")[0] in self._imports
            for node in nodes
        )

    @cached_property
    def _first_called(self) -> str | None:
        """What of the program the test calls before all else, unless more must be known for that call."""
        name = name_called_first([*self._setup.body, *self._code.body])
        replaced = _USUAL_NAMES.keys() | _HOMES.keys() | HELPER_MODULES
        special = self._names & {"super", "unittest"}
        if special or not self.leaves_nothing_behind or name not in self._names - replaced:
            return None
        return name

    @cached_property
    def _called_names(self) -> set[str]:
        """Names that the test calls as they are: no modules."""
        calls = (
            node.func
            for tree in (self._setup, self._code)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        )
        return {called.id for called in calls if isinstance(called, ast.Name)}

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The names that the program may have to give."""
        return tuple(sorted(self._names))

    def run(self, session: Session, load: Load, entry_point: str | None) -> None:
        """Has the program loaded and returns when the test holds; raises what made it fail."""
        session.class_names |= self._class_names
        session.may_be_cancelled = self._names_cancelling
        session.texts = (self._setup, self._code)
        session.names = namespace = _Namespace(session)
        first = None if entry_point in vars(builtins) else self._first_called

        def give(found: Any) -> set[str]:
            given = {name: value for name, value in found.items() if name in self._names}
            helpers = self._helpers(given, entry_point)
            bound = self._bindings({name: given[name] for name in given if name not in helpers}, entry_point)
            for name, value in bound.items():
                named_by_test(name, value)
            namespace.give(helpers, bound)
            return set(bound)

        def call_first(*arguments: Any, **named: Any) -> Any:
            assert first is not None
            del namespace[first]
            found, called = session.load_and_call((*load, self.asked), first, arguments, named)
            self.compiled(give(found))
            if called:
                return session.foretold()
            try:
                function = namespace[first]
            except KeyError:
                raise NameError(f"name {first!r} is not defined", name=first) from None
            return function(*arguments, **named)

        if first is None:
            names = give(session.ask("load", *load, self.asked))
        else:
            names = {first}
            namespace[first] = call_first
        if session.evaluation is not None:
            namespace.update(session.evaluation.tools(self._names))
        if not self.leaves_nothing_behind:
            sys.modules["__main__"] = main_module.MainModule(
                namespace, namespace, partial(session.ask, "replace", load[1])
            )
        if "super" in self._names:
            namespace["super"] = extending.find_super(RemoteType)
        self._add_helpers(namespace)
        if "random" in self._imports:
            _share_seeds(session)
        if self._imports & _REPLACING or self._assigns_to_modules:
            session.heed_replacements(replacements.named_in((self._setup, self._code)))
        if self._imports & _NOTICING:
            session.heed_notices()
        classes = "unittest" in self._imports | self._names
        if classes:
            cases.take_over()
        for code in self.compiled(names):
            exec(code, namespace)
        if classes:
            cases.run(namespace)
        for name in self._plain_classes:
            cases.run_plain(namespace[name])
        self._call_functions(session, namespace, entry_point)
        if not self._values and self._hangs_on_assertions:
            raise NotATest("the test evaluates none of its assertions")

    def _call_functions(self, session: Session, namespace: dict[str, Any], entry_point: str | None) -> None:
        """Calls what the test defined to be called by others: `check(candidate)`, and `test_...()`."""
        for function in self._uncalled:
            if not function.args.args:
                cases.finished(namespace[function.name]())
            elif entry_point is None:
                raise NotATest(f"the test does not call its {function.name}(), and no entry_point is given")
            else:
                candidate = namespace.get(entry_point)
                if candidate is None:
                    candidate = session.ask("names", (entry_point,)).get(entry_point)
                if candidate is None:
                    raise NameError(f"name {entry_point!r} is not defined", name=entry_point)
                cases.finished(namespace[function.name](candidate))

    @cached_property
    def _read(self) -> set[str]:
        """Names that the test reads, or sets otherwise than by definitions."""
        trees = (self._setup, self._code)
        return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}

    @cached_property
    def _uncalled(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Functions that would be the whole test, were they called."""
        return [
            node
            for tree in (self._setup, self._code)
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name not in self._read
            and _is_for_others(node)
        ]

    @cached_property
    def _plain_classes(self) -> list[str]:
        """Classes of tests that extend nothing, and that the test does not use itself."""
        return [
            node.name
            for tree in (self._setup, self._code)
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            and node.name.startswith("Test")
            and node.name not in self._read
            and not (node.bases or node.keywords or node.decorator_list)
        ]

    @cached_property
    def _hangs_on_assertions(self) -> bool:
        """Whether the test can fail by nothing but `assert`, of more than a constant."""
        nodes = [node for tree in (self._setup, self._code) for node in ast.walk(tree)]
        if any(isinstance(node, ast.Raise) or _calls_an_assertion(node) for node in nodes):
            return False
        asserted = [node.test for node in nodes if isinstance(node, ast.Assert)]
        return any(isinstance(part, ast.Name) for test in asserted for part in ast.walk(test))

    @cached_property
    def _names_cancelling(self) -> bool:
        return any("CancelledError" in text for text in self._texts)

    @cached_property
    def _class_names(self) -> frozenset[str]:
        return class_names((self._setup, self._code))

    def forget(self) -> None:
        """Lets go of the values that the last program gave."""
        self._values.clear()

    @cached_property
    def executes_program(self) -> bool:
        """Whether the test puts the program's text into a context of its own and executes that (DS-1000)."""
        return any(_EXECUTION in _defined(tree) for tree in (self._setup, self._code))

    def run_executing(self, session: Session, source: str, *, trace: bool) -> None:
        """Like `run`, but what the test executes is executed by the program's process.

        The test finds the program's text under the name `solution`.
        """

        def execute(text: Any, names: Any = None) -> None:
            names = {} if names is None else names
            names.update(session.ask("execute", text, names, trace, _lines_of(source, text)))

        session.texts = (self._setup, self._code)
        namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        namespace |= {"exec": execute, "solution": source}
        if session.evaluation is not None:
            session.evaluation.hear([source.encode()])
        self._add_helpers(namespace)
        for code in self.compiled({"exec"}):
            exec(code, namespace)
        called = {node.func.id for tree in (self._setup, self._code) for node in _called(tree)}
        for name in (_EXECUTION, _INSPECTION):
            if name in namespace and name not in called:
                namespace[name](source)

    def _add_helpers(self, namespace: dict[str, Any]) -> None:
        namespace["_judge_compare"] = self._compare
        namespace["_judge_truth"] = self._truth
        namespace["_judge_failure"] = self._failure
        namespace["_judge_format"] = formatting

    def compiled(self, names: set[str]) -> tuple[CodeType, ...]:
        """Setup and test with assertions that leave their values behind; `names` are the program's."""
        key = frozenset(names)
        if key not in self._compiled:
            self._compiled[key] = self._compile(names)
        self._checks = self._compiled[key].checks
        return self._compiled[key].codes

    def _compile(self, names: set[str]) -> _Compiled:
        checks: list[_Check] = []
        rewriter = _Rewriter(names, checks)
        bounding = BoundFormats("_judge_format")
        trees = [
            (name, rewriter.visit(bounding.visit(_parse(text))))
            for name, text in zip((SETUP, TEST), self._texts, strict=True)
        ]
        codes = [compile(tree, name, "exec", dont_inherit=True) for name, tree in trees if tree.body]
        return _Compiled(tuple(codes), tuple(checks))

    def _helpers(self, given: dict[str, Any], entry_point: str | None) -> dict[str, Any]:
        """What helps a test to compare but was left to the program to import: the judge's own instead."""
        helpers: dict[str, Any] = {}
        for name in set(given) - self._called_names:
            if name in _USUAL_NAMES:
                helpers[name] = _imported_here(_USUAL_NAMES[name])
            elif name in HELPER_MODULES:
                module = importlib.import_module(name)
                # Of `from datetime import datetime` the class of that name is meant.
                helpers[name] = given[name] if given[name] is getattr(module, name, module) else module
        if entry_point is not None or not set(given) <= _HOMES.keys():
            for name in (set(given) & _HOMES.keys()) - helpers.keys():
                helpers[name] = getattr(importlib.import_module(_HOMES[name]), name)
        helpers.pop(entry_point or "", None)
        return helpers

    def _bindings(self, given: dict[str, Any], entry_point: str | None) -> dict[str, Any]:
        """The program's names that the test gets: those of builtins only where they are under test."""
        shadowing = {name for name in given if name in vars(builtins)}
        own = set(given) - shadowing
        bound = {name: given[name] for name in own}
        if entry_point in shadowing:
            bound[entry_point] = given[entry_point]
        elif not own and entry_point is None:
            bound |= {name: given[name] for name in under_test((self._setup, self._code), shadowing)}
        return bound

    def _compare(self, index: int, left: Any, right: Any) -> bool:
        self._values[index] = (left, right)
        return bool(_COMPARE[self._checks[index].symbol](left, right))

    def _truth(self, index: int, value: Any) -> bool:
        self._values[index] = (value,)
        return bool(value)

    def _failure(self, index: int, message: Any = None) -> AssertionError:
        check = self._checks[index]
        values = [self._text(value) for value in self._values.get(index, ())]
        if check.answer_is_right:
            values.reverse()
        if len(values) == 2 and check.symbol == "==":
            detail = f"got {values[0]}, expected {values[1]}"
        elif len(values) == 2:
            detail = f"got {values[0]}, expected {check.symbol} {values[1]}"
        else:
            expression = " ".join(ast.unparse(check.expression).split())
            detail = f"{_short(expression)} is {values[0] if values else 'false'}"
        return AssertionError(f"{_short(str(message))} ({detail})" if message is not None else detail)

    def _text(self, value: Any) -> str:
        if isinstance(value, RemoteObject):
            return f"<{_kind_of(value)} object>"
        return self._render.text(value)


def _kind_of(value: RemoteObject) -> str:
    """The class of the program, or what is known of an object that has none of its own."""
    kind = type(value)
    return kind.__name__ if isinstance(kind, RemoteType) else kind.__name__.removeprefix("Remote").lower()


def _share_seeds(session: Session) -> None:
    """Lets a seed that the test sets count for the program as well, whose random numbers are its own."""
    original = random.seed

    def seed(value: Any = None, version: int = 2) -> None:
        original(value, version)
        if isinstance(value, int | float | str | bytes):
            session.ask("seed", value, version)

    random.seed = seed  # type: ignore[assignment]


def _global_names(*texts: str) -> set[str]:
    """Names that the test reads from outside itself: its own variables are none of the program's business."""
    names: set[str] = set()
    own: set[str] = set()
    for text in texts:
        module = symtable.symtable(text, TEST, "exec")
        for symbol in module.get_symbols():
            if symbol.is_assigned() or symbol.is_imported():
                own.add(symbol.get_name())
            else:
                names.add(symbol.get_name())
        waiting = module.get_children()
        while waiting:
            table = waiting.pop()
            names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
            waiting += table.get_children()
    return names - own


def _imported_here(name: str) -> Any:
    """The judge's own copy of a package; without one the program cannot have it either."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotATest(f"the test needs {name}, which this sandbox does not have") from None


def _defined(tree: ast.Module) -> set[str]:
    """Functions that the test defines for all of its code."""
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _is_for_others(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a runner of tests would call the function: `check` with one argument, `test...` with none."""
    given = function.args
    if given.kwonlyargs or given.posonlyargs or given.vararg or given.kwarg:
        return False
    wanted = len(given.args) - len(given.defaults)
    return wanted == 0 if function.name.startswith("test") else wanted == 1 and function.name == _CHECK


def _called(tree: ast.Module) -> Iterator[Any]:
    """Plain calls of names that the test makes by itself, not inside its functions."""
    for node in tree.body:
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
        ):
            yield node.value


def _lines_of(source: str, text: Any) -> tuple[int, int] | None:
    """First and last line (from 1) of the program in the text that a test made of it, None: nowhere."""
    start = text.find(source.rstrip()) if isinstance(text, str) and source.strip() else -1
    if start < 0:
        return None
    first = text.count("\n", 0, start) + 1
    return first, first + source.rstrip().count("\n")


def _imported(node: ast.AST) -> Iterator[str]:
    """Top-level modules that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.partition(".")[0]


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _parse(text: str) -> ast.Module:
    try:
        return ast.parse(text, TEST)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line} of the test)" if line else ""
        raise NotATest(f"the test does not parse: {getattr(error, 'msg', None) or error}{where}") from None
