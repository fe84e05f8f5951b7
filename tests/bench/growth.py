"""What could slow appends down over time: an old snapshot that keeps dead rows alive, and a long history."""

from collections.abc import AsyncIterator

import asyncpg

from infra.postgres.embedded import Addresses
from tests.bench.figures import Figure, Group, Samples
from tests.bench.load import closed_loop
from tests.bench.stage import Stage, opened
from tests.bench.work import LEDGER, Tickets

IN_FLIGHT = 64
SNAPSHOT_SECONDS = 300
SHORT, LONG = 10_000, 5_000_000
FILL_EVENTS = 100_000
FRESH = "no other snapshot"
SMALL = "10 thousand events"

FILL = """
insert into ledger.event
select $1, n, 'history-' || lpad(n::text, 12, '0'), 1, 'ticket.created', 1, now(), now(), 'history', '{}', h, h, h,
       'salt'::bytea, convert_to(repeat('x', 600), 'UTF8'), 0
from generate_series($2::bigint, $3::bigint) n, lateral (select sha256(int8send(n)) h) hashed;
"""
FILL_RECEIPTS = """
insert into ledger.receipt
select $1, sha256(int8send(n)), n, 1, '', 'null', now() + interval '1 hour'
from generate_series($2::bigint, $3::bigint) n
"""


async def with_old_snapshot(stage: Stage) -> AsyncIterator[Samples]:
    """The load goes on while the snapshot is open; its last seconds are measured."""
    async with stage.database() as addresses, opened(addresses, stage.folder) as runtime:
        tickets = Tickets.of_no_project(runtime)
        for _ in range(stage.rounds):
            fresh = await closed_loop(IN_FLIGHT, stage.seconds, tickets.file)
            connection = await asyncpg.connect(addresses.owner_url)
            async with connection.transaction(isolation="repeatable_read"):
                await connection.fetchval("select count(*) from ledger.ledger")
                await closed_loop(IN_FLIGHT, SNAPSHOT_SECONDS * stage.scale - stage.seconds, tickets.file)
                held = await closed_loop(IN_FLIGHT, stage.seconds, tickets.file)
            await connection.close()
            yield {FRESH: fresh, "held": held}


async def on_long_history(stage: Stage) -> AsyncIterator[Samples]:
    """Two databases: one with a short history, one with a long one that SQL filled in (its hashes verify nothing)."""
    async with stage.database() as short, stage.database() as long:
        await _fill(stage, short, SHORT)
        await _fill(stage, long, round(LONG * stage.scale))
        async with opened(short, stage.folder) as young, opened(long, stage.folder) as old:
            on_young, on_old = Tickets.of_no_project(young), Tickets.of_no_project(old)
            for _ in range(stage.rounds):
                yield {
                    SMALL: await closed_loop(IN_FLIGHT, stage.seconds, on_young.file),
                    "long": await closed_loop(IN_FLIGHT, stage.seconds, on_old.file),
                }


async def _fill(stage: Stage, addresses: Addresses, events: int) -> None:
    async with opened(addresses, stage.folder):
        pass  # which makes the ledger
    connection = await asyncpg.connect(addresses.owner_url)
    for first in range(1, events + 1, FILL_EVENTS):
        window = (LEDGER, first, min(first + FILL_EVENTS - 1, events))
        await connection.execute(FILL, *window)
        await connection.execute(FILL_RECEIPTS, *window)
    await connection.execute("update ledger.ledger set position = $2 where ledger_id = $1", LEDGER, events)
    await connection.execute("vacuum analyze ledger.event, ledger.receipt")
    await connection.close()
    administrator = await asyncpg.connect(stage.server.administrator_url)
    await administrator.execute("checkpoint")
    await administrator.close()


GROUPS = (
    Group(
        (Figure(name="append-beside-snapshot", unit="x", target=0.8, of="held", against=FRESH, take="ratio"),),
        with_old_snapshot,
    ),
    Group(
        (Figure(name="append-at-5-million", unit="x", target=0.85, of="long", against=SMALL, take="ratio"),),
        on_long_history,
    ),
)
