"""Aggregates by id, kept while they are warm.

What is kept is never handed out: a command works on a copy, which takes the place of the original once the command's
events are on their way to the log, and is dropped if they don't get there. So the next command in turn builds on the
state of the one before it without waiting for the disk, and a wrong guess shows as a version conflict at the append.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from copy import copy
from typing import Any, NamedTuple

from domain.kernel.aggregate import Aggregate
from domain.kernel.log import EventLog
from domain.kernel.recorded import Decoder

CAPACITY = 10_000
"""Aggregates kept, about 2 KB each."""
CONTAINERS = (dict, list, set)

Key = tuple[str, str]


class _Kept(NamedTuple):
    """``arriving`` is done once the aggregate's last events are in the log; None if it was read from there."""

    aggregate: Aggregate
    arriving: asyncio.Future[Any] | None


class Repository:
    def __init__(self, log: EventLog, decoder: Decoder, capacity: int = CAPACITY) -> None:
        self._log = log
        self._decoder = decoder
        self._capacity = capacity
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()

    async def check_out(self, ledger_id: str, aggregate_id: str) -> Aggregate | None:
        """A copy to work on; None when the stream has no aggregate."""
        key = (ledger_id, aggregate_id)
        kept = self._kept.get(key)
        if kept is None:
            loaded = await self._load(ledger_id, aggregate_id)
            if loaded is None:
                return None
            kept = _Kept(loaded, None)
            self._keep(key, kept)
        else:
            self._kept.move_to_end(key)
        return _working_copy(kept.aggregate)

    def keep(self, ledger_id: str, aggregates: Iterable[Aggregate], arriving: asyncio.Future[Any]) -> None:
        """Take back working copies whose events were collected and are on their way."""
        for aggregate in aggregates:
            self._keep((ledger_id, aggregate.id), _Kept(aggregate, arriving))

    async def settled(self, ledger_id: str, aggregate_ids: Iterable[str]) -> None:
        """Wait until no events of these aggregates are on their way, whether they arrived or not."""
        known = [self._kept.get((ledger_id, aggregate_id)) for aggregate_id in aggregate_ids]
        arriving = {kept.arriving for kept in known if kept and kept.arriving and not kept.arriving.done()}
        if arriving:
            await asyncio.wait(arriving)

    def drop(self, ledger_id: str, aggregate_ids: Iterable[str]) -> None:
        for aggregate_id in aggregate_ids:
            self._kept.pop((ledger_id, aggregate_id), None)

    def _keep(self, key: Key, kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    async def _load(self, ledger_id: str, aggregate_id: str) -> Aggregate | None:
        history = await self._decoder.decode(await self._log.stream(ledger_id, aggregate_id))
        aggregate: Any = None
        for recorded in history:
            if recorded.event is not None:
                aggregate = recorded.event.mutate(aggregate)
        return aggregate if isinstance(aggregate, Aggregate) else None


def _working_copy(aggregate: Aggregate) -> Aggregate:
    """A copy whose own containers are its own too. What they hold is immutable, as event fields are."""
    working = copy(aggregate)
    for name, value in aggregate.__dict__.items():
        if isinstance(value, CONTAINERS):
            setattr(working, name, value.copy())
    return working
