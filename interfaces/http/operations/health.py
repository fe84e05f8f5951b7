"""Health for load balancers and operators. None of these need a credential, and none waits for the database long."""

from typing import Any

import msgspec
from litestar import Request, Response, get

from interfaces.http.ports import ports_of


class GatewayHealth(msgspec.Struct):
    """The gateway's shape. ``provider`` answers model calls; ``plasmate`` says whether a web engine is attached."""

    ok: bool
    version: str
    provider: str
    plasmate: bool


class Checks(msgspec.Struct):
    database: bool
    redis: bool


class DeliveryHealth(msgspec.Struct):
    """Delivery's shape: ``ok`` or ``degraded``."""

    status: str
    version: str
    checks: Checks


class Readiness(msgspec.Struct):
    status: str


@get("/health", tags=["operations"])
async def gateway_health(request: Request[Any, Any, Any]) -> GatewayHealth:
    """Alive, and whether the database answers. 200 either way: restarting this server would not bring it back."""
    ports = ports_of(request)
    return GatewayHealth(
        ok=await ports.health.database(),
        version=ports.settings.version,
        provider=ports.settings.provider,
        plasmate=False,
    )


@get("/api/v1/health", tags=["operations"])
async def health(request: Request[Any, Any, Any]) -> Response[DeliveryHealth]:
    """200 ``ok``, or 503 ``degraded`` while the database does not answer."""
    ports = ports_of(request)
    up = await ports.health.database()
    body = DeliveryHealth("ok" if up else "degraded", ports.settings.version, Checks(database=up, redis=False))
    return Response(body, status_code=200 if up else 503)


@get("/api/v1/ready", tags=["operations"])
async def ready(request: Request[Any, Any, Any]) -> Response[Readiness]:
    """200 once migrations are done and the read models are level; 503 before, and while shutting down."""
    ports = ports_of(request)
    up = ports.health.ready() and not ports.shutting_down.is_set()
    return Response(Readiness("ready" if up else "not ready"), status_code=200 if up else 503)


@get("/api/v1/metrics", tags=["operations"], media_type="text/plain")
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """All figures in the text format of Prometheus."""
    body, content_type = ports_of(request).metrics.exposition()
    return Response(body, headers={"Content-Type": content_type})
