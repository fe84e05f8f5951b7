"""The log as the eventsourcing library's ``ApplicationRecorder``, so that what builds on the library can build on us.

The library calls from threads; the log lives on one event loop. A recorder's calls run there, so it must not be used
from that loop's own thread.
"""

import asyncio
import os
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)

from domain.kernel import log as port
from domain.kernel.errors import LogUnavailable, Overloaded, VersionConflict

T = TypeVar("T")
RECEIPT_LIFE = timedelta(hours=1)
METADATA = b"{}"


class LogRecorder(ApplicationRecorder):
    """One ledger, seen as the library's application sequence: a notification's id is a position.

    A topic is the event's type and state its data, or empty where a retention rule emptied it; ids are texts. Streams
    have no gaps: an event that does not follow the last one of its stream is an IntegrityError.
    """

    first_version: ClassVar[int] = 1
    """What the library calls the first version of a stream; the log always begins at 1."""

    def __init__(self, log: port.EventLog, ledger_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self._log = log
        self._ledger_id = ledger_id
        self._loop = loop

    def insert_events(self, stored_events: Sequence[StoredEvent], **_kwargs: Any) -> Sequence[int] | None:
        """Append all or nothing; their positions. Raises IntegrityError, OperationalError."""
        if not stored_events:
            return []
        last = self._on_loop(self._append(stored_events))
        return list(range(last - len(stored_events) + 1, last + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        after = 0 if gt is None else self._version(gt)
        found = self._on_loop(self._log.stream(self._ledger_id, str(originator_id), after_version=after))
        events = [
            StoredEvent(each.stream_id, self._library_version(each.version), each.type, each.data or b"")
            for each in found
            if lte is None or each.version <= self._version(lte)
        ]
        return (events[::-1] if desc else events)[:limit]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = 0 if start is None else start - inclusive_of_start
        only = port.Filter(types=tuple(topics))
        page = self._log.read(self._ledger_id, after=after, upto=stop, limit=limit, only=only)
        return [
            Notification(
                id=each.position,
                originator_id=each.stream_id,
                originator_version=self._library_version(each.version),
                topic=each.type,
                state=each.data or b"",
            )
            for each in self._on_loop(page)
        ]

    def max_notification_id(self) -> int | None:
        return self._on_loop(self._log.head(self._ledger_id)).position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return LogSubscription(self, gt, topics)

    def follow(self, moved: Signal) -> Future[None]:
        """Set ``moved`` once we listen, and then whenever the ledger moved, until the future is cancelled."""
        return asyncio.run_coroutine_threadsafe(self._follow(moved), self._loop)

    async def _follow(self, moved: Signal) -> None:
        changes = self._log.changes()
        heard = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        moved.set()
        while True:
            if self._ledger_id in await heard:
                moved.set()
            heard = asyncio.ensure_future(anext(changes))

    async def _append(self, stored_events: Sequence[StoredEvent]) -> int:
        """The position of the last one."""
        now = datetime.now(UTC)
        reached: dict[str, int] = {}
        expectations: list[port.Expectation] = []
        events: list[port.NewEvent] = []
        for stored in stored_events:
            stream_id, version = str(stored.originator_id), self._version(stored.originator_version)
            if stream_id not in reached:
                expectations.append(port.Expectation(stream_id, version - 1))
            elif version != reached[stream_id] + 1:
                raise IntegrityError(f"version {stored.originator_version} does not follow the one before it")
            reached[stream_id] = version
            events.append(port.NewEvent(stream_id, version, stored.topic, 1, now, "", METADATA, stored.state))
        receipt = await self._log.append(
            port.Append(
                ledger_id=self._ledger_id,
                key=os.urandom(32),
                fingerprint=b"",
                expires_at=now + RECEIPT_LIFE,
                events=events,
                expectations=expectations,
            )
        )
        return receipt.position

    def _version(self, library_version: int) -> int:
        return library_version - self.first_version + 1

    def _library_version(self, version: int) -> int:
        return version + self.first_version - 1

    def _on_loop(self, call: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(call, self._loop).result()
        except VersionConflict as error:
            raise IntegrityError(str(error)) from error
        except (LogUnavailable, Overloaded) as error:
            raise OperationalError(str(error)) from error


class LogSubscription(ListenNotifySubscription[LogRecorder]):
    """Woken by the log."""

    _following: Future[None] | None = None

    def __init__(self, recorder: LogRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._following = recorder.follow(self._has_been_notified)

    def stop(self) -> None:
        super().stop()
        if self._following is not None:
            self._following.cancel()
