"""What one process revokes holds on the other within a second."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.people import Person
from tests.database import reachable_folder
from tests.server import PASSWORD, ServerProcess

REQUESTS = 24
"""On as many connections: enough for both processes to answer some."""


@pytest.fixture(scope="module")
def pair() -> Iterator[ServerProcess]:
    server = ServerProcess(reachable_folder(), SHIPLEDGER_RATE_LIMITS="off")
    try:
        yield server.start(workers=2)
    finally:
        server.stop()


async def answers(person: Person, headers: dict[str, str]) -> set[int]:
    """The statuses of many requests at once, each on a connection of its own."""

    async def ask() -> int:
        async with httpx.AsyncClient(base_url=person.base, headers=headers, timeout=20) as client:
            return (await client.get("/api/me")).status_code

    return set(await asyncio.gather(*(ask() for _ in range(REQUESTS))))


async def test_a_revoked_token_and_an_ended_session_hold_nowhere(pair: ServerProcess) -> None:
    ada = Person(pair.base)
    await ada.register()
    async with ada.signed_in() as session, ada.client(await ada.access_token()) as device:
        token = {"Authorization": device.headers["authorization"]}
        cookie = {"Cookie": f"next-auth.session-token={session.cookies['next-auth.session-token']}"}
        assert await answers(ada, token) == {200}
        assert await answers(ada, cookie) == {200}

        assert (await device.post("/api/auth/logout")).status_code == 204
        change = {"currentPassword": PASSWORD, "newPassword": "Another-Horse-2"}
        assert (await session.patch("/api/me/password", json=change)).status_code == 200
    await asyncio.sleep(1)
    assert await answers(ada, token) == {401}
    assert await answers(ada, cookie) == {401}
