"""What must hold after any fault: checked on the ledger and the read models where they lie."""

from collections import Counter
from collections.abc import Mapping

from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from domain.kernel.recorded import Recorded
from domain.tracker.ticket import Ticket
from infra.audit.checker import check_ledger
from infra.postgres.reader import PoolReader
from infra.projector.rebuild import rebuild
from infra.runtime import Runtime
from projections.board.rows import TicketRow
from projections.registry import ALL

LEDGER = main_ledger(DEFAULT_TENANT)
LEVEL_SECONDS = 30.0
PAGE_EVENTS = 5000


async def assert_kept(runtime: Runtime, acknowledged: Mapping[str, str]) -> list[int]:
    """Look into the database of a serving installation; the positions at which the log files a ticket.

    ``acknowledged``: title and id of every ticket that was filed, each of which must be there once, and no other.
    """
    await _assert_whole(runtime)
    filed = await _filed(runtime)
    assert Counter(_title(each) for each in filed) == Counter(acknowledged.keys())
    assert {_title(each): each.stream_id for each in filed} == acknowledged
    await _assert_read_models_are_level_and_right(runtime)
    await _assert_shown(runtime, acknowledged)
    return [each.position for each in filed]


async def _assert_whole(runtime: Runtime) -> None:
    """Positions 1 to n without a hole, each leaf and link of the chain right, up to the head."""
    for head in await runtime.log.heads():
        findings = await check_ledger(runtime.log, head.ledger_id)
        assert findings.good, findings.problems
        assert findings.events >= head.position


async def _filed(runtime: Runtime) -> list[Recorded]:
    filed: list[Recorded] = []
    position = 0
    while page := await runtime.log.read(LEDGER, after=position, limit=PAGE_EVENTS):
        filed += await runtime.codec.decode([event for event in page if event.type == "ticket.created"])
        position = page[-1].position
    return filed


def _title(recorded: Recorded) -> str:
    assert isinstance(recorded.event, Ticket.Created)
    return recorded.event.title


async def _assert_read_models_are_level_and_right(runtime: Runtime) -> None:
    head = await runtime.log.head(LEDGER)
    assert await runtime.progress.reached(LEDGER, head.position, timeout=LEVEL_SECONDS)
    for projection in ALL:
        rebuilt = await rebuild(runtime.connect, runtime.log, runtime.codec, projection, LEDGER)
        assert rebuilt.equal, rebuilt


async def _assert_shown(runtime: Runtime, acknowledged: Mapping[str, str]) -> None:
    query = f"select ticket_id, title, number from {TicketRow.table} where ledger_id = $1"  # noqa: S608
    rows = await PoolReader(runtime.pool).fetch(query, LEDGER)
    assert {row["title"]: row["ticket_id"] for row in rows} == acknowledged
    assert len({row["number"] for row in rows}) == len(rows) == len(acknowledged)
