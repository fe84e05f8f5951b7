"""Whatever happened, however it is read: coming back with any id gives exactly what a reader who never left got."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.event import Event
from interfaces.sse.ring import Ring
from tests.unit.sse.happenings import filed, joined, left, moved, retitled
from tests.unit.sse.world import LEDGER, Received, World, started_world

PROJECTS = ("forge", "mill")
Command = tuple[str, Sequence[Event]]

_happenings: list[Callable[[str], Event]] = [filed, retitled, moved, lambda ticket: moved(ticket, "todo")]
_events = st.builds(
    lambda make, ticket: make(ticket), st.sampled_from(_happenings), st.sampled_from(["t1", "t2", "t3"])
)
_changes = st.tuples(st.sampled_from(PROJECTS), st.lists(_events, min_size=1, max_size=5))
_histories = st.lists(_changes, min_size=1, max_size=30)
_filters = st.fixed_dictionaries(
    {}, optional={"types": st.sampled_from(["ticket.*", "ticket.moved", "ticket.created,ticket.moved"])}
)


async def _listen(world: World, path: str, count: int, after: int | None, **query: Any) -> list[Received]:
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with world.stream(path, "anna", headers, **query) as stream:
        return await stream.events(count)


async def _happen(world: World, history: Sequence[Command]) -> None:
    for project, events in history:
        await world.append(*events, project_id=project)


def _resumed_everywhere(history: Sequence[Command], live: Sequence[Command], ring_bytes: int, query: Any) -> None:
    async def check() -> None:
        async with started_world() as world:
            world.user("anna", "forge")
            await _happen(world, history)
            tail = await world.hub.tail(LEDGER)
            tail.ring = Ring(tail.position, ring_bytes)
            async with world.stream("/api/v1/events/stream", "anna", **query) as stream:
                await stream.frame()
                await _happen(world, live)
                last = await world.append(filed("end"), moved("end"), project_id="forge")
                whole: list[Received] = []
                while not whole or whole[-1].id != str(last):
                    whole += await stream.events(1)
            ids = [int(event.id) for event in whole]
            assert ids == sorted(set(ids))
            for seen in range(len(whole)):
                rest = await _listen(
                    world, "/api/v1/events/stream", len(whole) - seen, ids[seen - 1] if seen else 0, **query
                )
                assert rest == whole[seen:]

    asyncio.run(check())


@settings(max_examples=30, deadline=None)
@given(_histories, _histories, st.sampled_from([0, 20_000, 10**6]), _filters)
def test_a_generic_stream_resumes_from_any_id(
    history: list[Command], live: list[Command], ring_bytes: int, query: dict[str, str]
) -> None:
    _resumed_everywhere(history, live, ring_bytes, query)


@settings(max_examples=30, deadline=None)
@given(_histories, _histories)
def test_a_project_stream_resumes_from_any_id(history: list[Command], live: list[Command]) -> None:
    async def check() -> None:
        async with started_world() as world:
            world.user("anna", "forge")
            await _happen(world, history)
            async with world.stream("/api/projects/forge/events", "anna", last_event_id=0) as stream:
                await stream.frame()
                await _happen(world, live)
                last = await world.append(filed("end"), project_id="forge")
                whole: list[Received] = []
                while not whole or whole[-1].id != str(last):
                    whole += await stream.events(1)
            for seen in range(1, len(whole)):
                after = int(whole[seen - 1].id)
                rest = await _listen(world, "/api/projects/forge/events", len(whole) - seen, after)
                assert rest == whole[seen:]

    asyncio.run(check())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["joins", "leaves", "works"]), max_size=40))
def test_what_a_reader_sees_live_is_what_membership_at_that_event_allows(story: list[str]) -> None:
    async def check() -> None:
        async with started_world() as world:
            world.user("anna")
            member = False
            expected: list[int] = []
            async with world.stream("/api/v1/events/stream", "anna", types="ticket.*") as stream:
                await stream.until("stream.caught_up")
                for step in story:
                    event = {"joins": joined("anna"), "leaves": left("anna"), "works": retitled("t1")}[step]
                    position = await world.append(event, project_id="forge")
                    member = {"joins": True, "leaves": False, "works": member}[step]
                    if step == "works" and member:
                        expected.append(position)
                await world.append(joined("anna"), project_id="forge")
                expected.append(await world.append(filed("end"), project_id="forge"))
                assert [int(event.id) for event in await stream.events(len(expected))] == expected

    asyncio.run(check())
