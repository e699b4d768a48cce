"""What the program gave is data for the judge, whatever library of the test would run it as code."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import importlib

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict
from egcfg_sandbox.judge.pickles import _UNCHANGEABLE

SOURCE = """
import marshal, pickle
TEXT = "__import__('builtins').__dict__.update(ran=True) or 42"
class Asking:
    def __reduce__(self): return (eval, (TEXT,))
def text(): return TEXT
def program(): return "found = " + TEXT
def dumped(): return pickle.dumps(Asking())
def changing(): return b"\\x80\\x02ccollections\\nCounter\\nN(S'__eq__'\\nc__builtin__\\nset\\nd\\x86b."
def dump_to(file): file.write(pickle.dumps(Asking()))
def write(path, what):
    with open(path, "wb") as file: file.write(what if isinstance(what, bytes) else what.encode())
def write_text(path): write(path, TEXT)
def write_program(path): write(path, program())
def write_pickle(path): write(path, dumped())
def write_code(path):
    import importlib.util
    made = compile(program(), "x.py", "exec")
    write(path, importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(made))
def code(): return marshal.dumps(compile(TEXT, "<x>", "eval"))
def hinted(x: TEXT): return x
def documented(): pass
documented.__doc__ = ">>> " + TEXT + "\\n42\\n"
"""

RUNNING = {
    "pickle.loads": "import pickle\nassert pickle.loads(dumped()) == 42",
    "pickle.load": "import io, pickle\nassert pickle.load(io.BytesIO(dumped())) == 42",
    "pickle.load of what it wrote": "import io, pickle\nfile = io.BytesIO()\ndump_to(file)\nfile.seek(0)\nassert pickle.load(file) == 42",
    "pickle.Unpickler": "import io\nfrom pickle import Unpickler\nassert Unpickler(io.BytesIO(dumped())).load() == 42",
    "_pickle": "import _pickle\nassert _pickle.loads(dumped()) == 42",
    "pickle in Python": "import pickle\nassert pickle._loads(dumped()) == 42",
    "shelve": "import shelve\nassert shelve.Shelf({b'a': dumped()})['a'] == 42",
    "a pickle that changes a class": "import pickle\nfrom collections import Counter\nmade = pickle.loads(changing())\nassert Counter('a') == Counter('b')",
    "a pickle beside the test's own": "import pickle\nassert pickle.loads(pickle.dumps(1)) == 1 and pickle.loads(dumped()) == 42",
    "marshal": "import marshal\nassert eval(marshal.loads(code())) == 42",
    "marshal in a function": "import marshal, types\nassert types.FunctionType(marshal.loads(code()), {'__builtins__': __builtins__})() == 42",
    "type hints": "from typing import get_type_hints\nassert get_type_hints(hinted)",
    "type hints, module unnamed": "assert typing.get_type_hints(hinted)",
    "type hints of the test": "import typing\nassert typing.get_type_hints(typing.NamedTuple('X', [('a', text())]))",
    "signature": "import inspect\nassert inspect.signature(hinted, eval_str=True)",
    "annotations": "import inspect\nassert inspect.get_annotations(hinted, eval_str=True)",
    "doctest": "import doctest, io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as said:\n    doctest.run_docstring_examples(documented, {})\nassert not said.getvalue()",
    "timeit": "import timeit\nassert timeit.timeit(text(), number=1) >= 0",
    "code": "import code\nassert not code.InteractiveInterpreter().runsource(program())",
    "builtins": "import builtins\nassert builtins.eval(text()) == 42",
    "__builtins__": "assert __builtins__.eval(text()) == 42",
    "getattr": "assert getattr(__builtins__, 'eval')(text()) == 42",
    "operator": "import operator\nassert operator.methodcaller('eval', text())(__builtins__) == 42",
    "a tree": "import ast\nassert eval(compile(ast.parse(text(), mode='eval'), '', 'eval')) == 42",
    "a part of a tree": "import ast\nassert eval(compile(ast.Expression(ast.parse(text()).body[0].value), '', 'eval')) == 42",
    "bdb": "import bdb\nassert bdb.Bdb().runeval(text()) == 42",
    "trace": "import trace\nassert trace.Trace(count=0, trace=0).run(text()) is None",
    "cProfile": "import cProfile, contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()): cProfile.run(text())",
    "a loader": "import importlib.abc, types\nclass Loader(importlib.abc.InspectLoader):\n    def get_source(self, name): return program()\nLoader().exec_module(types.ModuleType('x'))",
    "logging": "import logging.config\nlogging.config.dictConfig({'version': 1, 'handlers': {'h': {'()': 'builtins.eval', 'source': text()}}})",
    "a file": "write_text('x')\nassert eval(open('x').read()) == 42",
    "a file, by builtins": "import builtins\nwrite_text('x')\nassert builtins.eval(open('x').read()) == 42",
    "a file, timed": "import timeit\nwrite_text('x')\nassert timeit.timeit(open('x').read(), number=1) >= 0",
    "a file with a pickle": "import pathlib, pickle\nwrite_pickle('x')\nassert pickle.loads(pathlib.Path('x').read_bytes()) == 42",
    "a module": "import sys\nwrite_program('x.py')\nsys.path.insert(0, '.')\nimport x\nassert x.found == 42",
    "a module in place of the test's": "import pathlib, sys\npathlib.Path('x.py').write_text('found = 1')\nwrite_program('x.py')\nsys.path.insert(0, '.')\nimport x\nassert x.found == 42",
    "a module named like one of Python's": "import sys\nwrite_program('wave.py')\nsys.path.insert(0, '.')\nimport wave\nassert wave.found == 42",
    "a compiled module": "import sys\nwrite_code('x.pyc')\nsys.path.insert(0, '.')\nimport x\nassert x.found == 42",
    "a module by its path": "import runpy\nwrite_program('x.py')\nassert runpy.run_path('x.py')['found'] == 42",
}  # fmt: skip


@pytest.mark.parametrize("case", RUNNING)
def test_nothing_of_the_program_runs_in_the_judge(judge: Judge, case: str) -> None:
    body = "\n".join(f"    {line}" for line in RUNNING[case].splitlines())
    test = f"import builtins as usual\ntry:\n{body}\nfinally:\n    if hasattr(usual, 'ran'): raise SystemError('it ran')"
    row = judge(SOURCE, test)
    assert row.status in (Verdict.FAILED, Verdict.ERROR), row
    assert "it ran" not in str(row.error)


def test_a_file_of_a_program_that_says_nothing_is_no_code(judge: Judge) -> None:
    test = "expected = 2\nassert eval(open('answer').read()) == expected"
    for text, status in (("expected", Verdict.ERROR), ("1 + 1", Verdict.PASSED)):
        assert judge(f"open('answer', 'w').write({text!r})", test).status is status


OWN = {
    "pickles of the program that hold values": ("import pickle\nfrom collections import *\nfrom datetime import *\nfrom decimal import *\nfrom fractions import *\ndef f(): return pickle.dumps([{'a': (1, 2.5, 1j)}, {3}, frozenset(), date(2020, 1, 2), Decimal('0.1'), Fraction(1, 3), Counter('ab'), deque([1]), OrderedDict(a=1), defaultdict(list, a=[1]), ValueError('x'), bytearray(b'y'), range(3)])", "import pickle\nfrom collections import *\nfrom datetime import *\nfrom decimal import *\nfrom fractions import *\nassert repr(pickle.loads(f())) == repr([{'a': (1, 2.5, 1j)}, {3}, frozenset(), date(2020, 1, 2), Decimal('0.1'), Fraction(1, 3), Counter('ab'), deque([1]), OrderedDict(a=1), defaultdict(list, a=[1]), ValueError('x'), bytearray(b'y'), range(3)])"),
    "pickles of the program in a file": ("import pickle\ndef f(file): pickle.dump({'a': 1}, file), pickle.dump([2], file)", "import io, pickle\nfile = io.BytesIO()\nf(file)\nfile.seek(0)\nassert (pickle.load(file), pickle.load(file)) == ({'a': 1}, [2])"),
    "the test's pickles": ("def f(x): return str(x)", "import pickle, uuid\nnumber = uuid.UUID(int=7)\nassert f(1) == '1'\nassert pickle.loads(pickle.dumps(number)) == number and pickle.loads(pickle.dumps(f(3))) == '3'"),
    "the test's pickles in a file": ("def f(x): return str(x)", "import io, uuid\nfrom pickle import dump, load\nnumber = uuid.UUID(int=7)\nassert f(1) == '1'\nfile = io.BytesIO()\ndump(number, file)\nfile.seek(0)\nassert load(file) == number"),
    "type hints": ("from __future__ import annotations\ndef f(x: list[int], y: dict[str, int] | None = None) -> tuple[int, ...]: return tuple(x)\ndef g(): return 'text'", "from typing import get_type_hints\nassert g() == 'text'\nassert get_type_hints(f) == {'x': list[int], 'y': dict[str, int] | None, 'return': tuple[int, ...]}"),
    "classes made of texts": ("def f(): return 'a b'", "import dataclasses, collections\nP = collections.namedtuple('P', f())\nQ = dataclasses.make_dataclass('Q', f().split())\n@dataclasses.dataclass(order=True)\nclass R:\n    a: int\nassert P(1, 2).b == 2 and Q(1, 2) == Q(1, 2) and R(1) < R(2)"),
    "literals": ("def f(): return '[1, {2: 3}]'", "import ast\nassert ast.literal_eval(f()) == [1, {2: 3}]"),
    "timing": ("def f(): return 'text'", "import timeit\nassert f() == 'text'\nassert timeit.timeit('1 + 1', number=1) >= 0 and timeit.timeit(f, number=2) >= 0"),
    "modules loaded late": ("def f(): return 'text'", "assert f() == 'text'\nimport wave, xml.dom.minidom, unittest.mock\nassert wave.Error"),
    "generators made to coroutines": ("def f(): return 'text'", "import types\nassert f() == 'text'\n@types.coroutine\ndef g(): yield 1\nassert next(g()) == 1"),
}  # fmt: skip


@pytest.mark.parametrize("case", OWN)
def test_what_is_the_tests_own_and_plain_values_go_on_working(judge: Judge, case: str) -> None:
    source, test = OWN[case]
    row = judge(source, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(source, f"{test}\nassert False").status is Verdict.FAILED


def test_no_pickle_changes_the_classes_that_every_pickle_may_name() -> None:
    for module, names in _UNCHANGEABLE.items():
        for name in names:
            found = getattr(importlib.import_module(module), name)
            if isinstance(found, type):
                with pytest.raises(TypeError, match="immutable"):
                    found.__eq__ = set
