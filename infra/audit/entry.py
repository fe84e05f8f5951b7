"""The bytes of an event that its leaf is made of: entry format version 1 (ADR 0002).

All integers are big-endian; a text is its length in bytes as u32, then UTF-8::

    0x01 | log id 16 | position u64 | stream | version u64 | type | schema u32
         | recorded_at i64 | occurred_at i64 | project | SHA-256(metadata) 32 | payload digest 32
"""

from datetime import UTC, datetime
from hashlib import sha256
from struct import Struct
from typing import NamedTuple
from uuid import UUID

from domain.kernel.log import NewEvent, StoredEvent

FORMAT = b"\x01"
SALT_BYTES = 16
DIGEST_BYTES = 32

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_u32 = Struct(">I").pack
_u64 = Struct(">Q").pack
_i64 = Struct(">q").pack


class Pieces(NamedTuple):
    """What of an entry is known before the append; the log puts position, version and recorded_at between.

    entry = 0x01 | log id | position u64 | after_position | version u64 | after_version | recorded_at i64
    | after_recorded_at.
    """

    after_position: bytes
    after_version: bytes
    after_recorded_at: bytes


def payload_digest(salt: bytes, data: bytes) -> bytes:
    """SHA-256(salt || data): says nothing about a short payload once the salt is gone."""
    return sha256(salt + data).digest()


def microseconds(moment: datetime) -> int:
    """Since 1970-01-01T00:00:00Z, exact. ``moment`` has a time zone."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def pieces(event: NewEvent | StoredEvent, payload_digest: bytes) -> Pieces:
    """The parts of the event's entry that do not depend on where it will stand."""
    return Pieces(
        _text(event.stream_id),
        _text(event.type) + _u32(event.schema),
        _i64(microseconds(event.occurred_at))
        + _text(event.project_id)
        + sha256(event.metadata).digest()
        + payload_digest,
    )


def join(pieces: Pieces, *, log_id: UUID, position: int, version: int, recorded_at: datetime) -> bytes:
    """The entry, once it is known where the event stands."""
    return b"".join(
        (
            FORMAT,
            log_id.bytes,
            _u64(position),
            pieces.after_position,
            _u64(version),
            pieces.after_version,
            _i64(microseconds(recorded_at)),
            pieces.after_recorded_at,
        )
    )


def encode(event: StoredEvent, log_id: UUID) -> bytes:
    """The entry of an event in the log."""
    return join(
        pieces(event, event.payload_digest),
        log_id=log_id,
        position=event.position,
        version=event.version,
        recorded_at=event.recorded_at,
    )


def leaf(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), the leaf hash of RFC 6962."""
    return sha256(b"\x00" + entry).digest()


def extend(chain: bytes, leaf: bytes) -> bytes:
    """chain(n) = SHA-256(chain(n-1) || leaf(n))."""
    return sha256(chain + leaf).digest()


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _u32(len(encoded)) + encoded
