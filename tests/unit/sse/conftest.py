from collections.abc import AsyncIterator

import pytest

from tests.unit.sse.world import World, started_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with started_world() as world:
        yield world
