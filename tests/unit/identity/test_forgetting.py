import pytest

from domain.identity.commands import EMAIL_CLAIM, USERNAME_CLAIM, ChangePassword, EnableUser, ForgetPerson, StartSession
from domain.identity.errors import AccountClosed, NotOwnAccount
from domain.identity.user import User
from domain.kernel.forgetting import PersonForgotten
from domain.kernel.testing import Fixture
from domain.kernel.unit import Actor
from tests.unit.identity.world import ADMINISTRATOR, ANNA, BORIS, registration, world_of_three


@pytest.fixture
async def world() -> Fixture:
    return (await world_of_three()).as_actor(Actor(id=ANNA))


async def test_forgetting_closes_the_account_and_tells_every_read_model(world: Fixture) -> None:
    user = await world.when(ForgetPerson(user_id=ANNA))
    world.then(User.Closed, PersonForgotten(person_id=ANNA))
    assert world.events[1].originator_id == ANNA
    assert not user.active
    assert user.auth_version == 2


async def test_a_forgotten_person_leaves_no_text_in_memory(world: Fixture) -> None:
    user = await world.when(ForgetPerson(user_id=ANNA))
    assert {user.username.value, user.name.value, user.email.value, user.password_hash.value} == {None}


async def test_the_name_and_the_address_are_free_again(world: Fixture) -> None:
    await world.given(ForgetPerson(user_id=ANNA))
    assert await world.holder(USERNAME_CLAIM, "anna", everywhere=True) is None
    assert await world.holder(EMAIL_CLAIM, "anna@example.org", everywhere=True) is None
    await world.when(registration("Anna", "anna@example.org"))


async def test_forgetting_twice_is_no_event(world: Fixture) -> None:
    await world.given(ForgetPerson(user_id=ANNA))
    await world.when(ForgetPerson(user_id=ANNA))
    world.then()


async def test_nobody_but_an_administrator_forgets_another(world: Fixture) -> None:
    await world.refused(ForgetPerson(user_id=BORIS), NotOwnAccount)
    await world.as_actor(ADMINISTRATOR).when(ForgetPerson(user_id=BORIS))


async def test_a_closed_account_stays_closed(world: Fixture) -> None:
    await world.given(ForgetPerson(user_id=ANNA))
    await world.refused(StartSession(user_id=ANNA), AccountClosed)
    await world.refused(ChangePassword(user_id=ANNA, password_hash="new"), AccountClosed)
    await world.as_actor(ADMINISTRATOR).refused(EnableUser(user_id=ANNA), AccountClosed)
