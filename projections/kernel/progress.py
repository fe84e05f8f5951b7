"""The port that tells how far the read models are."""

from typing import Protocol


class Progress(Protocol):
    def position(self, ledger_id: str) -> int:
        """The position that interactive reads of this ledger are served from, as this process knows it."""
        ...

    async def reached(
        self,
        ledger_id: str,
        position: int,
        *,
        types: frozenset[str] = frozenset(),
        timeout: float = 2.0,  # noqa: ASYNC109
    ) -> bool:
        """Wait until the interactive, unparked projections that consume any of ``types`` stand at ``position``.

        Empty ``types`` waits for all of them. False when ``timeout`` (seconds) passed first.
        """
        ...


class Freshness(Protocol):
    """Tells when what was cached about accounts and memberships is out of date."""

    def changed_at(self, ledger_id: str) -> int:
        """The position of the last account or membership event that this process knows of.

        A cached row is valid while the checkpoint it was read at is not below this.
        """
        ...
