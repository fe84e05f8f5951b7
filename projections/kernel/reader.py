"""The port that queries read tables through."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Reader(Protocol):
    """A connection or pool of the read models. Raises LogUnavailable when the database does not answer."""

    async def fetch(self, query: str, *args: Any) -> Sequence[Mapping[str, Any]]: ...

    async def fetchrow(self, query: str, *args: Any) -> Mapping[str, Any] | None: ...

    async def fetchval(self, query: str, *args: Any) -> Any: ...
