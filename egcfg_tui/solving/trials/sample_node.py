"""The nodes of a sample tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from egcfg_tui.solving.decoding.sampling import TopTokens


@dataclass(slots=True, eq=False)
class Node:
    """A node stands for the tokens that lead to it. `top`: the tokens that may follow, once known.

    `over`: the answer ends here, or is cut off here (`complete` False); `text` is the text of the answer.
    """

    parent: Node | None
    token: int
    depth: int
    data: bytes
    text: str = ""
    over: bool = False
    complete: bool = False
    top: TopTokens | None = None
    children: dict[int, Node] = field(default_factory=dict)

    def path(self) -> list[int]:
        """The tokens from the root to here."""
        tokens: list[int] = []
        node = self
        while node.parent is not None:
            tokens.append(node.token)
            node = node.parent
        tokens.reverse()
        return tokens
