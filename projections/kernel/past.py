"""A look at the past: the events of one stream up to a moment, to be folded in memory by the projection itself."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from domain.kernel.log import EventLog
from domain.kernel.recorded import Decoder, Recorded

Moment = int | datetime
"""A position of the ledger, or a time at which things were recorded."""


class Past(msgspec.Struct, frozen=True):
    """One ledger as of a moment."""

    log: EventLog
    decoder: Decoder
    ledger_id: str
    moment: Moment

    async def history(self, stream_id: str) -> Sequence[Recorded]:
        """Empty for what did not exist yet."""
        stored = await self.log.stream(self.ledger_id, stream_id)
        if isinstance(self.moment, int):
            known = [event for event in stored if event.position <= self.moment]
        else:
            known = [event for event in stored if event.recorded_at <= self.moment]
        return await self.decoder.decode(known) if known else ()
