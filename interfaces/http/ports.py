"""Everything that routes need from outside, wired by the composition root and kept in ``app.state.ports``."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, cast

import msgspec
from litestar.connection import ASGIConnection

from domain.identity.ports import Keys, PasswordHasher, SecretMaker, TokenSigner
from domain.kernel.audit import AuditTrail
from domain.kernel.dispatch import Dispatcher
from domain.kernel.log import EventLog
from domain.kernel.recorded import Decoder
from interfaces.http.access import ProjectAccess
from interfaces.http.forwarded import Proxies
from interfaces.http.limits import Limiter
from interfaces.sse.hub import Hub
from projections.board.views import TicketView
from projections.kernel.loader import Loader
from projections.kernel.progress import Freshness, Progress
from projections.kernel.reader import Reader


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator chose that is visible over HTTP.

    ``public_url`` is where clients reach us, without a slash at the end. ``trusted_proxies`` are networks whose
    forwarding headers count; ``("*",)`` is any.
    """

    version: str
    public_url: str = "http://127.0.0.1:8000"
    error_base: str = "https://shipledger.dev"
    trusted_proxies: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ("http://localhost:3000",)
    gateway_key: str | None = None
    provider: str = "mock"


class HttpMetrics(Protocol):
    """What HTTP and the streams count."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request. ``route`` is the path template, so that ids don't make series."""
        ...

    def reader_opened(self, stream: str) -> None: ...

    def reader_closed(self, stream: str) -> None: ...

    def exposition(self) -> tuple[bytes, str]:
        """All figures in the text format of Prometheus, and its content type."""
        ...


class Health(Protocol):
    """Is everything up that requests need?"""

    async def database(self) -> bool:
        """Whether the database answers, within a second."""
        ...

    def ready(self) -> bool:
        """Whether migrations are done and the read models have caught up once."""
        ...


class Ports(msgspec.Struct, kw_only=True):
    settings: HttpSettings
    dispatcher: Dispatcher
    log: EventLog
    decoder: Decoder
    reader: Reader
    tickets: Loader[TicketView]
    progress: Progress
    freshness: Freshness
    access: ProjectAccess
    passwords: PasswordHasher
    tokens: TokenSigner
    secrets: SecretMaker
    keys: Keys
    limiter: Limiter
    proxies: Proxies
    streams: Hub
    tracker_streams: Hub
    audit: AuditTrail
    metrics: HttpMetrics
    health: Health
    now: Callable[[], datetime]
    shutting_down: asyncio.Event


def ports_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Ports:
    return cast("Ports", connection.app.state.ports)
