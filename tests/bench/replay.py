"""Reading the whole log back, page by page, each event decoded into its Struct."""

from collections.abc import AsyncIterator
from time import perf_counter

from infra.runtime import Runtime
from tests.bench.figures import Figure, Group, Sample, Samples
from tests.bench.load import closed_loop
from tests.bench.stage import Stage
from tests.bench.work import LEDGER, Tickets

EVENTS = 200_000
PAGE = 5000


async def replay(stage: Stage) -> AsyncIterator[Samples]:
    async with stage.runtime() as runtime:
        await fill(runtime, round(EVENTS * stage.scale))
        for _ in range(stage.rounds):
            yield {"replay": await _replay(runtime)}


async def fill(runtime: Runtime, events: int) -> None:
    """With real tickets, through the log."""
    tickets = Tickets.of_no_project(runtime)
    while (await runtime.log.head(LEDGER)).position < events:
        await closed_loop(256, 1.0, tickets.file)


async def _replay(runtime: Runtime) -> Sample:
    position = 0
    started = perf_counter()
    while stored := await runtime.log.read(LEDGER, after=position, limit=PAGE):
        position = (await runtime.codec.decode(stored))[-1].position
    return Sample(position / (perf_counter() - started))


GROUPS = (Group((Figure(name="replay", unit="events/s", target=250_000, of="replay"),), replay),)
