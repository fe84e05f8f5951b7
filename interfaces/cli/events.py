"""``shipledger events``: the log as it stands. What is personal stays sealed."""

import asyncio
from datetime import UTC
from typing import Any

import click
import msgspec

from domain.kernel.errors import NotFound
from domain.kernel.ids import main_ledger
from domain.kernel.log import Filter, StoredEvent
from interfaces.cli.running import Desk, at_desk, tenant_option

PAGE_EVENTS = 1000
LAST_EVENTS = 20
FOLLOW_SECONDS = 0.5


@click.group()
def events() -> None:
    """The events of a tenant's ledger."""


@events.command()
@click.option("--after", type=click.IntRange(0), help="Begin after this position; the last 20 unless given.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only these, such as ticket.moved or ticket.*.")
@click.option("--stream", default="", metavar="ID", help="Only this stream.")
@click.option("--project", default="", metavar="ID", help="Only this project.")
@click.option("--follow", "-f", is_flag=True, help="Stay, and show what comes next.")
@tenant_option
@at_desk
async def tail(
    desk: Desk, *, after: int | None, types: tuple[str, ...], stream: str, project: str, follow: bool, tenant: str
) -> None:
    """Show events in order, one a line."""
    ledger_id = main_ledger(tenant)
    only = Filter(types=types, stream_id=stream, project_id=project)
    log = desk.runtime.log
    position = max(0, (await log.head(ledger_id)).position - LAST_EVENTS) if after is None else after
    while True:
        head = (await log.head(ledger_id)).position
        while page := await log.read(ledger_id, after=position, upto=head, limit=PAGE_EVENTS, only=only):
            for event in page:
                desk.out.line(_line(event), **_fields(event))
            position = page[-1].position
        position = max(position, head)
        if not follow:
            return
        await asyncio.sleep(FOLLOW_SECONDS)


@events.command()
@click.argument("position", type=click.IntRange(1))
@tenant_option
@at_desk
async def show(desk: Desk, position: int, tenant: str) -> None:
    """Everything the ledger holds about one event."""
    found = await desk.runtime.log.read(main_ledger(tenant), after=position - 1, upto=position, limit=1)
    if not found:
        raise NotFound(f"The ledger of {tenant} has no position {position}")
    (event,) = found
    hashes = {"payload_digest": event.payload_digest.hex(), "leaf": event.leaf.hex(), "chain": event.chain.hex()}
    metadata = msgspec.json.decode(event.metadata)
    desk.out.fields(_fields(event) | {"metadata": metadata} | hashes)


def _line(event: StoredEvent) -> str:
    recorded_at = event.recorded_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    data = msgspec.json.encode(_data(event)).decode()
    return f"{event.position:>8} {recorded_at} {event.type:<28} {event.stream_id} v{event.version} {data}"


def _fields(event: StoredEvent) -> dict[str, Any]:
    return {
        "position": event.position,
        "type": event.type,
        "schema": event.schema,
        "stream_id": event.stream_id,
        "version": event.version,
        "project_id": event.project_id,
        "recorded_at": event.recorded_at,
        "occurred_at": event.occurred_at,
        "data": _data(event),
    }


def _data(event: StoredEvent) -> Any:
    """The payload, without sealed bytes; None once it expired."""
    return None if event.data is None else _without_seals(msgspec.json.decode(event.data))


def _without_seals(value: Any) -> Any:
    match value:
        case {"person": person, "sealed": _}:
            return {"person": person}
        case dict():
            return {name: _without_seals(each) for name, each in value.items()}
        case list():
            return [_without_seals(each) for each in value]
        case _:
            return value
