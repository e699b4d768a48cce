"""Once the program has said something, nothing becomes code in the judge."""

from __future__ import annotations

import subprocess
import sys

from support.judging import Judge

from egcfg_sandbox import Verdict

_IN_A_PROCESS = """
import ast, collections, dataclasses, marshal, pickle, typing
from egcfg_sandbox.judge import seal
code = marshal.dumps(compile("1", "", "eval"))
pickled = pickle.dumps(print)
other = compile("4", "", "eval")
seal.open_for_test()
assert eval("1 + 1") == 2
seal.close()
assert collections.namedtuple("P", "x y")(1, 2).y == 2
dataclasses.make_dataclass("D", ["x"])(1)
assert ast.literal_eval("[1, 2]") == [1, 2]
import colorsys
refused = []
for name, attempt in {
    "eval": lambda: eval("1"),
    "exec": lambda: exec("1"),
    "compile": lambda: compile("1", "", "eval"),
    "code": lambda: eval(other),
    "made code": lambda: (lambda: 0).__code__.replace(co_name="x"),
    "marshal": lambda: marshal.loads(code),
    "pickle": lambda: pickle.loads(pickled),
    "annotation": lambda: typing.get_type_hints(type("A", (), {"__annotations__": {"x": "int"}})),
}.items():
    try:
        attempt()
    except TypeError as error:
        assert "does not run as code" in str(error), error
        refused.append(name)
print(*refused, sep=",")
seal.open_for_test()
assert eval("1 + 1") == 2
"""


def test_nothing_becomes_code_once_the_program_has_spoken() -> None:
    """In a process of its own, as an audit hook stays for good."""
    done = subprocess.run([sys.executable, "-c", _IN_A_PROCESS], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == "eval,exec,compile,code,made code,marshal,pickle,annotation"


def test_a_test_does_not_run_what_the_program_says(judge: Judge) -> None:
    row = judge("def f(): return 'expected'", "import typing\nassert typing.List[f()] is not None")
    assert row.status is Verdict.FAILED
    assert "does not run as code" in str(row.error)
