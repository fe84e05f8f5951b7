"""What a server holds resident that nobody talks to."""

import asyncio
from collections.abc import AsyncIterator

from tests.bench.figures import Figure, Group, Sample, Samples
from tests.bench.servers import MIB, serving
from tests.bench.stage import Stage

REST_SECONDS = 5


async def idle(stage: Stage) -> AsyncIterator[Samples]:
    async with stage.database() as addresses:
        for _ in range(stage.rounds):
            async with serving(stage, addresses) as server:
                await asyncio.sleep(REST_SECONDS)
                yield {"idle": Sample(server.memory() / MIB)}


GROUPS = (Group((Figure(name="memory-idle", unit="MiB", target=150, of="idle", at_most=True),), idle),)
