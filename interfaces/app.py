"""The composition root: the one place that puts infrastructure behind the ports of the interfaces."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version

from litestar.types import ASGIApp

from infra.config import Settings
from infra.health import ServerHealth
from infra.keys.passwords import Argon2Passwords
from infra.keys.tokens import JwtSigner, RandomSecrets
from infra.limits import NoLimits, WindowLimiter
from infra.postgres.embedded import Addresses
from infra.postgres.reader import PoolReader
from infra.runtime import Runtime
from infra.telemetry.metrics import Metrics
from interfaces.http import events, identity, ledger, operations, tracker
from interfaces.http.access import ProjectAccess
from interfaces.http.application import build
from interfaces.http.forwarded import Proxies
from interfaces.http.ports import HttpSettings, Ports
from interfaces.http.resolver import Resolver
from interfaces.http.throttle import Throttle
from interfaces.sse.history import History
from interfaces.sse.hub import Hub
from interfaces.sse.limits import StreamLimits
from interfaces.sse.tracker.pictures import PicturedHistory
from projections.board.queries import ticket_loader
from projections.projects import queries as projects

ROUTES = (*operations.ROUTES, *identity.ROUTES, *events.ROUTES, *ledger.ROUTES, *tracker.ROUTES)


class Server:
    """One serving process. ``app`` answers; ``close_streams`` ends every stream, before the socket closes."""

    def __init__(self, app: ASGIApp, ports: Ports) -> None:
        self.app = app
        self._ports = ports

    def close_streams(self) -> None:
        self._ports.shutting_down.set()
        for hub in (self._ports.streams, self._ports.tracker_streams):
            hub.close()


class _Memberships:
    def __init__(self, reader: PoolReader) -> None:
        self._reader = reader

    async def memberships(self, ledger_id: str) -> tuple[int, Sequence[tuple[str, str]]]:
        return await projects.memberships(self._reader, ledger_id)


@asynccontextmanager
async def server(settings: Settings, addresses: Addresses) -> AsyncIterator[Server]:
    """Everything a serving process needs, running. At the end what was queued is finished first."""
    metrics = Metrics()
    runtime = await Runtime.open(settings, addresses, metrics)
    metrics.watch_projections(lambda: runtime.progress.lags(runtime.log.positions))
    passwords = Argon2Passwords()
    ports = compose(settings, runtime, metrics, passwords)
    throttle = Throttle() if settings.rate_limits else None
    app = build(ports, ROUTES, resolve=Resolver(ports), throttle=throttle)
    runtime.start_projectors()
    for hub in (ports.streams, ports.tracker_streams):
        hub.start()
    try:
        yield Server(app, ports)
    finally:
        for hub in (ports.streams, ports.tracker_streams):
            await hub.stop()
        await runtime.close()
        passwords.close()


def compose(settings: Settings, runtime: Runtime, metrics: Metrics, passwords: Argon2Passwords) -> Ports:
    """The ports of one process."""
    reader = PoolReader(runtime.pool)
    history = History(runtime.log, runtime.codec)
    memberships = _Memberships(reader)
    pictured = PicturedHistory(history, runtime.progress, tracker.pictures(reader))
    stream_limits = StreamLimits(enabled=settings.rate_limits)
    return Ports(
        settings=_visible(settings),
        dispatcher=runtime.dispatcher,
        log=runtime.log,
        decoder=runtime.codec,
        reader=reader,
        tickets=ticket_loader(reader),
        progress=runtime.progress,
        freshness=runtime.log.freshness,
        access=ProjectAccess(reader, runtime.progress, runtime.log.freshness),
        passwords=passwords,
        tokens=JwtSigner(runtime.keys.derived("tokens")),
        secrets=RandomSecrets(),
        keys=runtime.keys,
        proxies=Proxies(settings.trusted_proxies),
        audit=runtime.audit,
        limiter=_limiter(settings),
        streams=Hub(runtime.log, history, memberships, stream_limits),
        tracker_streams=Hub(runtime.log, pictured, memberships, stream_limits),
        metrics=metrics,
        health=ServerHealth(runtime),
        now=lambda: datetime.now(UTC),
        shutting_down=asyncio.Event(),
    )


def _visible(settings: Settings) -> HttpSettings:
    return HttpSettings(
        version=version("shipledger"),
        public_url=settings.origin,
        error_base=settings.error_base,
        trusted_proxies=settings.trusted_proxies,
        gateway_key=settings.gateway_key.reveal() if settings.gateway_key else None,
    )


def _limiter(settings: Settings) -> WindowLimiter | NoLimits:
    if not settings.rate_limits:
        return NoLimits()
    return WindowLimiter(settings.redis_url.reveal() if settings.redis_url else None)
