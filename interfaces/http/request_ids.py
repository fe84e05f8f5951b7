"""Names by which a request is found again: in the log, in events, in the response."""

import re
import secrets
from typing import Any

_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


def name_request(scope: Any, headers: dict[bytes, bytes]) -> None:
    """Put ``request_id`` and ``correlation_id`` into the scope: the caller's where they are well-formed, else fresh."""
    scope["request_id"] = request_id = _given(headers, b"x-request-id") or secrets.token_hex(12)
    scope["correlation_id"] = _given(headers, b"x-correlation-id") or request_id


def _given(headers: dict[bytes, bytes], name: bytes) -> str:
    value = headers.get(name)
    return value.decode() if value is not None and _ID.fullmatch(value) else ""
