"""Server processes as an operator starts them, and people who may use them."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import psutil

from domain.identity.commands import RegisterUser
from domain.identity.ports import TokenUse
from domain.identity.user import User
from domain.kernel.ids import DEFAULT_TENANT
from domain.projects.commands import AddMember
from domain.projects.project import Project
from domain.projects.roles import MEMBER
from infra.keys.tokens import JwtSigner
from infra.postgres.embedded import Addresses
from infra.runtime import Runtime
from tests.bench.stage import Stage
from tests.bench.work import dispatched

START_SECONDS = 60
MIB = 1024 * 1024


class Serving(msgspec.Struct, frozen=True):
    """A running server: ``memory`` is what its first process holds resident, in bytes."""

    port: int
    process: psutil.Process

    def memory(self) -> int:
        return int(self.process.memory_info().rss)


@asynccontextmanager
async def serving(stage: Stage, addresses: Addresses, workers: int = 1) -> AsyncIterator[Serving]:
    """``shipledger serve`` on a free port, rate limits off, ready."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("shipledger"),
        *("serve", "--port", "0", "--workers", str(workers)),
        env=stage.environment(addresses),
        stdout=subprocess.PIPE,
        stderr=(stage.folder / "serve.log").open("ab"),
    )
    try:
        port = await asyncio.wait_for(_announced_port(process), START_SECONDS)
        await _until_ready(port)
        yield Serving(port, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _announced_port(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if found := re.search(rb"http://[^:]+:(\d+)", line):
            return int(found[1])
    raise RuntimeError("the server ended before it listened")


async def _until_ready(port: int) -> None:
    for _ in range(START_SECONDS * 10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /api/v1/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        if answer.startswith(b"HTTP/1.1 200"):
            return
        await asyncio.sleep(0.1)
    raise RuntimeError("the server did not become ready")


async def person(runtime: Runtime, name: str, projects: Sequence[Project]) -> str:
    """Register somebody, make them a member of the projects, and sign a bearer token for them."""
    user: User = await dispatched(runtime, RegisterUser(username=name, name=name, password_hash="-"))
    for project in projects:
        role = project.role_named(MEMBER)
        await dispatched(runtime, AddMember(project_id=project.id, user_id=user.id, role_id=role.id))
    signer = JwtSigner(runtime.keys.derived("tokens"))
    return signer.sign(user.id, DEFAULT_TENANT, 1, TokenUse.BEARER, lifetime=timedelta(days=1))[0]
