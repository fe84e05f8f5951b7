"""Tokens and keys: what each may do, and how it ends."""

import pytest

from tests.acceptance.people import Person
from tests.server import PASSWORD


async def test_every_kind_of_credential_is_its_user(ada: Person) -> None:
    token, jwt = await ada.access_token(), await ada.jwt()
    async with ada.signed_in() as session, ada.client(token) as device, ada.client(jwt) as program:
        key = (await session.post("/api/me/mcp-key", json={"password": PASSWORD})).json()["apiKey"]
        assert len(key) == 68
        async with ada.client(**{"X-MCP-API-Key": key}) as agent:
            for client in (session, device, program, agent):
                assert (await client.get("/api/me")).json()["username"] == ada.username


async def test_a_request_without_a_credential_is_401(ada: Person) -> None:
    async with ada.client() as client:
        answer = await client.get("/api/me")
    assert (answer.status_code, answer.json()["error"]) == (401, "Unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("authorization", "error"),
    [
        ("Bearer nonsense", "invalid or expired token"),
        ("Bearer id|secret", "invalid or expired token"),
        ("Bearer pk_unknown", "invalid or expired token"),
        ("Basic YTpi", "invalid authorization format, expected: Bearer <token>"),
        ("Bearer", "invalid authorization format, expected: Bearer <token>"),
    ],
)
async def test_a_wrong_bearer_token_is_401_even_beside_a_good_cookie(
    ada: Person, authorization: str, error: str
) -> None:
    async with ada.signed_in() as client:
        answer = await client.get("/api/me", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["error"]) == (401, error)


@pytest.mark.parametrize("key", ["mcp_" + "0" * 64, "nonsense", ""])
async def test_an_unknown_tracker_key_falls_through_to_the_cookie(ada: Person, key: str) -> None:
    async with ada.signed_in() as client:
        assert (await client.get("/api/me", headers={"X-MCP-API-Key": key})).status_code == 200
    async with ada.client(**{"X-MCP-API-Key": key}) as client:
        assert (await client.get("/api/me")).status_code == 401


async def test_a_token_tells_its_abilities_and_gets_no_more_than_it_asked_for(ada: Person) -> None:
    usual, narrow = await ada.access_token(), await ada.access_token(abilities=["projects:*"])
    async with ada.client(usual) as client:
        assert "git:push" not in (await client.get("/api/auth/me")).json()["abilities"]
    async with ada.client(narrow) as client:
        assert (await client.get("/api/auth/me")).json()["abilities"] == ["projects:read", "projects:write"]


async def test_an_ability_of_administrators_is_not_for_everybody(ada: Person) -> None:
    async with ada.client() as client:
        body = {"email": ada.email, "password": PASSWORD, "abilities": ["audit:export"]}
        assert (await client.post("/api/auth/token", json=body)).status_code == 403


async def test_an_unknown_ability_is_a_400(ada: Person) -> None:
    async with ada.client() as client:
        body = {"email": ada.email, "password": PASSWORD, "abilities": ["fly"]}
        answer = await client.post("/api/auth/token", json=body)
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "abilities")


async def test_logging_out_revokes_a_token_at_once_and_no_other(ada: Person) -> None:
    one, two = await ada.access_token(), await ada.access_token()
    async with ada.client(one) as gone, ada.client(two) as stays:
        assert (await gone.get("/api/me")).status_code == 200
        assert (await gone.post("/api/auth/logout")).status_code == 204
        assert (await gone.get("/api/me")).status_code == 401
        assert (await stays.get("/api/me")).status_code == 200


async def test_logging_out_ends_a_jwt(ada: Person) -> None:
    async with ada.client(await ada.jwt()) as client:
        assert (await client.post("/api/auth/logout")).status_code == 204
        assert (await client.get("/api/me")).status_code == 401


async def test_a_token_request_is_not_answered_twice(ada: Person) -> None:
    body = {"email": ada.email, "password": PASSWORD}
    async with ada.client(**{"Idempotency-Key": "once"}) as client:
        assert (await client.post("/api/auth/token", json=body)).status_code == 201
        assert (await client.post("/api/auth/token", json=body)).status_code == 409


async def test_a_new_tracker_key_replaces_the_earlier_one_and_revoking_ends_it(ada: Person) -> None:
    confirmed = {"password": PASSWORD}
    async with ada.signed_in() as session, ada.client() as agent:

        async def works(key: str) -> bool:
            return (await agent.get("/api/me", headers={"X-MCP-API-Key": key})).status_code == 200

        assert (await session.get("/api/me/mcp-key")).json() == {"hasKey": False, "keyHint": None}
        first = (await session.post("/api/me/mcp-key", json=confirmed)).json()["apiKey"]
        assert await works(first)
        second = (await session.post("/api/me/mcp-key", json=confirmed)).json()["apiKey"]
        assert (await works(first), await works(second)) == (False, True)
        assert (await session.get("/api/me/mcp-key")).json() == {"hasKey": True, "keyHint": second[-4:]}
        revoked = await session.request("DELETE", "/api/me/mcp-key", json=confirmed)
        assert revoked.json() == {"success": True}
        assert not await works(second)


async def test_a_key_that_was_handed_out_does_not_change_the_account(ada: Person) -> None:
    async with ada.signed_in() as session:
        key = (await session.post("/api/me/mcp-key", json={"password": PASSWORD})).json()["apiKey"]
    token = await ada.access_token(abilities=["*"])
    async with ada.client(token) as device, ada.client(**{"X-MCP-API-Key": key}) as agent:
        for client in (device, agent):
            assert (await client.patch("/api/me", json={"name": "Eve"})).status_code == 403
            assert (await client.post("/api/me/mcp-key", json={"password": PASSWORD})).status_code == 403


async def test_making_a_key_needs_the_password_once_more(ada: Person) -> None:
    async with ada.signed_in() as session:
        answer = await session.post("/api/me/mcp-key", json={"password": "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (401, "Invalid password")


async def test_a_token_in_the_url_does_not_count_on_plain_routes(ada: Person) -> None:
    async with ada.client() as client:
        answer = await client.get("/api/me", params={"token": await ada.access_token()})
    assert answer.status_code == 401
