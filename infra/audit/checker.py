"""Checking a ledger where it lies: every leaf, link and position recomputed straight from the log."""

from bisect import bisect_right

import msgspec

from domain.kernel.log import GENESIS_CHAIN, EventLog, StoredEvent
from infra.audit import entry, merkle

PAGE_EVENTS = 1000
MOST_PROBLEMS = 20


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with the event at a position."""

    position: int
    message: str


class Findings(msgspec.Struct, frozen=True):
    """Of one ledger: how many events were read, how many of them with expired payloads, and the root over their leaves,
    which is that of the ledger if all of it was read.

    ``problems`` are in order of position, the first 20.
    """

    ledger_id: str
    events: int
    expired: int
    root: bytes
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        return not self.problems


async def check_ledger(log: EventLog, ledger_id: str, *, last: int | None = None) -> Findings:
    """Read a ledger up to its head, whole or the ``last`` events. Each event is judged against the one before it as
    that one stands in the log, so that one change is one problem. Raises NotFound, LogUnavailable.
    """
    head = await log.head(ledger_id)
    epochs = await log.epochs(ledger_id)
    starts = [epoch.first_position for epoch in epochs]
    tree, problems, expired = merkle.Frontier(), list[Problem](), 0
    position = 0 if last is None else max(0, head.position - last)
    before: StoredEvent | None = None
    for event in await log.read(ledger_id, after=position - 1, upto=position, limit=1) if position else ():
        before = event
    while position < head.position:
        page = await log.read(ledger_id, after=position, upto=head.position, limit=PAGE_EVENTS)
        if not page:
            break
        for event in page:
            log_id = epochs[bisect_right(starts, event.position) - 1].log_id
            leaf = entry.leaf(entry.encode(event, log_id))
            if len(problems) < MOST_PROBLEMS:
                problems += (Problem(at, message) for at, message in _problems(event, before, leaf))
            tree.append(event.leaf)
            expired += event.data is None
            before = event
        position = page[-1].position
    if position < head.position:
        problems.append(Problem(position + 1, f"missing, although the head is at {head.position}"))
    elif (before.chain if before else GENESIS_CHAIN) != head.chain:
        problems.append(Problem(position, "its chain value is not that of the head"))
    return Findings(ledger_id, tree.size, expired, tree.root(), tuple(problems))


def _problems(event: StoredEvent, before: StoredEvent | None, leaf: bytes) -> list[tuple[int, str]]:
    """What is wrong with an event, as (position, message)."""
    position = before.position + 1 if before else 1
    if event.position != position:
        return [(position, "missing")]
    found = []
    if event.data is not None and entry.payload_digest(event.salt or b"", event.data) != event.payload_digest:
        found.append("its payload does not have the digest that was recorded")
    if leaf != event.leaf:
        found.append("its content does not hash to its leaf")
    if entry.extend(before.chain if before else GENESIS_CHAIN, event.leaf) != event.chain:
        found.append("its chain value does not follow from the one before it")
    if before and event.recorded_at < before.recorded_at:
        found.append("it was recorded before the event before it")
    return [(position, message) for message in found]
