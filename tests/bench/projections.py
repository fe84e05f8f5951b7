"""Rebuilding every read model from the log, as ``shipledger projections rebuild`` does."""

from collections.abc import AsyncIterator
from time import perf_counter

from infra.projector.rebuild import rebuild
from infra.runtime import Runtime
from projections.registry import ALL
from tests.bench.figures import Figure, Group, Sample, Samples
from tests.bench.load import closed_loop
from tests.bench.stage import Stage
from tests.bench.work import LEDGER, Tickets, new_project

EVENTS = 50_000


async def rebuilt(stage: Stage) -> AsyncIterator[Samples]:
    """All read models, one after the other; a rate of events of the log, all of which each of them reads."""
    async with stage.runtime() as runtime:
        tickets = Tickets.of(runtime, await new_project(runtime))
        while (head := (await runtime.log.head(LEDGER)).position) < EVENTS * stage.scale:
            await closed_loop(256, 1.0, tickets.file)
        runtime.start_projectors()
        await runtime.progress.reached(LEDGER, head, timeout=600)
        for _ in range(stage.rounds):
            yield {"rebuilt": await _rebuild_all(runtime, head)}


async def _rebuild_all(runtime: Runtime, head: int) -> Sample:
    started = perf_counter()
    for projection in ALL:
        outcome = await rebuild(runtime.connect, runtime.log, runtime.codec, projection, LEDGER)
        if not outcome.equal:
            raise RuntimeError(f"{projection.name} was rebuilt otherwise than it is live")
    return Sample(head * len(ALL) / (perf_counter() - started))


GROUPS = (Group((Figure(name="projections-rebuilt", unit="events/s", target=15_000, of="rebuilt"),), rebuilt),)
