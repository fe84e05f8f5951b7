"""Group commit: whatever queued while the last commit ran is appended by one call, in one transaction.

A ledger belongs to one lane, so its appends take their turns in the order of the calls; lanes commit side by side.
See ADR 0001.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Any, Protocol
from zlib import crc32

import asyncpg

from domain.kernel.errors import ClaimTaken, LogUnavailable, NotFound, Overloaded, Refusal
from domain.kernel.log import Append, Receipt
from infra.eventlog.batch import STATEMENT, Batch
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone

LANES = 4
QUEUE_LIMIT = 4096
"""Commands waiting in a lane; one more is refused as Overloaded."""
BATCH_COMMANDS = 256
BATCH_BYTES = 8 * 1024 * 1024
RETRY_SECONDS = 4.0
"""How long a lost connection is retried before the caller is told: a client hears within 5 s."""


class AppendMeter(Protocol):
    """What the writer tells about itself."""

    def appended(self, seconds: float, commands: int) -> None: ...

    def queued(self, depth: int) -> None: ...


Committed = Callable[[Append, Receipt], None]
Connect = Callable[[], Awaitable[Any]]


class _Waiting:
    __slots__ = ("answer", "append", "deadline")

    def __init__(self, append: Append, answer: asyncio.Future[Receipt], deadline: float) -> None:
        self.append = append
        self.answer = answer
        self.deadline = deadline


class Writer:
    """The writing half of the log. ``connect`` opens a lane's own connection; ``committed`` hears of each append."""

    def __init__(self, connect: Connect, committed: Committed, meter: AppendMeter) -> None:
        self._lanes = [_Lane(connect, committed, meter) for _ in range(LANES)]

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()

    async def stop(self) -> None:
        """Finish what is queued, then stop."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes))

    def append(self, append: Append) -> Awaitable[Receipt]:
        return self._lanes[crc32(append.ledger_id.encode()) % LANES].append(append)


class _Lane:
    def __init__(self, connect: Connect, committed: Committed, meter: AppendMeter) -> None:
        self._connect = connect
        self._committed = committed
        self._meter = meter
        self._queue: deque[_Waiting] = deque()
        self._something = asyncio.Event()
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self._stopping = True
        self._something.set()
        if self._task is not None:
            await self._task
        if self._connection is not None:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await self._connection.close(timeout=1)

    def append(self, append: Append) -> Awaitable[Receipt]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Receipt] = loop.create_future()
        if len(self._queue) >= QUEUE_LIMIT:
            answer.set_exception(Overloaded())
        elif self._stopping:
            answer.set_exception(LogUnavailable("The server is stopping."))
        else:
            self._queue.append(_Waiting(append, answer, loop.time() + RETRY_SECONDS))
            self._meter.queued(len(self._queue))
            self._something.set()
        return answer

    async def _run(self) -> None:
        while True:
            if not self._queue:
                if self._stopping:
                    return
                self._something.clear()
                await self._something.wait()
                continue
            await self._settle(self._next_batch())

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._queue and len(batch) < BATCH_COMMANDS and size < BATCH_BYTES:
            waiting = self._queue.popleft()
            size += sum(len(event.data) + len(event.metadata) for event in waiting.append.events)
            batch.append(waiting)
        self._meter.queued(len(self._queue))
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        """Append a batch and answer everybody in it. A data error re-runs it one by one."""
        started = perf_counter()
        try:
            results: Sequence[Receipt | Exception] = await self._call(batch)
        except asyncpg.PostgresError as error:
            if len(batch) > 1:
                for waiting in batch:
                    await self._settle([waiting])
                return
            results = [_refusal(error)]
        except DatabaseUnavailable as error:
            unavailable = LogUnavailable()
            unavailable.__cause__ = error
            results = [unavailable] * len(batch)
        except Exception as error:  # noqa: BLE001 - every waiting caller must hear, and the lane must live on
            results = [error] * len(batch)
        self._meter.appended(perf_counter() - started, len(batch))
        for waiting, result in zip(batch, results, strict=True):
            if isinstance(result, Exception):
                if not waiting.answer.done():
                    waiting.answer.set_exception(result)
                continue
            self._committed(waiting.append, result)
            if not waiting.answer.done():
                waiting.answer.set_result(result)

    async def _call(self, batch: list[_Waiting]) -> list[Receipt | Refusal]:
        """One transaction. A lost connection leaves the outcome unknown: the same keys are sent again."""
        arrays = Batch([waiting.append for waiting in batch])
        arguments = arrays.arguments()
        deadline = min(waiting.deadline for waiting in batch)
        loop = asyncio.get_running_loop()
        retried = False
        while True:
            try:
                with unavailable_when_gone():
                    if self._connection is None or self._connection.is_closed():
                        self._connection = await self._connect()
                    answer = await self._connection.fetchrow(STATEMENT, *arguments)
                return arrays.outcomes(answer, retried)
            except DatabaseUnavailable:
                self._drop_connection()
                retried = True
                if self._stopping or loop.time() >= deadline:
                    raise
                await asyncio.sleep(0.1)

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _refusal(error: asyncpg.PostgresError) -> Exception:
    refusal: Exception = error
    if isinstance(error, asyncpg.NoDataFoundError):
        refusal = NotFound("Ledger not found")
    elif isinstance(error, asyncpg.UniqueViolationError) and error.constraint_name == "directory_pkey":
        refusal = ClaimTaken()
    if refusal is not error:
        refusal.__cause__ = error
    return refusal
