"""The OpenAPI document, and a page to read and try it that loads nothing from elsewhere."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Reference, SecurityScheme
from litestar.params import FromPath

PAGE = b"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Shipledger API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = b'SwaggerUIBundle({url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});\n'
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
_DAY = "public, max-age=86400"


def configuration(version: str) -> OpenAPIConfig:
    """What the document says about the whole. It is generated when it is first asked for."""
    schemes: dict[str, SecurityScheme | Reference] = {
        "bearer": SecurityScheme(type="http", scheme="bearer", description="A JWT, an access token or a gateway key"),
        "trackerKey": SecurityScheme(type="apiKey", name="X-MCP-API-Key", security_scheme_in="header"),
        "session": SecurityScheme(type="apiKey", name="next-auth.session-token", security_scheme_in="cookie"),
    }
    return OpenAPIConfig(
        title="Shipledger",
        version=version,
        summary="One verifiable event ledger for tickets, agent runs, model calls and deployments",
        components=Components(security_schemes=schemes),
        security=[{name: []} for name in schemes],
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin()],
        path="/schema",
    )


@get("/openapi.json", include_in_schema=False)
async def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI 3.1 document."""
    body = msgspec.json.encode(request.app.openapi_schema.to_schema())
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-cache"})


@get("/docs", include_in_schema=False)
async def documentation() -> Response[bytes]:
    """The page."""
    return Response(PAGE, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})


@get("/docs/{name:str}", include_in_schema=False)
async def asset(name: FromPath[str]) -> Response[bytes]:
    """One of the files that the page loads."""
    if name == "start.js":
        return Response(START, media_type="text/javascript", headers={"Cache-Control": _DAY})
    if name not in ASSETS:
        raise NotFoundException
    return Response((_folder() / name).read_bytes(), media_type=ASSETS[name], headers={"Cache-Control": _DAY})


def _folder() -> Path:
    """Where the wheel keeps Swagger UI, found without importing its Python code."""
    found = find_spec("swagger_ui")
    assert found is not None and found.submodule_search_locations  # noqa: S101, PT018 - a dependency of ours
    return Path(found.submodule_search_locations[0]) / "static"
