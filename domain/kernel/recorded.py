"""An event as read back from the log: decoded, with where and when it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from domain.kernel.aggregate import Event
from domain.kernel.log import Metadata, StoredEvent

_metadata = msgspec.json.Decoder(Metadata)


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """``event`` is None when a retention rule emptied its payload; the rest stays for ever."""

    ledger_id: str
    position: int
    stream_id: str
    version: int
    type: str
    recorded_at: datetime
    occurred_at: datetime
    project_id: str
    metadata_bytes: bytes
    event: Event | None

    @property
    def metadata(self) -> Metadata:
        return _metadata.decode(self.metadata_bytes)


class Decoder(Protocol):
    """Turns stored events back into what happened, personal fields opened where their key still exists."""

    async def decode(self, stored: Sequence[StoredEvent]) -> list[Recorded]:
        """Raises UnknownEvent for a type or schema version of a newer release."""
        ...
