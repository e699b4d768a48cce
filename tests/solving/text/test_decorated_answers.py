"""A module comes back unchanged, whatever a model writes around it and however it binds its name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import cycle

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from egcfg_tui.exercises.library import bundled
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.text.answer_span import answer_code, answer_end, holds_code

FUNCTION = Exercise("x", "X", "Do x.", ExerciseKind.FUNCTION, "f", visible=())
PROGRAM = Exercise("x", "X", "Do x.", ExerciseKind.STDIN, None, visible=())

# String values that hold text which is removed outside of strings.
STRINGS = (
    "```",
    "a\u00a0b\u200b",
    "<|im_end|>",
    "</code>",
    "<think>",
    "# no",
    "it's",
    "Überall wird addiert.",
)
NAMES = ("MOD", "größe", "число", "x1", "N")
NUMBERS = st.integers(0, 9).map(str)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> str:
    """An expression in `x` and literals."""
    if depth == 0:
        return draw(st.one_of(st.just("x"), NUMBERS, st.sampled_from(STRINGS).map(repr)))
    inner = expressions(depth - 1)
    form = draw(
        st.sampled_from(
            ["{}", "({} + {})", "[{}, {}]", "({} if {} else x)", "len([{}])", "(lambda y: {})(x)"]
        )
    )
    return form.format(*(draw(inner) for _ in range(form.count("{}"))))


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """The body of a function of `x` that returns something."""
    lines = [
        line.format(draw(expressions()))
        for line in draw(
            st.lists(
                st.sampled_from(
                    [
                        "    y = {}\n",
                        "    # A remark in the body\n    x = {}\n",
                        "    if x:\n        return {}\n",
                        "    for y in range(3):\n        x = {}\n\n",
                        "    y = [\n        x,\n\n        {},\n    ]\n",
                        "    try:\n        x = {}\n    except ValueError:\n        pass\n",
                        "    with open(x) as y:\n        return {}\n",
                        "    def g(z):\n        return {}\n\n",
                    ]
                ),
                max_size=3,
            )
        )
    ]
    return "".join([*lines, f"    return {draw(expressions())}\n"])


@st.composite
def modules(draw: st.DrawFn) -> str:
    """A valid module that binds `f`, and ends with the last statement that `f` needs."""
    name = draw(st.sampled_from(NAMES))
    before = draw(
        st.lists(
            st.sampled_from(
                [
                    "import math\nprint(math.pi)\n",
                    f"{name} = 10**9 + 7\n",
                    f"{name}, INF, EPS = 1, 2, 3\n",
                    f"{name}: int = 3\n",
                    "# A remark: of many words, in front.\n",
                    "def helper(y):\n    return y\n\n\n",
                    "class Node:\n    def __init__(self):\n        self.n = 0\n\n",
                    "try:\n    import re\nexcept ImportError:\n    re = None\n",
                ]
            ),
            max_size=3,
        )
    )
    body = draw(bodies())
    form = draw(
        st.sampled_from(
            [
                f"def f(x):\n{body}",
                f"async def f(x):\n{body}",
                f"@staticmethod\ndef f(x, *, y=(1, 2)):\n{body}",
                f"def f(\n    x,\n) -> int:\n{body}",
                f"class f(object):\n    def g(self, x):\n{body.replace('    ', '        ')}",
                f"f = lambda x: {draw(expressions())}\n",
                f"def f_all(x):\n{body}\n\nf = f_all\n",
                "from operator import add as f\n",
                "import math as f\n",
                f"if True:\n    def f(x):\n{body.replace('    ', '        ')}",
                f"try:\n    from a import f\nexcept ImportError:\n    f = lambda x: {draw(expressions())}\n",
                f"def f(x):\n    f.calls += 1\n{body}\n\nf.calls = 0\n",
                f"def f(x):\n    global COUNT\n    COUNT += 1\n{body}\nCOUNT = 0\n",
                f"def f(x):\n    return later({draw(expressions())})\n\n\ndef later(x):\n{body}",
                f"import sys\n\n\ndef f(x):\n{body}\n\nsys.setrecursionlimit(10**6)\n",
                f"seen = {{}}\n\n\ndef f(x):\n    seen[x] = x\n{body}\n\nfor y in '':\n    seen[y] = y\n",
                f"def f(x):\n{body}\n\nf = staticmethod(f)\n",
                "def f(x):\n    return f(x - 1)\n\n\nimport sys\n\nsys.setrecursionlimit(9999)\n",
            ]
        )
    )
    return "".join(before) + form


def fenced(fence: str, word: str, indent: str = "", bullet: str = "") -> Callable[[str], str]:
    def wrap(code: str) -> str:
        inner = _indented(f"{code}{fence}\n", indent)
        return f"{bullet or indent}{fence}{word}\n{inner}"

    return wrap


def tagged(opener: str, closer: str) -> Callable[[str], str]:
    return lambda code: f"{opener}\n{code}{closer}\n"


def numbered(separator: str) -> Callable[[str], str]:
    return lambda code: "".join(
        f"{number:3}{separator}{line}" for number, line in enumerate(code.splitlines(keepends=True), 1)
    )


def session(code: str) -> str:
    """The module as a listing of an interactive session."""
    firsts = {
        min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        for node in ast.parse(code).body
    }
    lines = enumerate(code.splitlines(keepends=True), 1)
    return "".join(
        f">>> {line}" if number in firsts or line[0] == "#" else f"... {line}" for number, line in lines
    )


def odd_spaces(code: str) -> str:
    """Other kinds of spaces in every indentation, and characters of no width after every line of code."""
    return "".join(
        "\u00a0" * (len(line) - len(text))
        + (text if text.startswith("#") else text.replace("\n", "\u200b\n"))
        for line in code.splitlines(keepends=True)
        for text in [line.lstrip(" ")]
    )


WRAPPINGS: tuple[Callable[[str], str], ...] = (
    lambda code: code,
    fenced("```", "python"),
    fenced("~~~", "Python"),
    fenced("````", ""),
    fenced("```", " py3 title=x", "   "),
    fenced("```", "python", "   ", "1. "),
    fenced("```", "python", "  ", "- "),
    lambda code: _indented(fenced("```", "py")(code), "> "),
    tagged("[PYTHON]", "[/PYTHON]"),
    tagged("[BEGIN]", "[DONE]"),
    tagged("<code>", "</code>"),
    tagged("<answer>", "</answer>"),
    tagged('<pre><code class="x">', "</code></pre>"),
    lambda code: f"<code>{code}</code>\n",
    lambda code: f"[CODE]{code}[/CODE]\n",
    lambda code: f"{code.rstrip()}<|im_end|>\n",
    lambda code: f"{code.rstrip()}</s>",
    lambda code: f"{code}<｜end▁of▁sentence｜>",
    lambda code: f"\ufeff{code}",
    lambda code: _indented(code, "    "),
    lambda code: _indented(code, "\t"),
    numbered(": "),
    numbered(" | "),
    session,
    odd_spaces,
    lambda code: code.replace("\n", "\r\n"),
    lambda code: f"<think>\ndef f(x):\n    return 0\n```\nno, wrong\n</think>\n```python\n{code}```\n",
    lambda code: f"[THINK]f = None[/THINK]{code}",
    lambda code: f"f = lambda\n</think>\n\n{code}",
    lambda code: f"<|channel|>analysis<|message|>def f(x): return 0<|end|><|start|>final<|message|>{code}",
    lambda code: f"```python\ndef f(x):\n    ...\n```\nNow the body:\n```python\n{code}```\n",
    lambda code: f"```bash\npip install sorted\n```\n```python\n{code}```\n",
)

BEFORE = (
    "",
    "Here is the function:\n",
    "here is the function:\n\n",
    "Sure! It's easy.\n\nThe function below returns its argument.\n\n",
    "Überall wird addiert, also:\n",
    "これは関数です。\n\n",
    "以下是代码\n",
    "Вот функция\n",
    "**Solution**\n",
    "Answer\n",
    "in this case:\n",
    "1. First we read.\n2. Then we add.\n",
    "Use (see below\n",
    "with that in place:\n",
    "Example: 5 6\n",
)
AFTER = (
    "",
    "This works because `x` is returned.\n",
    "das war es schon.\n",
    "Überall wird addiert.\n",
    "これは関数です。\n",
    "1. First we read.\n",
    "print(f(1))\n",
    "assert f(1) == 1\n",
    "if __name__ == '__main__':\n    print(f(1))\n",
    "```\n\n```python\ndef f(x):\n    return 2\n```\n",
    "def test_f():\n    assert f(1) == 1\n",
    "# Example usage\nprint(f(1))\n",
    "**Note**: it is fast.\n",
)


def _indented(code: str, indent: str) -> str:
    return "".join(
        line if line == "\n" and indent.isspace() else f"{indent}{line}"
        for line in code.splitlines(keepends=True)
    )


def plain(code: str) -> str:
    """Code without what decoration may leave before it and at the ends of its lines."""
    lines = code.replace("\r", "").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip() and line[0] != "#"), 0)
    return "\n".join(lines[first:]).strip()


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, str]:
    """A module, and an answer that contains it."""
    module = draw(modules())
    wrapped = draw(st.sampled_from(WRAPPINGS))(module)
    before, after = draw(st.sampled_from(BEFORE)), draw(st.sampled_from(AFTER))
    # A wrapping that has no line of its own is part of the text before it.
    ended = wrapped if wrapped.endswith("\n") else f"{wrapped}\n"
    return module, f"{before}{ended}{after}"


@settings(max_examples=200, deadline=None)
@given(answers())
def test_a_module_comes_back_unchanged(answer: tuple[str, str]) -> None:
    module, text = answer
    ast.parse(module)
    assert plain(answer_code(text, FUNCTION)) == plain(module)
    assert holds_code(text, FUNCTION)


@settings(max_examples=100, deadline=None)
@given(answers(), st.lists(st.integers(1, 9), min_size=1))
def test_it_ends_in_tokens_where_it_ends_at_once(answer: tuple[str, str], sizes: list[int]) -> None:
    module, text = answer
    position = 0
    for size in cycle(sizes):
        position += size
        end = answer_end(text[:position], FUNCTION)
        if end is not None or position >= len(text):
            break
    assert end == answer_end(text, FUNCTION)
    assert plain(answer_code(text[:end], FUNCTION)) == plain(module)


PROGRAMS = (
    "A, B, C = map(int, input().split())\nprint(A + B + C)\n",
    "A, B = (int(v) for v in input().split()); print(A + B)\n",
    "import sys\nN, M, K = map(int, sys.stdin.readline().split())\nprint(N + M + K)\n",
    "N = input()\nN and print(N)\n",
    "def main():\n    print(input())\n\n\nif __name__ == '__main__':\n    main()\n",
    "größe = int(input())\nwhile größe:\n    größe -= 1\nelse:\n    print('```')\n",
    "MOD = 7\n\n# Überall wird addiert.\nfor x in input():\n    print(x)\n\nprint(MOD)\n",
    "T = '''\n```\nOne two three four\n'''\nprint(T)\n",
    "n = int(input())\nif n > 1:\n    print(n)\nelif n:\n    print(1)\nelse:\n    print('</s>')\n",
)
PROSE_BEHIND = (
    *(text for text in AFTER if not text.startswith(("print", "assert", "if", "def", "#"))),
    "Explanation\n",
    "Output: a b\n",
    "```\nOutput\n6\n",
)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(PROGRAMS),
    st.sampled_from([wrap for wrap in WRAPPINGS if "f(" not in wrap("") and "f =" not in wrap("")]),
    st.sampled_from(BEFORE),
    st.sampled_from(PROSE_BEHIND),
)
def test_a_program_comes_back_unchanged(
    program: str, wrap: Callable[[str], str], before: str, after: str
) -> None:
    assume(not ("'''" in program and wrap is odd_spaces))
    wrapped = wrap(program)
    text = f"{before}{wrapped if wrapped.endswith(chr(10)) else wrapped + chr(10)}{after}"
    assert plain(answer_code(text, PROGRAM)) == plain(program)
    ends = [answer_end(text[:length], PROGRAM) for length in range(len(text) + 1)]
    assert next((end for end in ends if end is not None), None) == ends[-1]


@pytest.mark.parametrize("exercise", bundled(), ids=lambda exercise: exercise.id)
def test_the_reference_of_an_exercise_comes_back_unchanged(exercise: Exercise) -> None:
    reference = f"{(exercise.reference or '').strip()}\n"
    assert answer_code(reference, exercise) == reference
    assert answer_code(f"Here it is:\n```python\n{reference}```\nIt works.\n", exercise) == reference
