"""One transaction of the projector: pages of events of several ledgers, folded by the projections that stand level."""

from collections.abc import Sequence
from typing import Any

import msgspec

from domain.kernel.event import name_of
from domain.kernel.forgetting import PersonForgotten
from domain.kernel.recorded import Recorded
from infra.projector.tables import Tables, sql
from projections.kernel.projection import Projection
from projections.kernel.rows import Rows

FORGOTTEN = name_of(PersonForgotten)


class Work(msgspec.Struct, frozen=True):
    """What some projections of one ledger, all at ``origin``, have to fold to stand at ``target``.

    ``level``: ``target`` is the end of the ledger as it was read.
    """

    ledger_id: str
    projections: tuple[Projection, ...]
    origin: int
    target: int
    level: bool
    page: Sequence[Recorded]


class Superseded(Exception):
    """Another projector moved a checkpoint: this one is late and must look again."""


async def apply(connection: Any, tables: Tables, work: Sequence[Work]) -> None:
    """Fold and move the checkpoints in one transaction. Raises Superseded, or whatever a fold or a statement raises."""
    async with connection.transaction():
        await fold(connection, tables, work)
        steps = [(each.ledger_id, projection, each) for each in work for projection in each.projections]
        moved = await connection.fetch(
            sql.advance,
            [ledger_id for ledger_id, _, _ in steps],
            [projection.name for _, projection, _ in steps],
            [projection.version for _, projection, _ in steps],
            [each.origin for _, _, each in steps],
            [each.target for _, _, each in steps],
            ["live" if each.level else "building" for _, _, each in steps],
        )
        if len(moved) != len(steps):
            raise Superseded


async def fold(connection: Any, tables: Tables, work: Sequence[Work]) -> None:
    """Load what the pages touch, fold in memory, write."""
    sets: dict[str, list[Rows]] = {}
    plans: list[tuple[Projection, Rows, list[Recorded]]] = []
    for each in work:
        for projection in each.projections:
            consumed = projection.types() | {FORGOTTEN}
            page = [recorded for recorded in each.page if recorded.type in consumed]
            if page:
                rows = Rows(each.ledger_id)
                sets.setdefault(projection.name, []).append(rows)
                plans.append((projection, rows, page))
                for recorded in page:
                    projection.announce(recorded, rows)
    await tables.load(connection, sets)
    for projection, rows, page in plans:
        for recorded in page:
            projection.take(recorded, rows)
    await tables.write(connection, sets)
