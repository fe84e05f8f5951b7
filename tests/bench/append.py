"""Appending: many in flight, one in flight, and all on one stream."""

from collections.abc import AsyncIterator

from domain.tracker.changes import Changes
from domain.tracker.commands import ChangeTicket
from tests.bench.figures import Figure, Group, Samples
from tests.bench.load import closed_loop
from tests.bench.stage import Stage, opened
from tests.bench.work import Commands, Tickets, dispatched
from tests.bench.yardsticks import bare_inserts, make_bare_table, pgbench, recorder, recorder_inserts

IN_FLIGHT = 64
PGBENCH = "pgbench, single-row inserts, 16 clients"
RECORDER = "eventsourcing's PostgreSQL recorder, 64 in flight"
BARE = "asyncpg insert, 1 in flight"


async def appends(stage: Stage) -> AsyncIterator[Samples]:
    async with stage.database() as addresses, opened(addresses, stage.folder) as runtime:
        await make_bare_table(addresses)
        tickets = Tickets.of_no_project(runtime)
        async with recorder(addresses, IN_FLIGHT) as library:
            for _ in range(stage.rounds):
                yield {
                    PGBENCH: await pgbench(addresses, stage.folder, 16, stage.seconds),
                    "64": await closed_loop(IN_FLIGHT, stage.seconds, tickets.file),
                    RECORDER: await recorder_inserts(library, IN_FLIGHT, stage.seconds / 2),
                    BARE: await bare_inserts(addresses, stage.seconds / 2),
                    "1": await closed_loop(1, stage.seconds / 2, tickets.file),
                }


async def hot_stream(stage: Stage) -> AsyncIterator[Samples]:
    """Any refusal would end the run: there is none to count."""
    async with stage.runtime() as runtime:
        commands = await Commands.on_new_project(runtime)
        ticket = await commands.create(0)

        async def rename(number: int) -> None:
            changes = Changes(title=f"Title {number}")
            await dispatched(
                runtime, ChangeTicket(project_id=commands.project_id, ticket_id=ticket.id, changes=changes)
            )

        for _ in range(stage.rounds):
            yield {
                "hot": await closed_loop(IN_FLIGHT, stage.seconds, rename),
                "new": await closed_loop(IN_FLIGHT, stage.seconds, commands.create),
            }


GROUPS = (
    Group(
        (
            Figure(name="append-64", unit="commands/s", target=10_000, of="64"),
            Figure(name="append-64-p99", unit="ms", target=15, of="64", take="p99", at_most=True),
            Figure(name="append-64-by-pgbench", unit="x", target=1.0, of="64", against=PGBENCH, take="ratio"),
            Figure(name="append-64-by-recorder", unit="x", target=30, of="64", against=RECORDER, take="ratio"),
            Figure(name="append-1", unit="x", target=0.4, of="1", against=BARE, take="ratio"),
        ),
        appends,
    ),
    Group(
        (
            Figure(name="append-hot-stream", unit="commands/s", target=2_000, of="hot"),
            Figure(name="dispatch-64", unit="commands/s", target=None, of="new"),
        ),
        hot_stream,
    ),
)
