"""Stream readers in a process of their own: raw sockets, and frames counted by their ids.

``python -m tests.bench.readers PORT`` reads requests as a JSON list from the first line of its standard input and opens
a connection for each. Then it is asked and answers, a line each: ``open`` (when all are caught up), a number (when so
many frames have come since the start), or ``latency`` (p50 and p99 in milliseconds since then, as a Sample).
"""

import asyncio
import re
import sys
from time import time

import msgspec
import uvloop

from tests.bench.client import request_bytes
from tests.bench.figures import Sample
from tests.bench.load import sample

SENT = re.compile(rb"sent=(\d+\.\d+)")
CAUGHT_UP = b"stream.caught_up"
FRAME = b"\nid: "
LINE_BYTES = 16 * 1024 * 1024


class Readers:
    """The reading process, as the bench sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def begin(cls, port: int, heads: list[str]) -> "Readers":
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.readers", str(port)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        readers = cls(process)
        await readers._ask(msgspec.json.encode(heads))
        return readers

    async def got(self, frames: int) -> None:
        """Wait until all readers together have got so many."""
        await self._ask(b"%d" % frames)

    async def latency(self) -> Sample:
        """Of the frames since the last call."""
        return msgspec.json.decode(await self._ask(b"latency"), type=Sample)

    async def end(self) -> None:
        self._process.terminate()
        await self._process.wait()

    async def _ask(self, question: bytes) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + b"\n")
        return await self._process.stdout.readline()


class _Crowd:
    def __init__(self) -> None:
        self.frames = 0
        self.caught_up = 0
        self.latencies: list[float] = []
        self.moved = asyncio.Event()

    async def until(self, frames: int) -> None:
        while self.frames < frames:
            self.moved.clear()
            await self.moved.wait()


class _Reader(asyncio.Protocol):
    """``timed``: takes the time of each frame. Others only count, which costs next to nothing."""

    def __init__(self, crowd: _Crowd, head: str, *, timed: bool) -> None:
        self._crowd = crowd
        self._head = head
        self._timed = timed
        self._tail = b""
        self._behind = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(request_bytes(self._head))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        whole = self._tail + data
        self._tail = whole[-len(FRAME) + 1 :]
        crowd = self._crowd
        if self._behind and CAUGHT_UP in whole:
            self._behind = False
            crowd.caught_up += 1
        crowd.frames += whole.count(FRAME)
        if self._timed:
            now = time()
            crowd.latencies += [now - float(sent) for sent in SENT.findall(data)]
        crowd.moved.set()


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    questions = asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    crowd = _Crowd()
    heads: list[str] = msgspec.json.decode(await questions.readline())
    for number, head in enumerate(heads):
        reader = _Reader(crowd, head, timed=number == 0)
        await loop.create_connection(lambda reader=reader: reader, "127.0.0.1", port)  # type: ignore[misc]
    while crowd.caught_up < len(heads):
        crowd.moved.clear()
        await crowd.moved.wait()
    crowd.frames = 0
    print("open", flush=True)
    while question := (await questions.readline()).strip():
        if question == b"latency":
            print(msgspec.json.encode(sample(crowd.latencies, 1.0)).decode(), flush=True)
            crowd.latencies.clear()
        else:
            await crowd.until(int(question))
            print("got", flush=True)


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
