"""``shipledger projections``: how far the read models are, and making them anew."""

import click
import msgspec

from domain.kernel.errors import NotFound
from infra.projector.rebuild import rebuild as rebuild_one
from infra.projector.tables import sql
from interfaces.cli.running import Decorator, Desk, at_desk
from projections.registry import ALL

COLUMNS = {
    "ledger_id": "LEDGER",
    "projection": "PROJECTION",
    "version": "VERSION",
    "status": "STATUS",
    "position": "POSITION",
    "behind": "BEHIND",
}
REBUILT = {"ledger_id": "LEDGER", "projection": "PROJECTION", "position": "POSITION", "equal": "AS BEFORE"}
NAMES = {projection.name: projection for projection in ALL}
name_argument: Decorator = click.argument("name", type=click.Choice(list(NAMES)))
ledger_option: Decorator = click.option("--ledger", "ledger_id", help="Only this one, such as default/main.")


@click.group()
def projections() -> None:
    """The read models that queries are answered from."""


@projections.command()
@at_desk
async def status(desk: Desk) -> None:
    """Where each read model stands, and why a parked one was parked."""
    rows = [dict(row) | {"behind": row["head"] - row["position"]} for row in await desk.reader.fetch(sql.status)]
    desk.out.rows(rows, COLUMNS)
    for row in rows:
        if row["error"] and not desk.out.as_json:
            click.echo(
                f"\n{row['projection']} of {row['ledger_id']}, after position {row['position']}:\n{row['error']}"
            )


@projections.command()
@name_argument
@ledger_option
@at_desk
async def rebuild(desk: Desk, name: str, ledger_id: str | None) -> None:
    """Fold the whole log again beside the live rows, put the result in place, and say whether it differs."""
    runtime, rebuilt = desk.runtime, []
    for one in await _ledgers(desk, name, ledger_id):
        with desk.out.progress(f"{name} of {one}") as told:
            rebuilt.append(await rebuild_one(runtime.connect, runtime.log, runtime.codec, NAMES[name], one, told=told))
    rows = [msgspec.structs.asdict(each) | {"equal": each.equal} for each in rebuilt]
    desk.out.rows(rows, REBUILT)


@projections.command()
@name_argument
@ledger_option
@at_desk
async def unpark(desk: Desk, name: str, ledger_id: str | None) -> None:
    """Let a read model that failed try again from where it stands."""
    result = await desk.runtime.pool.execute(sql.unpark, name, ledger_id)
    count = int(result.rpartition(" ")[2])
    if not count:
        raise NotFound(f"{name} is not parked")
    desk.out.done(f"{name} tries again on {count} ledger{'s' * (count > 1)}.", ledgers=count)


async def _ledgers(desk: Desk, name: str, only: str | None) -> list[str]:
    found = [row["ledger_id"] for row in await desk.reader.fetch(sql.status) if row["projection"] == name]
    chosen = [ledger_id for ledger_id in found if only in (None, ledger_id)]
    if not chosen:
        raise NotFound(f"{name} has not begun on {only or 'any ledger'}")
    return chosen
