"""Worked examples for the few-shot style: our own exercises, each with the answer a model should imitate.

The solutions take small steps with named values, because such code can be executed while it is written.
"""

from __future__ import annotations

from typing import Final

from egcfg_sandbox import CodeTest, SnippetTest, StdioTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind

_NEXT_TICKET: Final = Exercise(
    id="next-ticket",
    title="Next ticket",
    statement="Write a function to find the smallest positive number that is not among the tickets taken.",
    kind=ExerciseKind.FUNCTION,
    entry_point="next_ticket",
    visible=(
        CodeTest("assert next_ticket([2, 1, 4]) == 3"),
        CodeTest("assert next_ticket([]) == 1"),
    ),
    reference="""\
def next_ticket(taken):
    used = set(taken)
    number = 1
    while number in used:
        number += 1
    return number
""",
)

_LONG_WORDS: Final = Exercise(
    id="long-words",
    title="Long words",
    statement="Write a function that counts how often each word longer than a given length occurs.",
    kind=ExerciseKind.FUNCTION,
    entry_point="long_words",
    visible=(
        CodeTest("assert long_words('the cats and the dogs', 3) == {'cats': 1, 'dogs': 1}"),
        CodeTest("assert long_words('a hat a hat', 2) == {'hat': 2}"),
    ),
    reference="""\
def long_words(text, length):
    counts = {}
    for word in text.split():
        if len(word) > length:
            counts[word] = counts.get(word, 0) + 1
    return counts
""",
)

_QUEUE: Final = Exercise(
    id="waiting-line",
    title="Waiting line",
    statement=(
        "Write a class `WaitingLine`. `join(name)` puts a name at the end, `call()` removes the first name "
        "and returns it, or returns None when nobody waits. `len()` gives how many wait."
    ),
    kind=ExerciseKind.CLASS,
    entry_point="WaitingLine",
    visible=(
        CodeTest("line = WaitingLine()\nline.join('Ada')\nline.join('Bo')\nassert line.call() == 'Ada'"),
        CodeTest("assert WaitingLine().call() is None"),
    ),
    reference="""\
class WaitingLine:
    def __init__(self):
        self.names = []

    def join(self, name):
        self.names.append(name)

    def call(self):
        if not self.names:
            return None
        return self.names.pop(0)

    def __len__(self):
        return len(self.names)
""",
)

_TOLLS: Final = Exercise(
    id="tolls",
    title="Tolls",
    statement=(
        "The first line holds the number of cars, each further line the weight of one car in kilograms. A "
        "car of up to 1500 kilograms pays 2, a heavier one pays 5. Print the sum."
    ),
    kind=ExerciseKind.STDIN,
    entry_point=None,
    visible=(StdioTest("3\n900\n1500\n2100\n", "9\n"),),
    reference="""\
cars = int(input())
total = 0
for _ in range(cars):
    weight = int(input())
    if weight <= 1500:
        total += 2
    else:
        total += 5
print(total)
""",
)

_ORDERS: Final = Exercise(
    id="orders",
    title="Orders",
    statement=(
        "`rows` holds pairs of a region and a number of orders. Put a dictionary from each region to the sum "
        "of its orders into `by_region`."
    ),
    kind=ExerciseKind.DATA,
    entry_point="by_region",
    given="rows = [('north', 3), ('south', 5), ('north', 4)]\n",
    visible=(
        SnippetTest(
            "assert by_region == {'north': 7, 'south': 5}",
            "rows = [('north', 3), ('south', 5), ('north', 4)]\n",
        ),
    ),
    reference="""\
by_region = {}
for region, count in rows:
    by_region[region] = by_region.get(region, 0) + count
""",
)

_EXAMPLES: Final = {
    ExerciseKind.FUNCTION: (_NEXT_TICKET, _LONG_WORDS),
    ExerciseKind.CLASS: (_QUEUE,),
    ExerciseKind.STDIN: (_TOLLS,),
    ExerciseKind.DATA: (_ORDERS,),
}


def worked_examples(kind: ExerciseKind) -> tuple[Exercise, ...]:
    """Examples of a kind, each with its solution as `reference`; those of functions if the kind has none."""
    return _EXAMPLES.get(kind, _EXAMPLES[ExerciseKind.FUNCTION])
