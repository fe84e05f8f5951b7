"""A cheap HTTP client in a process of its own: raw sockets, keep-alive, no more parsing than a closed loop needs.

``python -m tests.bench.client PORT`` reads a Job as JSON from its standard input and answers with a Sample.
"""

import asyncio
import sys
from collections.abc import Callable
from time import perf_counter

import msgspec
import uvloop

from tests.bench.figures import Sample
from tests.bench.load import WARM_UP, sample

TITLE = "@title@"
"""Stands in a body for a title that no other request has."""


class Job(msgspec.Struct):
    """One request, sent again and again on every connection; ``status`` is what must come back."""

    request: str
    body: str
    status: int
    connections: int
    seconds: float


async def run(port: int, job: Job) -> Sample:
    """Begin it in a process of its own, and wait for what it measured."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.client", str(port)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(msgspec.json.encode(job))
    return msgspec.json.decode(said, type=Sample)


def request_bytes(head: str, body: str = "") -> bytes:
    """``head``: request line and headers, without those of the body."""
    content = body.encode()
    extra = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n" if content else ""
    return f"{head}\r\nHost: bench\r\n{extra}\r\n".encode() + content


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last is complete, until ``end``."""

    def __init__(
        self, next_request: Callable[[], bytes], status: bytes, end: float, done: asyncio.Future[None]
    ) -> None:
        self._next_request = next_request
        self._status = status
        self._end = end
        self._done = done
        self._answer = b""
        self._started = 0.0
        self.latencies: list[tuple[float, float]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head_end = self._answer.find(b"\r\n\r\n")
        if head_end < 0 or len(self._answer) < head_end + 4 + _content_length(self._answer[:head_end]):
            return
        now = perf_counter()
        if not self._answer.startswith(self._status):
            self._done.set_exception(RuntimeError(self._answer.decode()))
            self._transport.close()
            return
        self.latencies.append((now, now - self._started))
        self._answer = b""
        if now < self._end:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def _send(self) -> None:
        self._started = perf_counter()
        self._transport.write(self._next_request())


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def _run(port: int, job: Job) -> Sample:
    loop = asyncio.get_running_loop()
    number = 0

    def next_request() -> bytes:
        nonlocal number
        number += 1
        return request_bytes(job.request, job.body.replace(TITLE, f"Ticket {number}")) if job.body else fixed

    fixed = request_bytes(job.request)
    started = perf_counter() + job.seconds * WARM_UP
    end = started + job.seconds
    connections: list[_Connection] = []
    waiting = []
    for _ in range(job.connections):
        done: asyncio.Future[None] = loop.create_future()
        connection = _Connection(next_request, b"HTTP/1.1 %d" % job.status, end, done)
        await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", port)  # type: ignore[misc]
        connections.append(connection)
        waiting.append(done)
    await asyncio.gather(*waiting)
    latencies = [each for connection in connections for at, each in connection.latencies if at >= started]
    return sample(latencies, perf_counter() - started)


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_run(int(sys.argv[1]), given))))
