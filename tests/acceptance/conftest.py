"""One server for all acceptance tests that can share: set up, with rate limits off."""

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.people import Person
from tests.acceptance.tracker import Team, Trio, new_people, new_team
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


@pytest.fixture(scope="session")
def people(server: ServerProcess, admin: httpx.Client) -> Iterator[Trio]:
    """Three users of the shared server."""
    with new_people(server.base) as people:
        yield people


@pytest.fixture
def team(people: Trio) -> Team:
    """A project of theirs for one test alone."""
    return Team(people)


@pytest.fixture
def newcomers(server: ServerProcess, admin: httpx.Client) -> Iterator[Team]:
    """A project of three users who have no other."""
    with new_team(server.base) as team:
        yield team
