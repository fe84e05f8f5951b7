"""Pages of a list: where the next one begins, in a form that clients hand back and need not understand."""

import base64
import binascii
from typing import Annotated

import msgspec
from litestar.params import QueryParameter

from domain.kernel.errors import Invalid

DEFAULT_LIMIT = 20
Limit = Annotated[int | None, QueryParameter(ge=1, le=100, description="At most so many")]
Cursor = Annotated[str | None, QueryParameter(max_length=2000, description="The nextCursor of the page before")]


class PageMeta(msgspec.Struct, rename="camel"):
    next_cursor: str | None


def cursor_of(*sort_values: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(sort_values)).decode().rstrip("=")


def after(cursor: str) -> tuple[str, str]:
    """The two values that the last item of the page before was sorted by. Raises Invalid."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=tuple[str, str])
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise Invalid("The cursor is malformed", field="cursor") from None
