"""Requests over real sockets: server, client and database on this machine."""

from collections.abc import AsyncIterator

from tests.bench.client import TITLE, Job, run
from tests.bench.figures import Figure, Group, Samples
from tests.bench.servers import person, serving
from tests.bench.stage import Stage, opened
from tests.bench.work import DESCRIPTION, Commands, new_project

CONNECTIONS = 64
BODY = f'{{"title": "{TITLE}", "description": "{DESCRIPTION}"}}'


async def requests(stage: Stage) -> AsyncIterator[Samples]:
    """One process and two take turns on the same database."""
    async with stage.database() as addresses:
        async with opened(addresses, stage.folder) as runtime:
            project = await new_project(runtime)
            token = await person(runtime, "ada", [project])
            ticket = await Commands(runtime, project.id).create(0)
        tickets = f"/api/projects/{project.id}/tickets"
        head = f"HTTP/1.1\r\nAuthorization: Bearer {token}"
        post = Job(f"POST {tickets} {head}", BODY, 201, CONNECTIONS, stage.seconds)
        get = Job(f"GET {tickets}/{ticket.id} {head}", "", 200, CONNECTIONS, stage.seconds)
        for _ in range(stage.rounds):
            async with serving(stage, addresses) as server:
                one = {"post": await run(server.port, post), "get": await run(server.port, get)}
            async with serving(stage, addresses, workers=2) as server:
                yield one | {"post-2": await run(server.port, post)}


GROUPS = (
    Group(
        (
            Figure(name="http-post", unit="requests/s", target=1_200, of="post"),
            Figure(name="http-post-p99", unit="ms", target=100, of="post", take="p99", at_most=True),
            Figure(name="http-post-2-processes", unit="requests/s", target=1_500, of="post-2"),
            Figure(name="http-get", unit="requests/s", target=2_500, of="get"),
        ),
        requests,
    ),
)
