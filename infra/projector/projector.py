"""The projector: keeps the projections of one group level with the log.

One process at a time leads a group, by an advisory lock; a checkpoint moves only from where the leader knows it to be,
so that a late leader cannot write. See ADR 0004.
"""

import asyncio
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Any, Protocol
from zlib import crc32

import structlog

from domain.kernel.errors import LogUnavailable
from domain.kernel.event import UnknownEvent
from domain.kernel.log import EventLog, StoredEvent
from domain.kernel.recorded import Decoder
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import means_gone, unavailable_when_gone
from infra.projector.fold import FORGOTTEN, Superseded, Work, apply
from infra.projector.progress import Standing
from infra.projector.tables import Tables, sql
from projections.kernel.projection import Projection

PAGE_EVENTS = 2000
LEDGERS_AT_ONCE = 64
RETRY_SECONDS = 0.5
LOOK_SECONDS = 2.0
LOCK_CLASS = 0x5348  # "SH": the advisory locks of projector groups
ERROR_CHARACTERS = 4000

log_line = structlog.get_logger("projector")
Moved = Callable[[str, dict[str, Standing]], None]


class ProjectorMeter(Protocol):
    """What the projector tells about itself."""

    def projected(self, group: str, events: int, seconds: float) -> None: ...


class Projector:
    """``moved`` hears where the projections of a ledger stand after each transaction."""

    def __init__(
        self,
        *,
        group: str,
        projections: Sequence[Projection],
        log: EventLog,
        decoder: Decoder,
        connect: Callable[..., Awaitable[Any]],
        moved: Moved,
        meter: ProjectorMeter,
    ) -> None:
        self._group = group
        self._projections = {projection.name: projection for projection in projections}
        self._consumed = frozenset({FORGOTTEN}.union(*(projection.types() for projection in projections)))
        self._log = log
        self._decoder = decoder
        self._connect = connect
        self._moved = moved
        self._meter = meter
        self._tables = Tables(projections)
        self._standing: dict[str, dict[str, Standing]] = defaultdict(dict)
        self._pending: set[str] = set()
        self._look_at = 0.0
        self._something = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._run())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        async for ledgers in self._log.changes():
            self._pending |= ledgers
            self._something.set()

    async def _run(self) -> None:
        while True:
            try:
                with unavailable_when_gone():
                    await self._lead()
            except (DatabaseUnavailable, LogUnavailable):
                log_line.warning("database gone, the projector waits", group=self._group)
            except Superseded:
                log_line.warning("another projector was faster", group=self._group)
            except UnknownEvent as error:
                log_line.error("a newer release is writing, the projector waits", group=self._group, event_=str(error))  # noqa: TRY400
            except Exception:
                log_line.exception("projector failed, it begins again", group=self._group)
            await asyncio.sleep(RETRY_SECONDS)

    async def _lead(self) -> None:
        """Returns when another process leads the group, or the database hung up: what it lost is then applied again."""
        connection = await self._connect(synchronous_commit="off")
        connection.add_termination_listener(lambda _connection: self._something.set())
        try:
            lock = crc32(self._group.encode()) & 0x7FFFFFFF
            if not await connection.fetchval("select pg_try_advisory_lock($1, $2)", LOCK_CLASS, lock):
                return
            await self._tables.make(connection, self._projections.values())
            await self._look(connection)
            while not connection.is_closed():
                if self._pending:
                    await self._turn(connection)
                else:
                    await self._wait()
                await self._look_again(connection)
        finally:
            connection.terminate()

    async def _wait(self) -> None:
        """For work; while something is parked, until the next look at the latest."""
        self._something.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._look_at if self._is_parked() else None):
                await self._something.wait()

    def _is_parked(self) -> bool:
        return any(status == "parked" for known in self._standing.values() for _, status in known.values())

    async def _look_again(self, connection: Any) -> None:
        """Now and then while something is parked: an operator may have let it go on."""
        now = asyncio.get_running_loop().time()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            if self._is_parked():
                await self._look(connection)

    async def _look(self, connection: Any) -> None:
        """Where everything stands, and where there is work."""
        self._standing.clear()
        for row in await connection.fetch(sql.checkpoints, list(self._projections)):
            if row["version"] == self._projections[row["projection"]].version:
                self._standing[row["ledger_id"]][row["projection"]] = (row["position"], row["status"])
        for ledger_id, standing in self._standing.items():
            self._moved(ledger_id, standing)
        self._pending |= {head.ledger_id for head in await self._log.heads()}

    async def _turn(self, connection: Any) -> None:
        """One transaction over some of the ledgers that moved."""
        started = perf_counter()
        ledgers = [self._pending.pop() for _ in range(min(len(self._pending), LEDGERS_AT_ONCE))]
        try:
            for ledger_id in ledgers:
                if len(self._standing[ledger_id]) < len(self._projections):
                    await self._begin(connection, ledger_id)
            work = [each for ledger_id in ledgers for each in await self._gather(ledger_id)]
            await self._apply(connection, work)
        except BaseException:
            self._pending.update(ledgers)
            raise
        events = sum(each.target - each.origin for each in work)
        self._meter.projected(self._group, events, perf_counter() - started)

    async def _begin(self, connection: Any, ledger_id: str) -> None:
        await connection.execute(
            sql.add_checkpoints,
            ledger_id,
            list(self._projections),
            [projection.version for projection in self._projections.values()],
        )
        for name in self._projections:
            self._standing[ledger_id].setdefault(name, (0, "building"))

    async def _gather(self, ledger_id: str) -> list[Work]:
        """A page for each group of projections that stand level."""
        levels: dict[int, list[Projection]] = defaultdict(list)
        for name, (position, status) in self._standing[ledger_id].items():
            if status != "parked":
                levels[position].append(self._projections[name])
        work = []
        for origin, projections in levels.items():
            stored = await self._log.read(ledger_id, after=origin, limit=PAGE_EVENTS)
            level = len(stored) < PAGE_EVENTS
            building = any(self._standing[ledger_id][each.name][1] == "building" for each in projections)
            if not stored and not (level and building):
                continue
            if not level:
                self._pending.add(ledger_id)
            target = stored[-1].position if stored else origin
            page = await self._decode(stored)
            work.append(Work(ledger_id, tuple(projections), origin, target, level, page))
        return work

    async def _decode(self, stored: Sequence[StoredEvent]) -> list[Any]:
        return await self._decoder.decode([event for event in stored if event.type in self._consumed])

    async def _apply(self, connection: Any, work: list[Work]) -> None:
        """All at once; if that fails, one projection of one ledger at a time, so that only the faulty one is parked."""
        if not work:
            return
        try:
            await apply(connection, self._tables, work)
        except Exception as error:
            if not _is_fault_of_a_projection(error):
                raise
            if len(work) > 1 or len(work[0].projections) > 1:
                for each in work:
                    for projection in each.projections:
                        await self._apply(connection, [_narrowed(each, projection)])
            else:
                await self._apply_up_to_the_fault(connection, work[0])
            return
        for each in work:
            status = "live" if each.level else "building"
            for projection in each.projections:
                self._standing[each.ledger_id][projection.name] = (each.target, status)
            self._moved(each.ledger_id, self._standing[each.ledger_id])

    async def _apply_up_to_the_fault(self, connection: Any, work: Work) -> None:
        """Event by event until one fails again; the projection is parked before it."""
        origin = work.origin
        for recorded in work.page:
            step = Work(work.ledger_id, work.projections, origin, recorded.position, False, [recorded])
            try:
                await apply(connection, self._tables, [step])
            except Exception as error:
                if not _is_fault_of_a_projection(error):
                    raise
                await self._park(connection, work.ledger_id, work.projections[0], origin, error)
                return
            origin = recorded.position
        self._standing[work.ledger_id][work.projections[0].name] = (origin, "building")
        self._pending.add(work.ledger_id)

    async def _park(
        self, connection: Any, ledger_id: str, projection: Projection, position: int, error: Exception
    ) -> None:
        text = "".join(traceback.format_exception(error))[-ERROR_CHARACTERS:]
        log_line.error("projection parked", projection=projection.name, ledger=ledger_id, after=position)
        await connection.execute(sql.park, ledger_id, projection.name, projection.version, text)
        self._standing[ledger_id][projection.name] = (position, "parked")
        self._moved(ledger_id, self._standing[ledger_id])


def _narrowed(work: Work, projection: Projection) -> Work:
    return Work(work.ledger_id, (projection,), work.origin, work.target, work.level, work.page)


def _is_fault_of_a_projection(error: Exception) -> bool:
    """Not the database's absence, nor another projector's."""
    return not (isinstance(error, (Superseded, LogUnavailable)) or means_gone(error))
