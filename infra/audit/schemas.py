"""What the stored bytes of every event look like: the schemas that go into an export."""

from typing import Any

import msgspec

from domain.kernel.event import EventType, catalog
from domain.kernel.personal import Personal

SEALED = {
    "type": "object",
    "description": "Sealed under the key of a person; nobody can open it once they were forgotten",
    "properties": {"person": {"type": "string"}, "sealed": {"type": "string", "contentEncoding": "base64"}},
    "required": ["person", "sealed"],
}


def stored_schemas() -> dict[str, Any]:
    """JSON Schemas by ``type/version``."""
    return {f"{kind.name}/{kind.schema}": _schema(kind) for kind in catalog()}


def _schema(kind: EventType) -> dict[str, Any]:
    fields = {field.name: field for field in msgspec.structs.fields(kind.event_class)}
    stored = msgspec.defstruct(kind.name, [(name, fields[name].type) for name in kind.payload_fields])
    _, definitions = msgspec.json.schema_components([stored], schema_hook=_sealed, ref_template="#/$defs/{name}")
    schema: dict[str, Any] = definitions.pop(kind.name)
    return {**schema, "$defs": definitions} if definitions else schema


def _sealed(kind: type) -> dict[str, Any]:
    if kind is not Personal:
        raise NotImplementedError(f"{kind} has no JSON Schema")
    return SEALED
