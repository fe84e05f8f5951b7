"""The ledger for auditors: checkpoints, proofs, tiles and the export."""

from litestar.types import ControllerRouterHandler

from interfaces.http.ledger import routes

ROUTES: tuple[ControllerRouterHandler, ...] = (
    routes.checkpoint,
    routes.inclusion,
    routes.consistency,
    routes.tile,
    routes.export,
)

__all__ = ["ROUTES"]
