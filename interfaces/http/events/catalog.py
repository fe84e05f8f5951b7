"""``GET /api/v1/events/catalog``: every event type and version with the JSON Schema of its data."""

from typing import Any

import msgspec
from litestar import get

from domain.kernel.event import EventType, catalog
from domain.kernel.personal import Personal
from interfaces.sse.entry import hidden


class CatalogEntry(msgspec.Struct, frozen=True):
    """``version`` is the ``schema`` attribute of the CloudEvent; ``schema`` is that of its ``data``."""

    type: str
    version: int
    schema: dict[str, Any]


class Catalog(msgspec.Struct, frozen=True):
    data: list[CatalogEntry]


@get("/api/v1/events/catalog", tags=["events"], sync_to_thread=False)
def event_catalog() -> Catalog:
    """Every event type that this release writes. Needs no credential, like the rest of the documentation."""
    return Catalog([CatalogEntry(kind.name, kind.schema, _standing_alone(kind)) for kind in catalog()])


def _standing_alone(kind: EventType) -> dict[str, Any]:
    schema, definitions = data_schema(kind, "#/$defs/{name}")
    return {**schema, "$defs": definitions} if definitions else schema


def data_schema(kind: EventType, ref_template: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON Schema of what readers see, without the envelope and digests, and the definitions that it refers to."""
    fields = {field.name: field for field in msgspec.structs.fields(kind.event_class)}
    shown = msgspec.defstruct(
        kind.name,
        [(name, fields[name].type) for name in kind.payload_fields if not hidden(name)],
    )
    _, definitions = msgspec.json.schema_components([shown], schema_hook=_personal, ref_template=ref_template)
    schema: dict[str, Any] = definitions.pop(kind.name)
    if documentation := (kind.event_class.__doc__ or "").strip():
        schema["description"] = documentation.partition("\n")[0]
    return schema, definitions


def _personal(kind: type) -> dict[str, Any]:
    if kind is not Personal:
        raise NotImplementedError(f"{kind} has no JSON Schema")
    return {"type": ["string", "null"], "description": "About a person: null once they were forgotten"}
