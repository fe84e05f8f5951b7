"""People to begin tests with. Their ids are those that the fixture gives, in order."""

from domain.identity.commands import NewAccount, RegisterUser, SetUpAdministrator
from domain.kernel.testing import Fixture
from domain.kernel.unit import Actor

ROOT, ANNA, BORIS = "id-1", "id-2", "id-3"
ADMINISTRATOR = Actor(id=ROOT, admin=True)
NOBODY = Actor()


def registration(username: str, email: str = "", *, admin: bool = False) -> NewAccount:
    return RegisterUser(username=username, email=email, password_hash="hash", admin=admin)


async def world_of_three() -> Fixture:
    """``root`` administers; ``anna`` and ``boris`` don't."""
    world = Fixture().as_actor(NOBODY)
    return await world.given(
        SetUpAdministrator(username="root", password_hash="hash"),
        registration("anna", "anna@example.org"),
        registration("boris"),
    )
