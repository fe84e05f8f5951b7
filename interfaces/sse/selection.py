"""The one set of filters: ``types``, ``stream``, ``project``, ``correlation``."""

import re

from domain.kernel.errors import Invalid
from domain.kernel.log import Filter
from interfaces.sse.entry import Entry

_TYPE = re.compile(r"[a-z][a-z0-9_]*\.(?:\*|[a-z][a-z0-9_]*)")
_NAME = re.compile(r"[\x21-\x7e]{1,200}")
MOST_TYPES = 50


def types_from(text: str) -> tuple[str, ...]:
    """``ticket.*,project.created`` -> the wire names and prefixes, sorted. Raises Invalid."""
    if not text:
        return ()
    types = sorted({part.strip() for part in text.split(",")})
    if len(types) > MOST_TYPES:
        raise Invalid(f"At most {MOST_TYPES} types", field="types")
    for name in types:
        if not _TYPE.fullmatch(name):
            raise Invalid("types must be names like ticket.moved or ticket.*, joined by commas", field="types")
    return tuple(types)


def name_from(field: str, text: str) -> str:
    """An id given in a parameter. Raises Invalid."""
    if text and not _NAME.fullmatch(text):
        raise Invalid(f"{field} must be 1 to 200 printable ASCII characters", field=field)
    return text


def matches(only: Filter, entry: Entry) -> bool:
    """What the log's ``read`` applies in the database, applied in memory."""
    return (
        (not only.project_id or entry.project_id == only.project_id)
        and (not only.stream_id or entry.stored.stream_id == only.stream_id)
        and (not only.types or _is_one_of(only.types, entry.type))
        and (not only.correlation_id or entry.metadata.correlation_id == only.correlation_id)
    )


def _is_one_of(types: tuple[str, ...], name: str) -> bool:
    return name in types or f"{name.partition('.')[0]}.*" in types
