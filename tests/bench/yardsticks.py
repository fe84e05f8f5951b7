"""What the rows are measured beside: pgbench, the eventsourcing library's own recorder, and a bare insert."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from infra.postgres.embedded import Addresses
from infra.postgres.installation import installations
from tests.bench.figures import Sample
from tests.bench.load import closed_loop

EVENT_BYTES = 800
"""What one of our events stores in data and metadata."""
BARE_TABLE = "create table public.bare (id bigserial primary key, body text not null)"
BARE_INSERT = "insert into public.bare (body) values ({})"


async def make_bare_table(addresses: Addresses) -> None:
    connection = await asyncpg.connect(addresses.owner_url)
    await connection.execute(BARE_TABLE)
    await connection.close()


async def pgbench(addresses: Addresses, folder: Path, clients: int, seconds: float) -> Sample:
    """Single-row inserts of the same size, prepared, each its own transaction; two threads of clients."""
    script = folder / "insert.pgbench"
    script.write_text(BARE_INSERT.format(f"repeat('x', {EVENT_BYTES})") + ";\n")
    program = installations()[0].bin / "pgbench"
    options = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds))), "-f", script]
    run = await asyncio.create_subprocess_exec(
        program, *map(str, options), addresses.owner_url, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said, complaint = await run.communicate()
    rate = re.search(rb"tps = ([\d.]+) \(without", said)
    if rate is None:
        raise RuntimeError(complaint.decode())
    return Sample(float(rate[1]))


async def bare_inserts(addresses: Addresses, seconds: float) -> Sample:
    """One row after the other on one asyncpg connection."""
    connection = await asyncpg.connect(addresses.owner_url)
    statement = await connection.prepare(BARE_INSERT.format("$1"))
    body = "x" * EVENT_BYTES
    try:
        return await closed_loop(1, seconds, lambda _: statement.fetch(body))
    finally:
        await connection.close()


@asynccontextmanager
async def recorder(addresses: Addresses, in_flight: int) -> AsyncIterator[PostgresApplicationRecorder]:
    """The library's recorder, with a connection for every insert in flight."""
    where = await asyncpg.connect(addresses.owner_url)
    await where.close()
    parameters = where._params
    host, port = where._addr if isinstance(where._addr, tuple) else str(where._addr).rsplit("/.s.PGSQL.", 1)
    datastore = PostgresDatastore(
        dbname=parameters.database,
        host=host,
        port=port,
        user=parameters.user,
        password=parameters.password,
        pool_size=in_flight,
        schema="public",
    )
    try:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="recorder_events")
        recorder.create_table()
        yield recorder
    finally:
        datastore.close()


async def recorder_inserts(recorder: PostgresApplicationRecorder, in_flight: int, seconds: float) -> Sample:
    """One event on a new stream each, from as many threads as are in flight."""
    state = b"x" * EVENT_BYTES
    loop = asyncio.get_running_loop()

    def insert() -> None:
        recorder.insert_events([StoredEvent(uuid4(), 1, "bench:Ticket.Created", state)])

    with ThreadPoolExecutor(in_flight) as threads:
        return await closed_loop(in_flight, seconds, lambda _: loop.run_in_executor(threads, insert))
