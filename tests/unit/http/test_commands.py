"""What a request says about a command, and how it is answered."""

from typing import Any

import pytest
from litestar import Request, Response, post
from litestar.params import FromPath

from domain.kernel.command import Command
from domain.kernel.dispatch import Outcome
from domain.kernel.errors import NotFound
from interfaces.http.commands import Versioned, run
from tests.unit.http.kit import USER, World


class MoveThing(Command, frozen=True, kw_only=True):
    thing_id: str

    def primary_stream(self) -> str:
        return self.thing_id


@post("/things/{thing_id:str}")
async def move(request: Request[Any, Any, Any], thing_id: FromPath[str]) -> Response[Any]:
    async def answer(kept: Any) -> Versioned:
        if kept == "missing":
            raise NotFound
        return Versioned({"moved": kept}, 4)

    return await run(request, MoveThing(thing_id=thing_id), answer, status=201)


@post("/keys")
async def make_key(request: Request[Any, Any, Any]) -> Response[Any]:
    async def answer(_: Any) -> dict[str, str]:
        return {"key": "secret"}

    return await run(request, MoveThing(thing_id="k"), answer, once=True)


@pytest.fixture
def world() -> World:
    return World(move, make_key)


async def test_the_answer_waits_for_what_the_command_appended_and_tells_its_position(world: World) -> None:
    async with world.client() as client:
        answer = await client.post("/things/t")
    assert (answer.status_code, answer.json()) == (201, {"moved": "id-1"})
    assert answer.headers["x-log-position"] == "9"
    assert answer.headers["etag"] == '"4"'
    assert world.levels.waited == [(9, frozenset({"ticket.created"}))]


async def test_a_wait_that_times_out_answers_with_the_lower_position(world: World) -> None:
    world.levels.stuck = True
    async with world.client() as client:
        answer = await client.post("/things/t")
    assert (answer.status_code, answer.headers["x-log-position"]) == (201, "7")


async def test_what_cannot_be_read_yet_is_answered_with_its_position(world: World) -> None:
    world.levels.stuck = True
    world.dispatcher.outcome = Outcome(9, "missing")
    async with world.client() as client:
        answer = await client.post("/things/t")
    assert (answer.status_code, answer.json()) == (202, {"position": 9, "result": "missing"})


async def test_respond_async_does_not_wait(world: World) -> None:
    async with world.client() as client:
        answer = await client.post("/things/t", headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.json()["position"]) == (202, 9)
    assert answer.headers["x-log-position"] == "9"
    assert world.levels.waited == []


async def test_a_dry_run_shows_the_events_that_would_be_appended(world: World) -> None:
    world.dispatcher.outcome = Outcome(7, None, events=(("thing.moved", {"to": "b"}),))
    async with world.client() as client:
        answer = await client.post("/things/t", headers={"Prefer": "dry-run"})
    assert answer.status_code == 200
    assert answer.json() == {"dryRun": True, "events": [{"type": "thing.moved", "data": {"to": "b"}}]}
    assert world.dispatcher.asked[0][1].dry_run


async def test_a_replay_is_answered_by_the_same_code(world: World) -> None:
    world.dispatcher.outcome = Outcome(5, "first", replayed=True)
    async with world.client() as client:
        answer = await client.post("/things/t", headers={"Idempotency-Key": "a"})
    assert (answer.status_code, answer.json()) == (201, {"moved": "first"})
    assert answer.headers["idempotency-replayed"] == "true"
    assert answer.headers["x-log-position"] == "5"


async def test_a_secret_is_not_shown_to_a_replay(world: World) -> None:
    world.dispatcher.outcome = Outcome(5, None, replayed=True)
    async with world.client() as client:
        answer = await client.post("/keys", headers={"Idempotency-Key": "a"})
    assert answer.status_code == 409
    assert 'secret"' not in answer.text


async def test_the_command_key_tells_callers_routes_and_keys_apart_and_the_fingerprint_bodies() -> None:
    keys, fingerprints = set(), set()
    other = type(USER)("default", "default/main", "user-2", "session")
    for principal, path, key, body in (
        (USER, "/things/t", "a", b"1"),
        (USER, "/things/t", "a", b"2"),
        (USER, "/things/t", "b", b"1"),
        (USER, "/keys", "a", b"1"),
        (other, "/things/t", "a", b"1"),
    ):
        world = World(move, make_key, principal=principal)
        async with world.client() as client:
            await client.post(path, headers={"Idempotency-Key": key}, content=body)
        context = world.dispatcher.asked[0][1]
        keys.add(context.key)
        fingerprints.add(context.fingerprint)
    assert len(keys) == 4
    assert len(fingerprints) == 3


@pytest.mark.parametrize(
    ("sent", "expected"),
    [('"7"', {"t": 7}), ('W/"7"', {"t": 7}), ("*", None), ("", None), ('"other"', {"t": -1}), ("7", {"t": -1})],
)
async def test_if_match_names_the_version_of_the_commands_stream(
    world: World, sent: str, expected: dict[str, int] | None
) -> None:
    async with world.client() as client:
        await client.post("/things/t", headers={"If-Match": sent})
    assert world.dispatcher.asked[0][1].if_match == expected


async def test_headers_that_describe_the_command_reach_its_context(world: World) -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    async with world.client() as client:
        answer = await client.post(
            "/things/t", headers={"X-Tab-Id": "tab", "Traceparent": trace, "X-Correlation-Id": "deploy-1"}
        )
    context = world.dispatcher.asked[0][1]
    assert (context.tab_id, context.traceparent, context.correlation_id) == ("tab", trace, "deploy-1")
    assert (context.actor.id, context.via, context.ledger_id) == ("user-1", "session", "default/main")
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("name", ["Idempotency-Key", "X-Tab-Id"])
async def test_a_header_that_is_too_long_is_refused(world: World, name: str) -> None:
    async with world.client() as client:
        answer = await client.post("/things/t", headers={name: "x" * 256})
    assert (answer.status_code, world.dispatcher.asked) == (400, [])
