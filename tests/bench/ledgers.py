"""Who else writes: another process on the same ledger, and a thousand tenants."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import click
import msgspec
import uvloop

from domain.kernel.errors import VersionConflict
from domain.kernel.ids import main_ledger
from infra.postgres.embedded import Addresses
from tests.bench.figures import Figure, Group, Sample, Samples
from tests.bench.load import closed_loop
from tests.bench.stage import Stage, opened
from tests.bench.work import LEDGER, Commands, Tickets

IN_FLIGHT = 64
TENANTS = 1000
ONE_TENANT = "one tenant"
HOLES = """
select max(position) - count(*) + (select position from ledger.ledger where ledger_id = $1) - max(position)
from ledger.event where ledger_id = $1
"""


class Written(msgspec.Struct):
    """What one writing process tells at its end. ``lost`` counts races that became conflicts."""

    sample: Sample
    lost: int


async def two_processes(stage: Stage) -> AsyncIterator[Samples]:
    """Each has half of the load in flight, through the dispatcher, on tickets of one project."""
    async with stage.database() as addresses:
        async with opened(addresses, stage.folder) as runtime:
            project_id = (await Commands.on_new_project(runtime)).project_id
        for _ in range(stage.rounds):
            first, second = await asyncio.gather(*(_writing(stage, addresses, project_id) for _ in range(2)))
            connection = await asyncpg.connect(addresses.owner_url)
            holes = await connection.fetchval(HOLES, LEDGER)
            await connection.close()
            slower = max(first.sample, second.sample, key=lambda sample: sample.p99 or 0.0)
            yield {
                "two": Sample(first.sample.value + second.sample.value, slower.p50, slower.p99),
                "holes": Sample(holes),
                "lost": Sample(first.lost + second.lost),
            }


async def _writing(stage: Stage, addresses: Addresses, project_id: str) -> Written:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.ledgers"),
        *(addresses.server_url, addresses.owner_url, stage.folder, project_id, str(stage.seconds)),
        stdout=subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return msgspec.json.decode(said, type=Written)


@click.command()
@click.argument("server_url")
@click.argument("owner_url")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("project_id")
@click.argument("seconds", type=float)
def write(server_url: str, owner_url: str, folder: Path, project_id: str, seconds: float) -> None:
    """One of the two processes."""
    written = uvloop.run(_write(Addresses(owner_url, server_url), folder, project_id, seconds))
    click.echo(msgspec.json.encode(written))


async def _write(addresses: Addresses, folder: Path, project_id: str, seconds: float) -> Written:
    async with opened(addresses, folder) as runtime:
        commands = Commands(runtime, project_id)
        lost = 0

        async def create(number: int) -> None:
            nonlocal lost
            try:
                await commands.create(number)
            except VersionConflict:
                lost += 1

        return Written(await closed_loop(IN_FLIGHT // 2, seconds, create), lost)


async def tenants_in_turn(stage: Stage) -> AsyncIterator[Samples]:
    async with stage.runtime() as runtime:
        ledgers = [main_ledger(f"tenant-{number}") for number in range(TENANTS)]
        for ledger_id in ledgers:
            await runtime.log.create_ledger(ledger_id, ledger_id.partition("/")[0])
        tickets = Tickets.of_no_project(runtime)

        async def in_turn(number: int) -> None:
            await tickets.file(number, ledgers[number % TENANTS])

        for _ in range(stage.rounds):
            yield {
                ONE_TENANT: await closed_loop(IN_FLIGHT, stage.seconds, tickets.file),
                "tenants": await closed_loop(IN_FLIGHT, stage.seconds, in_turn),
            }


GROUPS = (
    Group(
        (
            Figure(name="two-processes-p99", unit="ms", target=30, of="two", take="p99", at_most=True),
            Figure(name="two-processes", unit="commands/s", target=None, of="two"),
            Figure(name="two-processes-holes", unit="positions", target=0, of="holes", at_most=True),
            Figure(name="two-processes-conflicts", unit="commands", target=0, of="lost", at_most=True),
        ),
        two_processes,
    ),
    Group(
        (Figure(name="tenants-1000", unit="x", target=0.5, of="tenants", against=ONE_TENANT, take="ratio"),),
        tenants_in_turn,
    ),
)

if __name__ == "__main__":
    write()
