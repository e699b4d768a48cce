"""Finds the names that a statement binds, uses and changes at the top level of a module."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from egcfg_tui.exercises.python.source import definitions
from egcfg_tui.exercises.python.stubs import is_empty

KNOWN: Final = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__builtins__"}
"""Names that every module has."""

_MUTABLE: Final = (
    ast.Call | ast.Dict | ast.DictComp | ast.List | ast.ListComp | ast.Set | ast.SetComp | ast.BinOp
)
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Names:
    """The names of statements. Attributes are written `owner.attribute`, for owners that are names.

    `stubs` are bound to something that is still to be written, `owners` to functions and classes whose
    attributes are all visible, and `variables` to values that can be changed. `modules` are bound by
    `import`, `imported` by any import. `star`: there may be unknown names, from `import *`.
    """

    bound: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    attributes_set: frozenset[str] = frozenset()
    attributes_used: frozenset[str] = frozenset()
    stubs: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    star: bool = False

    def __add__(self, later: Names) -> Names:
        return Names(
            self.bound | later.bound,
            self.used | later.used,
            self.attributes_set | later.attributes_set,
            self.attributes_used | later.attributes_used,
            (self.stubs - later.bound) | later.stubs,
            (self.owners - later.bound) | later.owners,
            self.modules | later.modules,
            self.imported | later.imported,
            self.variables | later.variables,
            self.star or later.star,
        )

    @property
    def missing(self) -> frozenset[str]:
        """The names and attributes that are used but never bound; none if there may be unknown names."""
        if self.star:
            return frozenset()
        attributes = {
            name for name in self.attributes_used - self.attributes_set if _owner(name) in self.owners
        }
        return (self.used - self.bound - KNOWN) | attributes


NO_NAMES: Final = Names()


def names_of(tree: ast.Module, source: str) -> Names:
    """The names of parsed statements; `source` is their text."""
    used, bound = _global_names(tree, source)
    nodes = list(ast.walk(tree))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    attributes = list(_attributes(nodes))
    bindings = definitions(tree)
    return Names(
        bound=bound,
        used=used,
        attributes_set=frozenset(name for name, is_set in attributes if is_set)
        | {
            f"{node.name}.{name}"
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            for name in definitions(ast.Module(node.body, []))
        },
        attributes_used=frozenset(name for name, is_set in attributes if not is_set),
        stubs=frozenset(name for name, node in bindings.items() if _is_stub(node)),
        owners=frozenset(name for name, node in bindings.items() if _shows_attributes(node)),
        modules=frozenset(_imported(node for node in imports if isinstance(node, ast.Import))),
        imported=frozenset(_imported(imports)),
        variables=frozenset(
            name
            for name, node in bindings.items()
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, _MUTABLE)
        ),
        star=any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes),
    )


def changed_names(tree: ast.Module) -> frozenset[str]:
    """The names whose value, attributes or items the statements set, also inside loops and branches."""
    changed: set[str] = set()
    for node in _executed(tree.body):
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                changed.add(_root(node))
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                changed.add(_root(node))
            case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[ast.expr() as owner, *_]):
                changed.add(_root(owner))
            case _:
                pass
    return frozenset(changed - {""})


def names_called_for_effect(tree: ast.Module) -> frozenset[str]:
    """The names that the statements call, or whose methods they call, without using the result."""
    calls = [
        node.value.func
        for node in _executed(tree.body)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    return frozenset(_root(function) for function in calls) - {""}


def acts(tree: ast.Module) -> bool:
    """Whether the statements call something for its effect, such as printing, when they run."""
    return any(
        isinstance(inner, ast.Call)
        for node in _executed(tree.body)
        if isinstance(node, ast.Expr)
        for inner in _executed([node])
    )


def is_words(tree: ast.Module, names: Names) -> bool:
    """Whether the statements only read names, one of them unbound: they are words and no Python."""
    if names.star or not tree.body:
        return False
    read: set[str] = set()
    for statement in tree.body:
        match statement:
            case ast.Expr(value=expression) | ast.AnnAssign(annotation=expression, value=None):
                for node in ast.walk(expression):
                    if isinstance(node, ast.Call | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
                        return False
                    if isinstance(node, ast.Name):
                        read.add(node.id)
            case _:
                return False
    return not read <= names.bound | KNOWN


def is_sentence(header: ast.Module, names: Names) -> bool:
    """Whether the header of a block reads several names, none of them bound: it is a sentence."""
    match header.body:
        case [ast.If(test=first) | ast.While(test=first) | ast.For(iter=first)]:
            read = ast.walk(first)
        case [ast.With(items=items)]:
            read = (node for item in items for node in ast.walk(item.context_expr))
        case _:
            return False
    found = {node.id for node in read if isinstance(node, ast.Name)}
    return not names.star and len(found) > 1 and found.isdisjoint(names.bound | KNOWN)


def _global_names(tree: ast.Module, source: str) -> tuple[frozenset[str], frozenset[str]]:
    """The global names that are used in any scope, and the names that the module itself binds."""
    used: set[str] = set()
    bound: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            top = symtable.symtable(source, "answer", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset(), frozenset(definitions(tree))
    for table in _tables(top):
        for symbol in table.get_symbols():
            if table is top or symbol.is_global():
                if symbol.is_referenced() or symbol.is_declared_global():
                    used.add(symbol.get_name())
                if table is top and (symbol.is_assigned() or symbol.is_imported()):
                    bound.add(symbol.get_name())
    return frozenset(used), frozenset(bound)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _attributes(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, bool]]:
    """The attributes of names, and whether each is set. An augmented assignment counts as use."""
    augmented = {id(node.target) for node in nodes if isinstance(node, ast.AugAssign)}
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                if not (name.startswith("__") and name.endswith("__")):
                    yield f"{owner}.{name}", isinstance(node.ctx, ast.Store) and id(node) not in augmented
            case ast.Call(
                func=ast.Name(id="setattr"), args=[ast.Name(id=owner), ast.Constant(value=str(name)), _]
            ):
                yield f"{owner}.{name}", True
            case _:
                pass


def _is_stub(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return is_empty(node)
        case ast.ClassDef(bases=[], keywords=[], decorator_list=[]):
            return is_empty(node) and not any(isinstance(part, ast.AnnAssign) for part in node.body)
        case ast.Assign(value=ast.Constant(value=None | builtins.Ellipsis)):
            return True
        case _:
            return False


def _shows_attributes(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]):
            return True
        case ast.ClassDef(bases=[], keywords=[], decorator_list=[]):
            return True
        case _:
            return False


def _imported(imports: Iterable[ast.Import | ast.ImportFrom]) -> Iterator[str]:
    for node in imports:
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]


def _executed(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes that run when the module runs, without those inside functions and classes."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _Scope):
            yield node
            waiting += ast.iter_child_nodes(node)


def _root(node: ast.expr) -> str:
    """The name at the beginning of an expression of attributes, items and calls; empty if there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _owner(attribute: str) -> str:
    return attribute.partition(".")[0]
