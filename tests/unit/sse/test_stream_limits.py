"""How many streams may be open at once."""

import pytest

from interfaces.sse.errors import TooManyStreams
from interfaces.sse.limits import GENERIC, StreamLimits
from tests.unit.sse.world import World

STREAM = "/api/v1/events/stream"


async def test_a_fifth_stream_is_refused_until_one_hangs_up(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "forge")
    async with world.stream(STREAM, "anna"), world.stream(STREAM, "anna"), world.stream(STREAM, "anna"):
        async with world.stream(STREAM, "anna") as fourth:
            await fourth.frame()
            refused = await world.request("GET", STREAM, "anna")
            assert (refused.status, refused.json()["error"]) == (429, "Too many connections")
            assert "retry-after" in refused.headers
            async with world.stream(STREAM, "ben") as others:
                assert (await others.frame()).event == "stream.opened"
        async with world.stream(STREAM, "anna") as freed:
            assert (await freed.frame()).event == "stream.opened"


def test_places_are_given_back_also_when_one_of_two_is_refused() -> None:
    limits = StreamLimits()
    with limits.slot(*[(GENERIC, ("anna",))] * 4):
        with pytest.raises(TooManyStreams), limits.slot((GENERIC, ("ben",)), (GENERIC, ("anna",))):
            pass
        with limits.slot(*[(GENERIC, ("ben",))] * 4):
            pass
    with limits.slot((GENERIC, ("anna",))):
        pass


def test_limits_can_be_switched_off() -> None:
    limits = StreamLimits(enabled=False)
    with limits.slot(*[(GENERIC, ("anna",))] * 4), limits.slot((GENERIC, ("anna",))):
        pass
