"""Waking up: which ledgers moved, told within this process at once and to other processes by one coalesced notice.

A NOTIFY inside the append would take a database-wide lock, so each process sends one notice for all its ledgers after
commit, at most every 10 ms. Listeners hold a direct connection: LISTEN is silently deaf through a transaction pooler.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

from infra.eventlog.subscriber import Subscriber
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone

NOTICE_SECONDS = 0.01
POLL_SECONDS = 1.0
PAYLOAD_BYTES = 7900
"""PostgreSQL's limit of a notice is 8000 bytes; more ledgers than fit go in several notices."""

Connect = Callable[[], Awaitable[Any]]
Poll = Callable[[], Awaitable[frozenset[str]]]


class Notices:
    """One channel. ``poll`` finds ledgers that moved without a notice reaching us, as a safety net. ``lost`` hears when
    the database hung up.
    """

    def __init__(self, channel: str, connect: Connect, poll: Poll, lost: Callable[[], None] = lambda: None) -> None:
        self._channel = channel
        self._connect = connect
        self._poll = poll
        self._lost = lost
        self._subscribers: set[Subscriber] = set()
        self._unsent: set[str] = set()
        self._something_unsent = asyncio.Event()
        self._connection: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._watch())]

    async def stop(self) -> None:
        """Tell what is still untold, then stop: a process that ends at once is heard as well."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):  # after that, the others find it by their poll
                await self._tell()
        if self._connection is not None:
            self._connection.terminate()

    def moved(self, ledger_id: str) -> None:
        """A ledger moved in this process."""
        self._wake(frozenset((ledger_id,)))
        self.tell_others(ledger_id)

    def tell_others(self, ledger_id: str) -> None:
        """A ledger moved in this process, which knows it already."""
        self._unsent.add(ledger_id)
        self._something_unsent.set()

    async def changes(self) -> AsyncIterator[frozenset[str]]:
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        try:
            while True:
                yield await subscriber.next()
        finally:
            self._subscribers.discard(subscriber)

    def _wake(self, ledgers: frozenset[str]) -> None:
        for subscriber in self._subscribers:
            subscriber.add(ledgers)

    async def _send(self) -> None:
        while True:
            await self._something_unsent.wait()
            self._something_unsent.clear()
            await self._tell()
            await asyncio.sleep(NOTICE_SECONDS)

    async def _tell(self) -> None:
        connection = self._connection
        if connection is not None and not connection.is_closed():
            ledgers, self._unsent = self._unsent, set()
            with suppress(DatabaseUnavailable), unavailable_when_gone():
                for payload in _payloads(sorted(ledgers)):
                    await connection.execute("select pg_notify($1, $2)", self._channel, payload)

    async def _watch(self) -> None:
        """Keep a listening connection, and poll."""
        while True:
            with suppress(DatabaseUnavailable), unavailable_when_gone():
                if self._connection is None or self._connection.is_closed():
                    await self._listen()
                if ledgers := await self._poll():
                    self._wake(ledgers)
            await asyncio.sleep(POLL_SECONDS)

    async def _listen(self) -> None:
        """The sender gets the connection once it listens: a connection does one thing at a time."""
        connection = await self._connect()
        connection.add_termination_listener(lambda _connection: self._lost())
        await connection.add_listener(self._channel, self._heard)
        self._connection = connection
        if self._unsent:
            self._something_unsent.set()

    def _heard(self, connection: asyncpg.Connection, sender: int, _channel: str, payload: str) -> None:
        if not connection.is_closed() and sender != connection.get_server_pid():
            self._wake(frozenset(payload.split("\n")))


def _payloads(ledgers: list[str]) -> list[str]:
    payloads: list[str] = []
    for ledger_id in ledgers:
        if payloads and len(payloads[-1]) + len(ledger_id) < PAYLOAD_BYTES:
            payloads[-1] += "\n" + ledger_id
        else:
            payloads.append(ledger_id)
    return payloads
