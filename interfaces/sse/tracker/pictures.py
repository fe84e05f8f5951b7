"""History with pictures: clients of the tracker want the whole ticket in a message, not what changed."""

from collections.abc import Awaitable, Callable, Collection, Mapping

import msgspec

from domain.kernel.log import Filter
from interfaces.sse.history import Reading, Stretch
from projections.kernel.progress import Progress

Pictures = Callable[[str, Collection[str]], Awaitable[Mapping[str, msgspec.Raw]]]
"""(ledger id, ids) -> the JSON of each that is there, as the tracker's routes answer it."""
WAIT_SECONDS = 1.0


class PicturedHistory:
    """A message shows the thing as it is when the message is made, which may be later than the event."""

    def __init__(self, history: Reading, progress: Progress, pictures: Mapping[str, Pictures]) -> None:
        """``pictures`` by the first word of the event type."""
        self._history = history
        self._progress = progress
        self._pictures = pictures

    async def read(self, ledger_id: str, *, after: int, upto: int, only: Filter, limit: int) -> Stretch:
        """Waits for the read models, so that a picture is not older than its event. Raises LogUnavailable."""
        stretch = await self._history.read(ledger_id, after=after, upto=upto, only=only, limit=limit)
        for subject, draw in self._pictures.items():
            pictured = [entry for entry in stretch.entries if entry.type.startswith(f"{subject}.")]
            if pictured:
                last = pictured[-1].position
                types = frozenset(entry.type for entry in pictured)
                await self._progress.reached(ledger_id, last, types=types, timeout=WAIT_SECONDS)
                drawn = await draw(ledger_id, {entry.stored.stream_id for entry in pictured})
                for entry in pictured:
                    entry.picture = drawn.get(entry.stored.stream_id, entry.picture)
        return stretch
