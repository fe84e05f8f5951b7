"""One stored sample of every event type and schema version ever written, as ``<type>.v<schema>.json``.

A sample is never edited: it is what stands in somebody's log. ``python -m tests.contracts.golden`` writes those that
are missing.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import domain.contexts  # noqa: F401 - fills the registry
from domain.kernel.event import EventType, catalog
from domain.kernel.log import StoredEvent

FOLDER = Path(__file__).parent
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class PlainSealer:
    """Seals nothing, so that samples can be read, and opened without a key."""

    async def ensure(self, ledger_id: str, subjects: Iterable[str]) -> None: ...

    async def load(self, ledger_id: str, subjects: Iterable[str]) -> None: ...

    def seal(self, ledger_id: str, subject: str, plain: bytes) -> bytes:
        return plain

    def open(self, ledger_id: str, subject: str, sealed: bytes) -> bytes | None:
        return sealed


def event_types() -> list[EventType]:
    """The events of the domain, without those that tests register."""
    return [kind for kind in catalog() if kind.event_class.__module__.startswith("domain.")]


def sample_path(name: str, schema: int) -> Path:
    return FOLDER / f"{name}.v{schema}.json"


def read_samples() -> Iterator[StoredEvent]:
    """Every sample as the log would give it."""
    for path in sorted(FOLDER.glob("*.json")):
        name, _, schema = path.stem.rpartition(".v")
        yield StoredEvent(
            ledger_id="default/main",
            position=1,
            stream_id="stream-1",
            version=1,
            type=name,
            schema=int(schema),
            recorded_at=NOON,
            occurred_at=NOON,
            project_id="",
            metadata=b"{}",
            payload_digest=b"",
            leaf=b"",
            chain=b"",
            salt=b"",
            data=path.read_bytes(),
        )


def write_missing_samples() -> list[Path]:
    """Write a sample of every current shape that has none, with something in every field; their paths."""
    written = []
    for kind in event_types():
        path = sample_path(kind.name, kind.schema)
        if not path.exists():
            fields = {field.name: field.type for field in msgspec.inspect.type_info(kind.event_class).fields}  # type: ignore[attr-defined]
            payload = {name: _something(fields[name]) for name in kind.payload_fields}
            path.write_bytes(msgspec.json.format(msgspec.json.encode(payload), indent=2) + b"\n")
            written.append(path)
    return written


def _something(node: Any) -> Any:
    """A JSON value of a type."""
    match node:
        case msgspec.inspect.StrType():
            return "text"
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.IntType():
            return 7
        case msgspec.inspect.FloatType():
            return 1.5
        case msgspec.inspect.DateTimeType():
            return "2026-01-01T12:00:00Z"
        case msgspec.inspect.EnumType():
            return next(iter(node.cls)).value
        case msgspec.inspect.UnionType():
            return _something(next(part for part in node.types if not isinstance(part, msgspec.inspect.NoneType)))
        case msgspec.inspect.VarTupleType() | msgspec.inspect.FrozenSetType():
            return [_something(node.item_type)]
        case msgspec.inspect.StructType():
            return {field.encode_name: _something(field.type) for field in node.fields}
        case msgspec.inspect.CustomType():
            return {"person": "person-1", "sealed": b64encode(b'"text"').decode()}
    raise NotImplementedError(f"no sample of {node}: write one by hand")


def unsealed(payload: Any) -> Any:
    """A payload with its sealed texts in clear, to be compared with another."""
    if isinstance(payload, dict):
        if payload.keys() == {"person", "sealed"}:
            return payload["person"], b64decode(payload["sealed"])
        return {name: unsealed(value) for name, value in payload.items()}
    return [unsealed(item) for item in payload] if isinstance(payload, list) else payload
