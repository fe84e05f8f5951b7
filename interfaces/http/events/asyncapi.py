"""``GET /api/v1/events/asyncapi``: the generic stream as an AsyncAPI 3.0 document."""

from typing import Any

from litestar import Request, get

from domain.kernel.event import EventType, catalog
from interfaces.http.events.catalog import data_schema
from interfaces.http.ports import ports_of

CONTROL = {
    "stream.opened": {"logId": "string", "head": "integer", "from": "integer"},
    "stream.caught_up": {"position": "integer"},
    "stream.fell_behind": {"position": "integer"},
    "stream.closing": {"reason": "string"},
}
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_TIME = {"type": "string", "format": "date-time"}


@get("/api/v1/events/asyncapi", tags=["events"], sync_to_thread=False)
def asyncapi(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Every message of ``/api/v1/events/stream``. Needs no credential."""
    schemas = {"CloudEvent": _cloud_event()}
    messages = {kind.name: _event(kind, schemas) for kind in catalog()}
    messages |= {name: _control(name, fields) for name, fields in CONTROL.items()}
    references = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Shipledger events", "version": ports_of(request).settings.version},
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": "/api/v1/events/stream",
                "description": "Server-sent events. The id of a frame is the position; send the last one back as "
                "Last-Event-ID. Control frames have no id.",
                "messages": references,
            }
        },
        "operations": {"follow": {"action": "send", "channel": {"$ref": "#/channels/events"}}},
        "components": {"messages": messages, "schemas": schemas},
    }


def _event(kind: EventType, schemas: dict[str, Any]) -> dict[str, Any]:
    data, definitions = data_schema(kind, "#/components/schemas/{name}")
    schemas |= definitions
    own = {"properties": {"type": {"const": kind.name}, "data": {"anyOf": [data, {"type": "null"}]}}}
    payload = {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, own]}
    return {"name": kind.name, "contentType": "application/cloudevents+json", "payload": payload}


def _control(name: str, fields: dict[str, str]) -> dict[str, Any]:
    properties = {field: {"type": kind} for field, kind in fields.items()}
    return {"name": name, "payload": {"type": "object", "properties": properties, "required": list(fields)}}


def _cloud_event() -> dict[str, Any]:
    needed = {
        "specversion": {"const": "1.0"},
        "id": _TEXT,
        "position": _NUMBER,
        "source": _TEXT,
        "type": _TEXT,
        "subject": _TEXT,
        "time": _TIME,
        "recordedat": _TIME,
        "streamversion": _NUMBER,
        "schema": _NUMBER,
        "data": {"type": ["object", "null"]},
    }
    optional = dict.fromkeys(("projectid", "actor", "correlationid", "causationid"), _TEXT)
    return {"type": "object", "properties": needed | optional, "required": list(needed)}
