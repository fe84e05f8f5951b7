"""The HTTP application: routes around the ports, the edge around the routes."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from litestar import Litestar
from litestar.datastructures import State
from litestar.types import ControllerRouterHandler

from interfaces.http.bodies import JsonRequest
from interfaces.http.edge import Edge, Resolve
from interfaces.http.operations.documentation import configuration
from interfaces.http.ports import Ports
from interfaces.http.problems import HANDLERS
from interfaces.http.throttle import Throttle

MAX_BODY = 1024 * 1024

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def build(
    ports: Ports,
    routes: Sequence[ControllerRouterHandler],
    *,
    resolve: Resolve,
    throttle: Throttle | None = None,
    lifespan: Sequence[Lifespan] = (),
) -> Litestar:
    """An ASGI application that serves ``routes``. A route raises bodies over 1 MiB with ``request_max_body_size``."""
    app = Litestar(
        route_handlers=list(routes),
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        exception_handlers=HANDLERS,
        state=State({"ports": ports, "error_base": ports.settings.error_base}),
        lifespan=list(lifespan),
        openapi_config=configuration(ports.settings.version),
        logging_config=None,
    )
    app.asgi_handler = Edge(app.asgi_handler, ports, resolve, throttle)
    return app
