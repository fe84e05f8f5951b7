"""Aggregates by id, kept while they are warm.

What is kept is never handed out: a command works on a copy, which takes the place of the original once the command's
events are on their way to the log, and is dropped if they don't get there. So the next command in turn builds on the
state of the one before it without waiting for the disk, and a wrong guess shows as a version conflict at the append.
"""

from collections import OrderedDict
from collections.abc import Iterable
from copy import copy
from typing import Any

from domain.kernel.aggregate import Aggregate
from domain.kernel.log import EventLog
from domain.kernel.recorded import Decoder

CAPACITY = 10_000
"""Aggregates kept, about 2 KB each."""
CONTAINERS = (dict, list, set)

Key = tuple[str, str]


class Repository:
    def __init__(self, log: EventLog, decoder: Decoder, capacity: int = CAPACITY) -> None:
        self._log = log
        self._decoder = decoder
        self._capacity = capacity
        self._kept: OrderedDict[Key, Aggregate] = OrderedDict()

    async def check_out(self, ledger_id: str, aggregate_id: str) -> Aggregate | None:
        """A copy to work on; None when the stream has no aggregate."""
        key = (ledger_id, aggregate_id)
        kept = self._kept.get(key)
        if kept is None:
            kept = await self._load(ledger_id, aggregate_id)
            if kept is None:
                return None
            self._keep(key, kept)
        else:
            self._kept.move_to_end(key)
        return _working_copy(kept)

    def keep(self, ledger_id: str, aggregates: Iterable[Aggregate]) -> None:
        """Take back working copies whose events were collected."""
        for aggregate in aggregates:
            self._keep((ledger_id, aggregate.id), aggregate)

    def drop(self, ledger_id: str, aggregate_ids: Iterable[str]) -> None:
        for aggregate_id in aggregate_ids:
            self._kept.pop((ledger_id, aggregate_id), None)

    def _keep(self, key: Key, aggregate: Aggregate) -> None:
        self._kept[key] = aggregate
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
