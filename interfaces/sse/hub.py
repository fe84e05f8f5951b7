"""All tails of this process: started by the first reader of a ledger, stopped when nobody has read it for a while."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress

import structlog

from domain.kernel.errors import LogUnavailable
from domain.kernel.log import EventLog, Filter
from interfaces.http.principal import Principal
from interfaces.sse.history import Reading
from interfaces.sse.limits import StreamLimits
from interfaces.sse.rights import GRANTS, WITHDRAWALS, Memberships, MembershipSource, Rights
from interfaces.sse.tail import Tail

IDLE_SECONDS = 60.0
MEMBERSHIP_CHANGES = Filter(types=tuple(sorted(GRANTS | WITHDRAWALS)))
_log = structlog.get_logger("streams")


class Hub:
    """Streams that read the log through the same ``history``."""

    def __init__(self, log: EventLog, history: Reading, memberships: MembershipSource, limits: StreamLimits) -> None:
        self._log = log
        self._memberships = memberships
        self._tails: dict[str, asyncio.Task[Tail]] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._used_at: dict[str, float] = {}
        self._follow: asyncio.Task[None] | None = None
        self.history = history
        self.limits = limits
        self.closing = False

    def start(self) -> None:
        self._follow = asyncio.create_task(self._wake_tails())

    def close(self) -> None:
        """Let every stream end with ``stream.closing``, and refuse new ones: the server is about to stop."""
        self.closing = True
        for tail in self._running():
            for reader in tuple(tail.readers):
                reader.end("shutdown")

    async def stop(self) -> None:
        self.close()
        tasks = [task for task in (self._follow, *self._runs.values(), *self._tails.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tails.clear()
        self._runs.clear()

    async def tail(self, ledger_id: str) -> Tail:
        """The running tail of a ledger, level with its head. Raises NotFound, LogUnavailable."""
        self._used_at[ledger_id] = time.monotonic()
        if ledger_id not in self._tails:
            self._tails[ledger_id] = asyncio.create_task(self._begin(ledger_id))
        starting = self._tails[ledger_id]
        try:
            tail = await asyncio.shield(starting)
        except Exception:
            self._tails.pop(ledger_id, None)
            raise
        return tail

    async def rights_of(self, principal: Principal, position: int) -> Rights:
        """What the caller may see, with every change up to ``position`` taken in."""
        tail = await self.tail(principal.ledger_id)
        await within_reason(tail.level_with(position))
        return tail.memberships.rights_of(principal)

    async def _begin(self, ledger_id: str) -> Tail:
        position, pairs = await self._memberships.memberships(ledger_id)
        memberships = Memberships(pairs)
        head = await self._log.head(ledger_id)
        while position < head.position:
            entries, position = await self.history.read(
                ledger_id, after=position, upto=head.position, only=MEMBERSHIP_CHANGES, limit=1000
            )
            for entry in entries:
                memberships.move(entry)
        tail = Tail(self.history, head, memberships)
        self._runs[ledger_id] = asyncio.create_task(self._run(tail))
        return tail

    async def _run(self, tail: Tail) -> None:
        """Until stopped, or until a membership event is met that this release cannot read: then its streams end."""
        try:
            await tail.run()
        except Exception:  # noqa: BLE001 - whatever it was, its readers must not wait for ever
            _log.exception("stream tail stopped", ledger=tail.ledger_id, position=tail.position)
        finally:
            self._forget(tail)

    def _forget(self, tail: Tail) -> None:
        self._tails.pop(tail.ledger_id, None)
        self._runs.pop(tail.ledger_id, None)
        for reader in tuple(tail.readers):
            reader.end("tail-stopped")

    async def _wake_tails(self) -> None:
        async for ledgers in self._log.changes():
            for tail in self._running():
                if not ledgers or tail.ledger_id in ledgers:
                    tail.wake()
            self._stop_idle()

    def _running(self) -> list[Tail]:
        return [task.result() for task in self._tails.values() if task.done() and not _failed(task)]

    def _stop_idle(self) -> None:
        for tail in self._running():
            if tail.readers:
                self._used_at[tail.ledger_id] = time.monotonic()
            elif time.monotonic() - self._used_at[tail.ledger_id] > IDLE_SECONDS:
                self._runs[tail.ledger_id].cancel()


def _failed(task: asyncio.Task[Tail]) -> bool:
    return task.cancelled() or task.exception() is not None


async def within_reason(waiting: Awaitable[None]) -> None:
    """Wait at most 2 s. Raises LogUnavailable: the tail has not come as far as a head that was read."""
    with suppress(TimeoutError):
        async with asyncio.timeout(2):
            return await waiting
    raise LogUnavailable
