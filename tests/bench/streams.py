"""Streams: how soon an event arrives, and how many deliveries a second one process makes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from time import perf_counter, time

from domain.projects.project import Project
from infra.runtime import Runtime
from tests.bench.client import request_bytes
from tests.bench.figures import Figure, Group, Sample, Samples
from tests.bench.readers import Readers
from tests.bench.servers import Serving, person, serving
from tests.bench.stage import Stage, opened
from tests.bench.work import LEDGER, Tickets, new_project

OFFERED = 300
READERS = 1000
PROJECTS = 20
PROJECTS_EACH = 4
FILTERS = (
    "",
    "&types=ticket.*",
    "&types=ticket.created",
    "&types=ticket.created,ticket.moved",
    "&types=ticket.created,ticket.deleted",
)
BURST = 100
"""Events that are on their way at most twice, so that no reader falls behind its queue of 256 frames."""
KIB = 1024


async def latency(stage: Stage) -> AsyncIterator[Samples]:
    """Commands posted at a fixed rate; the time from the sending of each to its frame, which its title tells."""
    async with stage.database() as addresses:
        async with opened(addresses, stage.folder) as runtime:
            project = await new_project(runtime)
            token = await person(runtime, "ada", [project])
        for _ in range(stage.rounds):
            async with serving(stage, addresses) as server:
                readers = await Readers.begin(server.port, [_stream(token, 0)])
                await _offer(server, project, token, stage.seconds / 5)
                await readers.latency()
                await _offer(server, project, token, stage.seconds)
                yield {"latency": await readers.latency()}
                await readers.end()


async def _offer(server: Serving, project: Project, token: str, seconds: float) -> None:
    """On connections enough that one in flight never holds up the next."""
    connections = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(64)]
    head = f"POST /api/projects/{project.id}/tickets HTTP/1.1\r\nAuthorization: Bearer {token}"
    drains = [asyncio.create_task(_drain(reader)) for reader, _ in connections]
    started = perf_counter()
    for number in range(round(OFFERED * seconds)):
        await asyncio.sleep(started + number / OFFERED - perf_counter())
        connections[number % len(connections)][1].write(request_bytes(head, f'{{"title": "sent={time():.6f}"}}'))
    await asyncio.sleep(1)
    for _, writer in connections:
        writer.close()
    await asyncio.gather(*drains)


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass


async def same_rights(stage: Stage) -> AsyncIterator[Samples]:
    async with stage.database() as addresses, opened(addresses, stage.folder) as runtime:
        project = await new_project(runtime)
        token = await person(runtime, "ada", [project])
        project = await _as_it_is(runtime, project)
        for _ in range(stage.rounds):
            async with serving(stage, addresses) as server:
                before = server.memory()
                head = (await runtime.log.head(LEDGER)).position
                readers = await Readers.begin(server.port, [_stream(token, head)] * READERS)
                delivered = await _deliver(runtime, readers, [project], READERS, stage.seconds)
                yield {"same": delivered, "memory": Sample((server.memory() - before) / READERS / KIB)}
                await readers.end()


async def many_rights(stage: Stage) -> AsyncIterator[Samples]:
    """Everybody is a member of four projects next to each other."""
    async with stage.database() as addresses, opened(addresses, stage.folder) as runtime:
        projects = [await new_project(runtime, f"Project {number}") for number in range(PROJECTS)]
        tokens = [
            await person(runtime, f"user-{number}", [projects[(number + n) % PROJECTS] for n in range(PROJECTS_EACH)])
            for number in range(READERS)
        ]
        projects = [await _as_it_is(runtime, project) for project in projects]
        for _ in range(stage.rounds):
            async with serving(stage, addresses) as server:
                head = (await runtime.log.head(LEDGER)).position
                heads = [_stream(token, head, FILTERS[n // PROJECTS % 5]) for n, token in enumerate(tokens)]
                readers = await Readers.begin(server.port, heads)
                each = READERS * PROJECTS_EACH // PROJECTS
                yield {"many": await _deliver(runtime, readers, projects, each, stage.seconds)}
                await readers.end()


async def _as_it_is(runtime: Runtime, project: Project) -> Project:
    """With the members that came since."""
    current = None
    for recorded in await runtime.codec.decode(await runtime.log.stream(LEDGER, project.id)):
        current = recorded.event.mutate(current) if recorded.event else current
    assert isinstance(current, Project)
    return current


async def _deliver(
    runtime: Runtime, readers: Readers, projects: Sequence[Project], each: int, seconds: float
) -> Sample:
    """Deliveries a second, when ``each`` event goes to so many readers: appended as fast as they are delivered."""
    tickets = [Tickets.of(runtime, project) for project in projects]
    appended = 0

    async def burst() -> None:
        nonlocal appended
        await asyncio.gather(*(tickets[n % len(tickets)].file(n + 1) for n in range(BURST)))
        appended += BURST

    await burst()
    started, begun = perf_counter(), appended
    while perf_counter() - started < seconds:
        await burst()
        await readers.got((appended - BURST) * each)
    await readers.got(appended * each)
    return Sample((appended - begun) * each / (perf_counter() - started))


def _stream(token: str, after: int, only: str = "") -> str:
    return f"GET /api/v1/events/stream?after={after}{only} HTTP/1.1\r\nAuthorization: Bearer {token}"


GROUPS = (
    Group(
        (
            Figure(name="stream-latency-p50", unit="ms", target=20, of="latency", take="p50", at_most=True),
            Figure(name="stream-latency-p99", unit="ms", target=60, of="latency", take="p99", at_most=True),
        ),
        latency,
    ),
    Group(
        (
            Figure(name="stream-1000-readers", unit="deliveries/s", target=400_000, of="same"),
            Figure(name="stream-memory", unit="KiB/reader", target=70, of="memory", at_most=True),
        ),
        same_rights,
    ),
    Group((Figure(name="stream-1000-principals", unit="deliveries/s", target=150_000, of="many"),), many_rights),
)
