"""Health, readiness, figures and the API page."""

from interfaces.http.operations import ROUTES
from tests.unit.http.kit import World


async def test_health_has_the_gateways_shape() -> None:
    async with World(*ROUTES, principal=None).client() as client:
        answer = await client.get("/health")
    assert answer.json() == {"ok": True, "version": "1.2.3", "provider": "mock", "plasmate": False}


async def test_deliverys_health_is_degraded_while_the_database_is_away() -> None:
    world = World(*ROUTES, principal=None)
    async with world.client() as client:
        well = await client.get("/api/v1/health")
        world.health.answers = False
        ill = await client.get("/api/v1/health")
    assert (well.status_code, well.json()["checks"]) == (200, {"database": True, "redis": False})
    assert (ill.status_code, ill.json()["status"]) == (503, "degraded")


async def test_it_is_ready_once_read_models_are_level_and_until_it_shuts_down() -> None:
    world = World(*ROUTES, principal=None)
    async with world.client() as client:
        world.health.level = False
        starting = await client.get("/api/v1/ready")
        world.health.level = True
        serving = await client.get("/api/v1/ready")
        world.ports.shutting_down.set()
        stopping = await client.get("/api/v1/ready")
    assert [answer.status_code for answer in (starting, serving, stopping)] == [503, 200, 503]
    assert starting.json() == {"status": "not ready"}


async def test_figures_are_in_the_text_format_of_prometheus() -> None:
    async with World(*ROUTES, principal=None).client() as client:
        answer = await client.get("/api/v1/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.text == "up 1\n"


async def test_the_api_page_loads_nothing_from_elsewhere() -> None:
    async with World(*ROUTES, principal=None).client() as client:
        page = await client.get("/docs")
        script = await client.get("/docs/swagger-ui-bundle.js")
        unknown = await client.get("/docs/passwd")
        document = await client.get("/openapi.json")
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert unknown.status_code == 404
    assert document.json()["openapi"].startswith("3.1")
    assert "/api/v1/health" in document.json()["paths"]
