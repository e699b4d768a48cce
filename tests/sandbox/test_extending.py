"""Classes of the test may extend the program's, as exercises with abstract classes ask for."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

SHAPES = """
from abc import ABC, abstractmethod
class Shape(ABC):
    made = []
    def __init__(self, name):
        self.name = name
        self.made.append(name)
    def __init_subclass__(cls): cls.kind = cls.__name__.lower()
    @abstractmethod
    def area(self): ...
    @property
    def label(self): return f"{self.name}: {self.area()}"
    def __lt__(self, other): return self.area() < other.area()
    @classmethod
    def unit(cls): return cls(1)
def largest(shapes): return max(shapes)
"""
SQUARE = """
class Square(Shape):
    SIDES = 4
    def __init__(self, side):
        super().__init__("square")
        self.side = side
    def area(self): return self.side ** 2
    @property
    def label(self): return super().label + "!"
    @staticmethod
    def corners(): return 4
    @classmethod
    def unit(cls):
        made = super().unit()
        made.side *= 2
        return made
    def __len__(self): return self.side
"""
USES = [
    ("s = Square(3)\nassert (s.area(), s.name, s.label, s.kind, s.SIDES) == (9, 'square', 'square: 9!', 'square', 4)", ": {self.area()}", ""),
    ("assert isinstance(Square(1), Square) and isinstance(Square(1), Shape) and issubclass(Square, Shape) and len(Square(5)) == 5 and Square(1).name", "self.name = name", "self.nom = name"),
    ("assert largest([Square(1), Square(3), Square(2)]).side == 3 and Square(1) < Square(2)", "<", ">"),
    ("assert Square.unit().side == 2 and Square.corners() == 4 and type(Square.unit()).__name__ == 'Square'", "cls(1)", "cls(2)"),
    ("try: Shape('x')\nexcept TypeError: Square(1)\nelse: assert False\nassert Shape.made == ['square']", "    @abstractmethod\n", ""),
    ("class Cube(Square):\n    def area(self): return 6 * super().area()\nassert Cube(2).label == 'square: 24!'", "self.area()}", "self.name}"),
    ("class Bare(Shape): pass\ntry: Bare('x')\nexcept TypeError: pass\nelse: assert False", "    @abstractmethod\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("test", "old", "new"), USES)
def test_it_holds_and_a_wrong_class_fails(judge: Judge, test: str, old: str, new: str) -> None:
    row = judge(SHAPES, SQUARE + test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert old in SHAPES
    assert not judge(SHAPES.replace(old, new), SQUARE + test).passed


FORGING = {
    "a class of its own instead": "class M(type):\n    def __new__(m, n, b, d): return type.__new__(m, n, (), {}) if not b else E\nclass Shape(metaclass=M): pass",
    "no class": "class M(type):\n    def __new__(m, n, b, d): return type.__new__(m, n, (), {}) if not b else E()\nclass Shape(metaclass=M): pass",
    "methods that are not the test's": "class Shape:\n    def __init__(self, *a): pass\n    def __getattribute__(self, name): return E()\n    unit = classmethod(lambda c: c(1))",
    "super that is another": "class Shape:\n    name = side = E()\n    def __init__(self, name): type(self).area = lambda s: E()\n    def __setattr__(self, name, value): pass",
}
EQUAL = "class E:\n    def __init__(self, *a): pass\n    def __eq__(self, o): return True\n    __ne__ = __bool__ = lambda *a: False\n    def __lt__(self, o): return True\n    __gt__ = __lt__\n    def __sub__(self, o): return 0\n    __rsub__ = __pow__ = __sub__\n    def __call__(self, *a): return self\n    def __hash__(self): return hash(9)\n    def __getattr__(self, n): return self\n"


@pytest.mark.parametrize("case", FORGING)
def test_a_class_that_is_extended_forges_nothing(judge: Judge, case: str) -> None:
    for check in (
        "assert Square(3).area() == 9",
        "assert Square(3).area() - 9 == 0",
        "assert Square(3).area() in (8, 9)",
        "assert Square(3).name == 'square'",
        "assert abs(Square(3).area() - 9) < 1e-6",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(Square(3).name, 'square')",
    ):
        row = judge(f"{EQUAL}{FORGING[case]}", SQUARE + check)
        assert row.status in (Verdict.FAILED, Verdict.ERROR, Verdict.MALFORMED), check
