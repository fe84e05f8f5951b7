"""Appends find things by their indexes on a grown table, though their plans were made on an empty one."""

import asyncpg
import pytest

from domain.kernel.log import Append, Expectation
from infra.eventlog.batch import STATEMENT, Batch
from infra.postgres.embedded import Addresses
from infra.postgres.pool import connect
from tests.contracts.event_log import append, claim, event
from tests.ledgers import LEDGER

TABLES = ("event", "receipt", "claim", "directory", "sequence")
GROWN = 6000
LOOKS = 40


def command(number: int) -> Append:
    """Reads a stream that is there, begins another, and takes a value of each kind."""
    stream_id = f"stream-{number}"
    return append(
        event(stream_id, 1),
        expectations=[Expectation(stream_id, 0), Expectation("stream-1", min(1, number - 1))],
        claims=[claim(number.to_bytes(4), stream_id), claim(number.to_bytes(4), stream_id, everywhere=True)],
    )


async def scans(connection: asyncpg.Connection) -> dict[str, tuple[int, int]]:
    """Of each table: the rows that sequential scans read, and how often it was looked up by an index."""
    await connection.execute("select pg_stat_force_next_flush()")
    rows = await connection.fetch(
        "select relname, seq_tup_read, idx_scan from pg_stat_user_tables where schemaname = 'ledger'"
    )
    return {row["relname"]: (row["seq_tup_read"], row["idx_scan"]) for row in rows if row["relname"] in TABLES}


@pytest.mark.usefixtures("log")
async def test_no_lookup_reads_a_grown_table_from_end_to_end(database: Addresses) -> None:
    writer = await connect(database.server_url, application_name="tests")

    async def write(*commands: Append) -> None:
        answer = await writer.fetchrow(STATEMENT, *Batch(commands).arguments())
        assert set(answer["outcome"]) == {0}

    async def take_numbers(*names: str) -> None:
        counts = [1] * len(names)
        await writer.fetchval("select ledger.take_numbers($1, $2, $3)", [LEDGER] * len(names), list(names), counts)

    await write(command(1))
    await take_numbers("first")
    for first in range(2, GROWN, 250):
        await write(*map(command, range(first, first + 250)))
    await take_numbers(*map(str, range(GROWN)))
    before = await scans(writer)
    for number in range(GROWN * 2, GROWN * 2 + LOOKS):
        await write(command(number))
        await take_numbers("first")
    after = await scans(writer)
    await writer.close()
    for table in TABLES:
        assert after[table][0] == before[table][0], f"{table} was read from end to end"
        assert after[table][1] >= before[table][1] + LOOKS, f"{table} was not looked up by an index"
