"""Is it up, is it ready, what does it count, what can it do."""

from litestar.types import ControllerRouterHandler

from interfaces.http.operations.documentation import asset, documentation, schema
from interfaces.http.operations.health import gateway_health, health, metrics, ready

ROUTES: tuple[ControllerRouterHandler, ...] = (
    gateway_health,
    health,
    ready,
    metrics,
    documentation,
    schema,
    asset,
)

__all__ = ["ROUTES"]
