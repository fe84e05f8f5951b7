"""What every response carries, and what is decided before a route runs."""

import httpx
import pytest
from litestar import get
from litestar.params import FromPath

from interfaces.http.ports import HttpSettings
from interfaces.http.principal import Principal
from interfaces.http.throttle import Throttle
from tests.unit.http.kit import USER, World

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


@get("/thing/{id:int}")
async def thing(id: FromPath[int]) -> dict[str, int]:  # noqa: A002 - the name in the path
    return {"id": id}


async def fetched(world: World, path: str = "/thing/1", **headers: str) -> httpx.Response:
    async with world.client() as client:
        return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("path", ["/thing/1", "/nothing", "/thing/x"])
async def test_every_response_is_guarded_and_named(path: str) -> None:
    answer = await fetched(World(thing), path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "Authorization" in answer.headers["vary"]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-log-position"] == "7"


async def test_a_well_formed_request_id_is_kept_and_another_replaced() -> None:
    kept, replaced = await fetched(World(thing), X_Request_Id="abc-1"), await fetched(World(thing), X_Request_Id="a b")
    assert kept.headers["x-request-id"] == "abc-1"
    assert replaced.headers["x-request-id"] != "a b"


async def test_strict_transport_is_asked_for_where_clients_reach_us_over_tls() -> None:
    plain, safe = HttpSettings(version="1"), HttpSettings(version="1", public_url="https://ledger.example")
    assert "strict-transport-security" not in (await fetched(World(thing, settings=plain))).headers
    assert "strict-transport-security" in (await fetched(World(thing, settings=safe))).headers


async def test_a_reader_may_ask_for_a_position_and_is_served_from_it() -> None:
    world = World(thing)
    answer = await fetched(world, X_Min_Position="12")
    assert world.levels.waited == [(12, frozenset())]
    assert answer.headers["x-log-position"] == "12"


@pytest.mark.parametrize("position", ["-1", "x", "1.5", "9" * 40])
async def test_a_malformed_position_is_refused(position: str) -> None:
    assert (await fetched(World(thing), X_Min_Position=position)).status_code == 400


async def test_an_allowed_origin_may_read_answers_and_a_strange_one_may_not() -> None:
    allowed = await fetched(World(thing), Origin="http://localhost:3000")
    strange = await fetched(World(thing), Origin="https://evil.example")
    assert allowed.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "X-Log-Position" in allowed.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in strange.headers


async def test_a_preflight_is_answered_without_a_route() -> None:
    async with World(thing).client() as client:
        allowed = await client.options("/thing/1", headers={"Origin": "http://localhost:3000", **PREFLIGHT})
        strange = await client.options("/thing/1", headers={"Origin": "https://evil.example", **PREFLIGHT})
    assert allowed.status_code == 204
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    assert "access-control-allow-methods" not in strange.headers


async def test_requests_are_counted_under_the_template_of_their_route() -> None:
    world = World(thing)
    async with world.client() as client:
        await client.get("/thing/1")
        await client.get("/thing/2")
        await client.get("/nothing")
        await client.request("BREW", "/thing/1")
    assert world.figures.answers[:2] == [("GET", "/thing/{id}", 200)] * 2
    assert world.figures.answers[2] == ("GET", "(unknown)", 404)
    assert world.figures.answers[3][0] == "(other)"


async def test_a_user_beyond_the_burst_is_refused_and_others_are_not() -> None:
    now = 0.0
    throttle = Throttle(rate=1, burst=2, clock=lambda: now)
    world = World(thing, throttle=throttle)
    assert [(await fetched(world)).status_code for _ in range(3)] == [200, 200, 429]
    throttle.spend(Principal("default", "default/main", "user-2", "jwt"))
    now = 1.0
    throttle.spend(USER)
