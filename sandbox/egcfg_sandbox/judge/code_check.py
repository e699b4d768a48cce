"""Executes a test that is code, with stand-ins for the program's names."""

from __future__ import annotations

import ast
import builtins
import random
import sys
from functools import cached_property, partial
from typing import Any

from egcfg_sandbox.judge import cases, extending, guard, main_module, names, reach, replacements
from egcfg_sandbox.judge.assertions import Assertions, parse
from egcfg_sandbox.judge.classes import class_names
from egcfg_sandbox.judge.evaluation import Evaluation
from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.first_call import name_called_first
from egcfg_sandbox.judge.remote_objects import RemoteObject, RemoteType, named_by_test
from egcfg_sandbox.judge.session import Session
from egcfg_sandbox.judge.uncalled import Uncalled, wanted

Load = tuple[bytes, str, bool]
"""The program's text, the name of its module, and whether it is traced."""


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
        self._trees = (parse(setup), parse(code))
        self._names = names.global_names(setup, code)
        self._names |= main_module.named_in(self._trees)
        self._imports = {
            name for tree in self._trees for node in ast.walk(tree) for name in names.imported_by(node)
        }
        self._assertions = Assertions(setup, code)
        self._looks_for_cancelling = "CancelledError" in setup + code

    @cached_property
    def leaves_nothing_behind(self) -> bool:
        """Whether the test surely changes only its own variables, so that its process can judge again."""
        return reach.leaves_nothing_behind(self._trees, self._imports)

    def guard(self, session: Session) -> None:
        """From now on this process runs as code only what is this test's own: it judges no other one."""
        session.evaluation = Evaluation(self._trees, guard.uses_of_scratch())
        guard.set_up(session.evaluation, pickling="pickle" in self._imports | self._names)

    @cached_property
    def _first_called(self) -> str | None:
        """What of the program the test calls before all else, unless more must be known for that call."""
        name = name_called_first([statement for tree in self._trees for statement in tree.body])
        special = self._names & {"super", "unittest"}
        if special or not self.leaves_nothing_behind or name not in self._names - names.REPLACED:
            return None
        return name

    @cached_property
    def _called_names(self) -> set[str]:
        """Names that the test calls as they are: no modules."""
        nodes = (node for tree in self._trees for node in ast.walk(tree))
        called = (node.func for node in nodes if isinstance(node, ast.Call))
        return {function.id for function in called if isinstance(function, ast.Name)}

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The names that the program may have to give."""
        return tuple(sorted(self._names))

    @cached_property
    def _class_names(self) -> frozenset[str]:
        return class_names(self._trees)

    @cached_property
    def _uncalled(self) -> Uncalled:
        return Uncalled(self._trees)

    @cached_property
    def _assigns_to_modules(self) -> bool:
        return reach.assigns_to_modules(self._trees, self._imports)

    def run(self, session: Session, load: Load, entry_point: str | None) -> None:
        """Has the program loaded and returns when the test holds; raises what made it fail."""
        session.class_names |= self._class_names
        session.may_be_cancelled = self._looks_for_cancelling
        session.texts = self._trees
        session.names = namespace = _Namespace(session)
        first = None if entry_point in vars(builtins) else self._first_called

        def give(found: Any) -> set[str]:
            given = {name: value for name, value in found.items() if name in self._names}
            helpers = names.helpers_among(given, self._called_names, entry_point)
            rest = {name: given[name] for name in given if name not in helpers}
            bound = names.bindings_among(rest, self._trees, entry_point)
            for name, value in bound.items():
                named_by_test(name, value)
            namespace.give(helpers, bound)
            return set(bound)

        def call_first(*arguments: Any, **named: Any) -> Any:
            assert first is not None
            del namespace[first]
            found, called = session.load_and_call((*load, self.asked), first, arguments, named)
            self._assertions.compiled(give(found))
            if called:
                return session.foretold()
            try:
                function = namespace[first]
            except KeyError:
                raise NameError(f"name {first!r} is not defined", name=first) from None
            return function(*arguments, **named)

        if first is None:
            asking = give(session.ask("load", *load, self.asked))
        else:
            asking = {first}
            namespace[first] = call_first
        namespace.update(self._assertions.tools())
        if not self.leaves_nothing_behind:
            self._take_over(session, namespace, load[1])
        self._execute(session, namespace, asking, entry_point)

    def _take_over(self, session: Session, namespace: _Namespace, module: str) -> None:
        """Puts what a test may need that reaches further than its variables in the place of the usual."""
        if session.evaluation is not None:
            namespace.update(session.evaluation.tools(self._names))
        replace = partial(session.ask, "replace", module)
        sys.modules["__main__"] = main_module.MainModule(namespace, namespace, replace)
        if "random" in self._imports:
            _share_seeds(session)
        if self._imports & reach.REPLACING or self._assigns_to_modules:
            session.heed_replacements(replacements.named_in(self._trees))
        if self._imports & reach.NOTICING:
            session.heed_notices()

    def _execute(
        self, session: Session, namespace: _Namespace, asking: set[str], entry_point: str | None
    ) -> None:
        """Executes the test and calls what it has left to others; `asking`: names of the program."""
        if "super" in self._names:
            namespace["super"] = extending.find_super(RemoteType)
        with_classes = "unittest" in self._imports | self._names
        if with_classes:
            cases.take_over()
        for code in self._assertions.compiled(asking):
            exec(code, namespace)
        if with_classes:
            cases.run(namespace)
        for name in self._uncalled.decorated:
            if not isinstance(namespace.get(name), type):
                raise NotATest(f"a decorator made something else of the class {name}")
        for name in self._uncalled.classes:
            cases.run_plain(namespace[name])
        for function in self._uncalled.functions:
            name = function.name
            given = [_candidate(session, namespace, name, entry_point) for _ in range(wanted(function))]
            cases.finished(namespace[name](*given))
        if self._assertions.none_evaluated and self._uncalled.hangs_on_assertions:
            raise NotATest("the test evaluates none of its assertions")

    def forget(self) -> None:
        """Lets go of the values that the last program gave."""
        self._assertions.forget()


def _candidate(session: Session, namespace: _Namespace, function: str, entry_point: str | None) -> Any:
    """What is under test, for a function such as `check(candidate)` that the test does not call."""
    if entry_point is None:
        raise NotATest(f"the test does not call its {function}(), and no entry_point is given")
    candidate = namespace.get(entry_point)
    if candidate is None:
        candidate = session.ask("names", (entry_point,)).get(entry_point)
    if candidate is None:
        raise NameError(f"name {entry_point!r} is not defined", name=entry_point)
    return candidate


def _share_seeds(session: Session) -> None:
    """Lets a seed that the test sets count for the program as well, whose random numbers are its own."""
    original = random.seed

    def seed(value: Any = None, version: int = 2) -> None:
        original(value, version)
        if isinstance(value, int | float | str | bytes):
            session.ask("seed", value, version)

    random.seed = seed  # type: ignore[assignment]
