"""One server for all acceptance tests that can share: set up, with rate limits off."""

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.people import Person
from tests.database import reachable_folder
from tests.server import ServerProcess, administrator


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    folder = reachable_folder()
    server = ServerProcess(folder, SHIPLEDGER_RATE_LIMITS="off")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def admin(server: ServerProcess) -> Iterator[httpx.Client]:
    """The administrator of the shared server."""
    with administrator(server.base) as client:
        yield client


@pytest.fixture
async def ada(server: ServerProcess, admin: httpx.Client) -> Person:
    """A new user of the shared server."""
    person = Person(server.base)
    await person.register()
    return person


@pytest.fixture
def grace(ada: Person) -> Person:
    """Somebody without an account on the shared server."""
    return Person(ada.base, "grace")
