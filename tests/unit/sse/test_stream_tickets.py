"""A ticket opens one stream, once, for a minute, with the rights of whoever asked for it."""

from datetime import timedelta

from tests.unit.sse.happenings import filed
from tests.unit.sse.world import World

STREAM = "/api/v1/events/stream"
TICKET = "/api/v1/events/ticket"


async def test_a_ticket_opens_a_stream_once(world: World) -> None:
    world.user("anna", "forge")
    await world.append(filed("t1"), project_id="forge")
    issued = await world.request("POST", TICKET, "anna")
    assert (issued.status, issued.json()["expiresAt"]) == (201, "2026-01-01T12:01:00Z")
    ticket = issued.json()["ticket"]
    async with world.stream(STREAM, ticket=ticket) as stream:
        assert (await stream.events(1))[0].id == "1"
    again = await world.request("GET", STREAM, ticket=ticket)
    assert (again.status, again.json()["detail"]) == (401, "The stream ticket is unknown, used or expired.")


async def test_an_old_or_invented_ticket_opens_nothing(world: World) -> None:
    world.user("anna", "forge")
    ticket = (await world.request("POST", TICKET, "anna")).json()["ticket"]
    world.clock.now += timedelta(seconds=60)
    for bad in (ticket, "default.invented", "nowhere.invented", ""):
        assert (await world.request("GET", STREAM, ticket=bad)).status == 401


async def test_a_ticket_needs_the_ability_to_read_events(world: World) -> None:
    world.user("bot", kind="access_token", abilities=frozenset({"projects:read"}))
    assert (await world.request("POST", TICKET)).status == 401
    assert (await world.request("POST", TICKET, "bot")).status == 403


async def test_a_tickets_stream_counts_as_its_users(world: World) -> None:
    world.user("bot", "forge", kind="access_token", abilities=frozenset({"events:read"}))
    await world.append(filed("t1"), project_id="mill")
    await world.append(filed("t2"), project_id="forge")
    ticket = (await world.request("POST", TICKET, "bot")).json()["ticket"]
    async with world.stream(STREAM, ticket=ticket) as stream:
        assert (await stream.events(1))[0].id == "2"
