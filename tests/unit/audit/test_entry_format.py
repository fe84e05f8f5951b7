"""An entry is one fixed sequence of bytes, however it is put together."""

import struct
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.log import NewEvent, StoredEvent
from infra.audit import entry

LOG_ID = UUID("0198c0de-0000-7000-8000-00000000abcd")
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
MOMENT = st.datetimes(timezones=st.just(UTC))


def stored(**changes: object) -> StoredEvent:
    fields: dict[str, object] = {
        "ledger_id": "default/main",
        "position": 7,
        "stream_id": "ticket-ü",
        "version": 2,
        "type": "ticket.moved",
        "schema": 1,
        "recorded_at": datetime(2026, 11, 22, 9, 30, 0, 123_456, tzinfo=UTC),
        "occurred_at": datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "project_id": "",
        "metadata": b"{}",
        "payload_digest": entry.payload_digest(b"s" * 16, b'{"rank":"a"}'),
        "leaf": b"",
        "chain": b"",
        "salt": b"s" * 16,
        "data": b'{"rank":"a"}',
    }
    return StoredEvent(**(fields | changes))  # type: ignore[arg-type]


def test_an_entry_is_the_table_of_the_decision_record_byte_by_byte() -> None:
    assert entry.encode(stored(), LOG_ID) == (
        b"\x01"
        + LOG_ID.bytes
        + struct.pack(">Q", 7)
        + b"\x00\x00\x00\x09ticket-\xc3\xbc"
        + struct.pack(">Q", 2)
        + b"\x00\x00\x00\x0cticket.moved"
        + struct.pack(">I", 1)
        + struct.pack(">q", 1_795_339_800_123_456)
        + struct.pack(">q", -1)
        + b"\x00\x00\x00\x00"
        + sha256(b"{}").digest()
        + sha256(b"s" * 16 + b'{"rank":"a"}').digest()
    )


def test_the_leaf_of_a_known_event_never_changes() -> None:
    assert entry.leaf(entry.encode(stored(), LOG_ID)).hex() == (
        "82eccdc5f595733984092930cfd8f11b52c693f77dd9e9d3211009d7c5d38baf"
    )


EVENTS = st.builds(
    stored,
    position=st.integers(1, 2**63),
    version=st.integers(1, 2**63),
    stream_id=TEXT,
    type=TEXT,
    project_id=TEXT,
    metadata=st.binary(max_size=30),
    recorded_at=MOMENT,
    occurred_at=MOMENT,
)


@given(EVENTS)
def test_pieces_joined_around_position_version_and_time_are_the_entry(event: StoredEvent) -> None:
    new = NewEvent(
        stream_id=event.stream_id,
        version=event.version,
        type=event.type,
        schema=event.schema,
        occurred_at=event.occurred_at,
        project_id=event.project_id,
        metadata=event.metadata,
        data=b"",
    )
    parts = entry.pieces(new, event.payload_digest)
    joined = (
        b"\x01"
        + LOG_ID.bytes
        + struct.pack(">Q", event.position)
        + parts.after_position
        + struct.pack(">Q", event.version)
        + parts.after_version
        + struct.pack(">q", entry.microseconds(event.recorded_at))
        + parts.after_recorded_at
    )
    assert entry.encode(event, LOG_ID) == joined


@given(MOMENT, st.integers(-720, 720))
def test_the_time_zone_a_moment_is_written_in_does_not_matter(moment: datetime, minutes: int) -> None:
    try:
        elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        return
    assert entry.microseconds(elsewhere) == entry.microseconds(moment)


def test_the_chain_binds_each_leaf_to_all_before_it() -> None:
    first = entry.extend(bytes(32), b"a" * 32)
    assert first == sha256(bytes(32) + b"a" * 32).digest()
    assert entry.extend(first, b"b" * 32) == sha256(first + b"b" * 32).digest()
