"""The latest events of a ledger in memory, bounded in bytes: a reader who was away for a moment costs no query."""

from collections import deque
from collections.abc import Iterable
from itertools import islice

from interfaces.sse.entry import Entry

MOST_BYTES = 16 * 1024 * 1024


class Ring:
    """Entries of contiguous positions, the oldest dropped first."""

    def __init__(self, position: int, most_bytes: int = MOST_BYTES) -> None:
        self._entries: deque[Entry] = deque()
        self._last = position
        self._most_bytes = most_bytes
        self._bytes = 0

    def extend(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._entries.append(entry)
            self._bytes += entry.cost
            self._last = entry.position
        while self._bytes > self._most_bytes:
            self._bytes -= self._entries.popleft().cost

    def clear(self) -> None:
        """Drop everything: somebody was forgotten, and their text may stand in any of these."""
        self._entries.clear()
        self._bytes = 0

    def covers(self, after: int) -> bool:
        """Whether everything after this position is here."""
        return after >= self._last - len(self._entries)

    def after(self, position: int, limit: int) -> list[Entry]:
        skipped = position - (self._last - len(self._entries))
        return list(islice(self._entries, skipped, skipped + limit))
