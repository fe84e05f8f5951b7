"""A reader that cannot keep up is never cut off: it is told, and reads the log until it is level again."""

from interfaces.sse import connection
from interfaces.sse.ring import Ring
from tests.unit.sse.happenings import filed, retitled
from tests.unit.sse.world import LEDGER, World

STREAM = "/api/v1/events/stream"


async def _overflow(world: World) -> int:
    """Append more, in several turns of the tail, than a queue holds; the last position."""
    last = 0
    for _ in range(4):
        for _ in range(connection.QUEUE_FRAMES // 2):
            last = await world.append(retitled("t1"), project_id="forge")
        await (await world.hub.tail(LEDGER)).level_with(last)
    return last


async def test_a_slow_reader_falls_behind_and_misses_nothing(world: World) -> None:
    world.user("anna", "forge")
    await world.append(filed("t1"), project_id="forge")
    async with world.stream(STREAM, "anna") as stream:
        await stream.until("stream.caught_up")
        stream.readable.clear()
        last = await _overflow(world)
        stream.readable.set()
        seen: list[int] = []
        behind = level = 0
        while not seen or seen[-1] < last:
            frame = await stream.frame()
            if frame.event == "stream.fell_behind":
                behind = len(seen)
                assert frame.data == {"position": seen[-1]}
            elif frame.id:
                seen.append(int(frame.id))
        level = (await stream.until("stream.caught_up")).data["position"]
    assert seen == list(range(2, last + 1))
    assert 0 < behind < len(seen)
    assert level == last


async def test_a_slow_reader_does_not_hold_up_the_others(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "forge")
    async with world.stream(STREAM, "anna") as slow, world.stream(STREAM, "ben") as quick:
        await slow.until("stream.caught_up")
        await quick.until("stream.caught_up")
        slow.readable.clear()
        last = await _overflow(world)
        assert int((await quick.events(last))[-1].id) == last


async def test_a_reader_beyond_the_ring_reads_the_log(world: World) -> None:
    world.user("anna", "forge")
    tail = await world.hub.tail(LEDGER)
    tail.ring = Ring(tail.position, most_bytes=10_000)
    for _ in range(50):
        await world.append(retitled("t1"), project_id="forge")
    await tail.level_with(50)
    assert not tail.ring.covers(10)
    async with world.stream(STREAM, "anna", after=10) as stream:
        assert [int(frame.id) for frame in await stream.events(40)] == list(range(11, 51))


async def test_a_client_that_hangs_up_leaves_nothing_behind(world: World) -> None:
    world.user("anna", "forge")
    async with world.stream(STREAM, "anna") as stream:
        await stream.until("stream.caught_up")
        tail = await world.hub.tail(LEDGER)
        assert len(tail.readers) == 1
    assert not tail.readers


async def test_a_silent_stream_shows_signs_of_life_without_a_blank_line(world: World) -> None:
    world.user("anna", "forge")
    async with world.stream(STREAM, "anna") as stream:
        await stream.until("stream.caught_up")
        [reader] = (await world.hub.tail(LEDGER)).readers
        reader.beat()
        await world.append(filed("t1"), project_id="forge")
        await stream.events(1)
    assert b"\n\n: heartbeat\nid: 1\n" in stream.body
