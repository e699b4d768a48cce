"""The two branches of classifier-free guidance."""

from __future__ import annotations

from collections.abc import Sequence

from egcfg_tui.engine.api import Branch, Snapshot


class BranchPair:
    """The two branches with the code so far; either may have pending tokens.

    Replacing a branch closes the old one.
    """

    def __init__(self, unconditional: Branch) -> None:
        self.unconditional = unconditional
        self.conditional: Branch | None = None

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Both branches, or only the unconditional one."""
        return (self.unconditional,) if self.conditional is None else (self.unconditional, self.conditional)

    def replace_unconditional(self, branch: Branch) -> None:
        """Makes another branch the unconditional one."""
        self.unconditional.close()
        self.unconditional = branch

    def replace_conditional(self, branch: Branch | None) -> None:
        """Makes another branch the conditional one; None ends guidance."""
        if self.conditional is not None and self.conditional is not branch:
            self.conditional.close()
        self.conditional = branch

    def return_to(self, start: Branch, tokens: Sequence[int], snapshot: Snapshot | None) -> None:
        """Makes the answer on the unconditional branch end after `tokens` and closes the conditional branch.

        `start` is the branch where the answer begins. With a snapshot of the unconditional branch's own past
        nothing is evaluated; without one the tokens become pending.
        """
        self.replace_conditional(None)
        branch = self.unconditional
        branch.rewind(len(branch.tokens))
        if snapshot is not None and tuple(branch.tokens[: len(snapshot.tokens)]) == snapshot.tokens:
            branch.restore(snapshot)
            return
        self.replace_unconditional(start.fork())
        if tokens:
            self.unconditional.prompt(list(tokens))

    def close(self) -> None:
        """Closes both branches."""
        self.unconditional.close()
        self.replace_conditional(None)
