"""The first account, and how often one may try: on a server of its own, with rate limits."""

import time
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.acceptance.people import Person
from tests.database import reachable_folder
from tests.server import PASSWORD, ServerProcess

_addresses = count(1)


@pytest.fixture(scope="module")
def strict() -> Iterator[ServerProcess]:
    """A server that nobody has set up, behind a trusted proxy, so that each test comes from an address of its own."""
    server = ServerProcess(reachable_folder(), SHIPLEDGER_RATE_LIMITS="on", SHIPLEDGER_TRUST_PROXY="on")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def newcomer(strict: ServerProcess) -> Person:
    return Person(strict.base, "linus", f"192.0.2.{next(_addresses)}")


async def test_the_first_account_administers_and_then_set_up_is_over(newcomer: Person) -> None:
    async with newcomer.client() as client:
        assert (await client.get("/api/auth/setup")).json() == {"hasUsers": False}
        weak = await client.post("/api/auth/setup", json={**newcomer.registration, "password": "weak"})
        assert weak.status_code == 400
        made = await client.post("/api/auth/setup", json=newcomer.registration)
        assert made.status_code == 200
        assert made.json()["user"]["username"] == newcomer.username
        assert (await client.get("/api/auth/setup")).json() == {"hasUsers": True}
        again = await client.post("/api/auth/setup", json=newcomer.registration)
        assert (again.status_code, again.json()["error"]) == (403, "Setup already completed. Users already exist.")
    async with newcomer.signed_in() as client:
        assert (await client.get("/api/me")).json()["isSystemAdmin"] is True
    token = await newcomer.access_token(abilities=["audit:export"])
    async with newcomer.client(token) as client:
        assert (await client.get("/api/auth/me")).json()["abilities"] == ["audit:export"]


async def test_ten_wrong_passwords_on_any_login_route_and_the_eleventh_is_429(newcomer: Person) -> None:
    wrong = {**newcomer.credentials, "password": "wrong"}
    async with newcomer.client() as client:
        for attempt in range(10):
            path = "/api/auth/callback/credentials" if attempt % 2 else "/api/auth/check-2fa"
            answer = await client.post(path, json=wrong)
            assert answer.status_code == 401
            assert answer.headers["x-ratelimit-limit"] == "10"
            assert answer.headers["x-ratelimit-remaining"] == str(9 - attempt)
        refused = await client.post("/api/v1/auth/login", json={"email": "else@example.org", "password": PASSWORD})
    assert refused.status_code == 429
    assert refused.json()["error"].startswith("Too many requests.")
    assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
    assert 0 < int(refused.headers["x-ratelimit-reset"]) - time.time() <= 15 * 60 + 1


async def test_one_account_is_guarded_against_many_addresses(newcomer: Person) -> None:
    await newcomer.register()
    async with httpx.AsyncClient(base_url=newcomer.base, timeout=20) as client:
        wrong = {**newcomer.credentials, "password": "wrong"}
        statuses = [
            (await client.post("/api/auth/check-2fa", json=wrong, headers={"X-Forwarded-For": f"198.51.100.{n}"}))
            for n in range(1, 12)
        ]
    assert [answer.status_code for answer in statuses] == [401] * 10 + [429]


async def test_a_right_password_clears_the_count(newcomer: Person) -> None:
    await newcomer.register()
    async with newcomer.client() as client:
        for _ in range(2):
            for _ in range(9):
                wrong = await client.post("/api/auth/check-2fa", json={**newcomer.credentials, "password": "wrong"})
                assert wrong.status_code == 401
            right = await client.post("/api/auth/check-2fa", json=newcomer.credentials)
            assert (right.status_code, right.headers["x-ratelimit-remaining"]) == (200, "10")


async def test_five_registrations_an_hour_where_malformed_ones_do_not_count(newcomer: Person) -> None:
    people = [Person(newcomer.base, "grace").registration for _ in range(6)]
    async with newcomer.client() as client:
        for _ in range(6):
            assert (await client.post("/api/auth/register", json={"username": "x"})).status_code == 400
        for left, person in zip((4, 3, 2, 1, 0), people, strict=False):
            made = await client.post("/api/auth/register", json=person)
            assert (made.status_code, made.headers["x-ratelimit-remaining"]) == (201, str(left))
        assert (await client.post("/api/auth/register", json=people[5])).status_code == 429


async def test_five_changes_of_password_in_fifteen_minutes(newcomer: Person) -> None:
    await newcomer.register()
    async with newcomer.signed_in() as client:
        body = {"currentPassword": "wrong", "newPassword": "Another-Horse-2"}
        statuses = [(await client.patch("/api/me/password", json=body)).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
