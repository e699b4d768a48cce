"""What takes the place of an operator or of a well-known function."""

from __future__ import annotations

import ast
from typing import Final

COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.Eq,),
    ast.IsNot: (ast.NotEq,),
}

ARITHMETIC: Final[dict[type[ast.operator], tuple[type[ast.operator], ...]]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Pow, ast.FloorDiv),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div, ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitXor: (ast.Pow, ast.BitOr),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "all": ("any",),
    "any": ("all",),
    "append": ("extend",),
    "combinations": ("permutations", "combinations_with_replacement"),
    "endswith": ("startswith",),
    "extend": ("append",),
    "find": ("rfind",),
    "float": ("int",),
    "fullmatch": ("search", "match"),
    "int": ("round", "float"),
    "isalpha": ("isalnum",),
    "isdigit": ("isalnum",),
    "keys": ("values", "items"),
    "len": ("sum",),
    "list": ("set", "sorted"),
    "lower": ("upper",),
    "match": ("search", "fullmatch"),
    "max": ("min",),
    "min": ("max",),
    "permutations": ("combinations",),
    "round": ("int",),
    "search": ("match", "findall"),
    "set": ("list",),
    "sorted": ("list", "set"),
    "startswith": ("endswith",),
    "strip": ("lstrip", "rstrip"),
    "sum": ("len", "max"),
    "upper": ("lower",),
    "values": ("keys",),
}
"""Functions and methods."""
