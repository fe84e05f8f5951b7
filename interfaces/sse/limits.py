"""How many streams may be open at once, counted in this process and freed on disconnect."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from interfaces.sse.errors import TooManyStreams


class StreamLimit(msgspec.Struct, frozen=True):
    """At most ``amount`` streams with one key; ``message`` is what the next one is told."""

    name: str
    amount: int
    message: str = "Too many connections"


GENERIC = StreamLimit("generic", 4)
TRACKER = StreamLimit("tracker", 10)
TRACKER_PROJECT = StreamLimit("tracker-project", 100, "Project connection limit reached")


class StreamLimits:
    """``enabled`` off lets everything through."""

    def __init__(self, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self._open: Counter[tuple[str, ...]] = Counter()

    @contextmanager
    def slot(self, *wanted: tuple[StreamLimit, tuple[str, ...]]) -> Iterator[None]:
        """Hold one place under each (limit, key). Raises TooManyStreams."""
        places = [(limit, (limit.name, *key)) for limit, key in wanted]
        for limit, key in places:
            if self.enabled and self._open[key] >= limit.amount:
                raise TooManyStreams(limit.message)
        self._open.update(key for _, key in places)
        try:
            yield
        finally:
            self._open.subtract(key for _, key in places)
            for _, key in places:
                if not self._open[key]:
                    del self._open[key]
