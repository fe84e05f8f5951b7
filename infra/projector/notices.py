"""Which ledgers' read models moved in another process, so that whoever waits for its own writes there hears of it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from infra.eventlog.notices import Connect, Notices
from infra.projector.tables import sql

CHANNEL = "shipledger_read_models"


def read_model_notices(
    connect: Connect, fetch: Callable[..., Awaitable[Sequence[Any]]], lost: Callable[[], None]
) -> Notices:
    """Notices among processes; ``fetch`` looks, once a second, for what moved without one. ``lost`` hears when the
    database hung up; once it is back, all ledgers count as moved.
    """
    seen: dict[str, datetime] = {}

    async def moved_unnoticed() -> frozenset[str]:
        now = {row["ledger_id"]: row["changed_at"] for row in await fetch(sql.changes)}
        moved = frozenset(ledger_id for ledger_id, changed_at in now.items() if seen.get(ledger_id) != changed_at)
        seen.update(now)
        return moved

    def forget() -> None:
        seen.clear()
        lost()

    return Notices(CHANNEL, connect, moved_unnoticed, forget)
