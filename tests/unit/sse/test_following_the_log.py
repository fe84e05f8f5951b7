"""History first, then what happens next, and back again from any id."""

import pytest

from interfaces.sse import connection
from tests.unit.sse.happenings import filed, moved, retitled
from tests.unit.sse.world import LEDGER, World

STREAM = "/api/v1/events/stream"


async def test_a_stream_opens_with_the_log_and_its_head_then_history_then_level_then_live(world: World) -> None:
    world.user("anna", "forge")
    await world.append(filed("t1"), project_id="forge")
    head = await world.log.head(LEDGER)
    async with world.stream(STREAM, "anna") as stream:
        opened, first, level = await stream.frames(3)
        assert opened.event == "stream.opened"
        assert opened.data == {"logId": str(head.log_id), "head": 1, "from": 0}
        assert (first.event, first.id, first.data["subject"]) == ("ticket.created", "1", "t1")
        assert (level.event, level.data) == ("stream.caught_up", {"position": 1})
        await world.append(moved("t1"), project_id="forge")
        live = await stream.frame()
        assert (live.event, live.id) == ("ticket.moved", "2")


async def test_control_frames_have_no_id(world: World) -> None:
    world.user("anna", "forge")
    async with world.stream(STREAM, "anna") as stream:
        assert [frame.id for frame in await stream.frames(2)] == ["", ""]


async def test_a_reader_that_comes_back_gets_exactly_what_it_missed(world: World) -> None:
    world.user("anna", "forge")
    for number in range(5):
        await world.append(filed(f"t{number}"), project_id="forge")
    async with world.stream(STREAM, "anna", {"Last-Event-ID": "3"}) as stream:
        assert [frame.id for frame in await stream.events(2)] == ["4", "5"]


async def test_the_header_beats_the_query(world: World) -> None:
    world.user("anna", "forge")
    for number in range(5):
        await world.append(filed(f"t{number}"), project_id="forge")
    async with world.stream(STREAM, "anna", {"Last-Event-ID": "4"}, last_event_id=1) as stream:
        assert (await stream.events(1))[0].id == "5"
    async with world.stream(STREAM, "anna", last_event_id=3) as stream:
        assert (await stream.events(1))[0].id == "4"


@pytest.mark.parametrize("cursor", ["", "-1", "1.0", "latest", "\uff19", "1" * 30])
async def test_a_malformed_cursor_is_refused(world: World, cursor: str) -> None:
    world.user("anna", "forge")
    answer = await world.request("GET", STREAM, "anna", last_event_id=cursor)
    assert answer.status == 400
    assert answer.json()["details"][0]["field"] == "last_event_id"


async def test_a_cursor_beyond_the_head_belongs_to_another_log(world: World) -> None:
    world.user("anna", "forge")
    answer = await world.request("GET", STREAM, "anna", {"Last-Event-ID": "1"})
    assert (answer.status, answer.json()["head"]) == (409, 0)


async def test_an_event_is_shown_as_a_cloud_event(world: World) -> None:
    world.user("anna", "forge")
    await world.append(retitled("t1"), project_id="forge", actor="anna")
    log_id = (await world.log.head(LEDGER)).log_id
    async with world.stream(STREAM, "anna") as stream:
        [event] = await stream.events(1)
    assert event.data == {
        "specversion": "1.0",
        "id": "1",
        "position": 1,
        "source": f"urn:uuid:{log_id}",
        "type": "ticket.retitled",
        "subject": "t1",
        "time": "1970-01-01T00:00:00Z",
        "recordedat": "2026-01-01T12:00:00Z",
        "projectid": "forge",
        "actor": "anna",
        "streamversion": 1,
        "schema": 1,
        "data": {"title": "Cut the steel"},
    }


async def test_filters_hold_for_history_and_live(world: World) -> None:
    world.user("anna", "forge", "mill")
    await world.append(filed("t1"), project_id="forge")
    await world.append(moved("t1"), project_id="forge")
    await world.append(moved("t2"), project_id="mill")
    async with world.stream(STREAM, "anna", types="ticket.moved,project.*", project="FORGE") as stream:
        await stream.frame()
        assert (await stream.frame()).id == "2"
        await stream.until("stream.caught_up")
        await world.append(filed("t3"), moved("t3"), project_id="forge")
        await world.append(moved("t2"), project_id="mill")
        await world.append(moved("t1"), project_id="forge")
        assert [frame.id for frame in await stream.events(2)] == ["5", "7"]


async def test_a_long_history_comes_whole_and_in_order(world: World) -> None:
    world.user("anna", "forge")
    for number in range(connection.HISTORY_EVENTS + 10):
        await world.append(filed(f"t{number}"), retitled(f"t{number}"), project_id="forge")
    async with world.stream(STREAM, "anna") as stream:
        count = 2 * (connection.HISTORY_EVENTS + 10)
        assert [int(frame.id) for frame in await stream.events(count)] == list(range(1, count + 1))


async def test_an_event_of_a_newer_release_is_shown_as_it_was_stored(world: World) -> None:
    world.user("anna", "forge")
    stored = await world.codec.encode(LEDGER, retitled("t1"), version=0, project_id="forge", metadata=b"{}")
    newer = {"type": "ticket.teleported", "data": b'{"to":"mars"}'}
    await world.append_stored([type(stored)(**{**{f: getattr(stored, f) for f in stored.__struct_fields__}, **newer})])
    async with world.stream(STREAM, "anna") as stream:
        [event] = await stream.events(1)
    assert (event.event, event.data["data"]) == ("ticket.teleported", {"to": "mars"})


async def test_the_response_is_an_event_stream_that_no_proxy_buffers(world: World) -> None:
    world.user("anna", "forge")
    async with world.stream(STREAM, "anna") as stream:
        await stream.frame()
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream"
    assert stream.headers["cache-control"] == "no-cache, no-transform"
    assert stream.headers["x-accel-buffering"] == "no"
    assert stream.headers["connection"] == "keep-alive"


async def test_only_get_opens_a_stream(world: World) -> None:
    world.user("anna", "forge")
    assert (await world.request("POST", STREAM, "anna")).status == 405


async def test_a_stream_ends_with_a_closing_frame_when_the_server_stops(world: World) -> None:
    world.user("anna", "forge")
    async with world.stream(STREAM, "anna") as stream:
        await stream.until("stream.caught_up")
        world.hub.close()
        assert (await stream.frame()).data == {"reason": "shutdown"}
        await stream.ended.wait()
    assert b"retry: " in stream.body.rpartition(b"\n\n")[0].rpartition(b"\n\n")[2]
    assert (await world.request("GET", STREAM, "anna")).status == 503
