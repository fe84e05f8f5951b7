"""A tenant never loses its last administrator."""

import pytest

from domain.identity.commands import DisableUser, ForgetPerson, GrantAdmin, RevokeAdmin, revoke_admin
from domain.identity.errors import AccountDisabled, LastAdministrator, NotAdministrator
from domain.identity.user import User
from domain.kernel.testing import Fixture
from domain.kernel.time import unit_time
from domain.kernel.unit import SYSTEM, Actor, Unit
from tests.unit.identity.world import ADMINISTRATOR, ANNA, BORIS, ROOT, world_of_three


@pytest.fixture
async def world() -> Fixture:
    return (await world_of_three()).as_actor(ADMINISTRATOR)


async def test_an_administrator_makes_another(world: Fixture) -> None:
    await world.when(GrantAdmin(user_id=ANNA))
    world.then(User.AdminGranted)
    await world.when(GrantAdmin(user_id=ANNA))
    world.then()


async def test_ordinary_users_make_and_unmake_none(world: Fixture) -> None:
    world.as_actor(Actor(id=BORIS))
    await world.refused(GrantAdmin(user_id=BORIS), NotAdministrator)
    await world.refused(RevokeAdmin(user_id=ROOT), NotAdministrator)


async def test_a_disabled_user_is_made_no_administrator(world: Fixture) -> None:
    await world.given(DisableUser(user_id=ANNA))
    await world.refused(GrantAdmin(user_id=ANNA), AccountDisabled)


async def test_whoever_removes_an_administrator_stays_one(world: Fixture) -> None:
    await world.given(GrantAdmin(user_id=ANNA))
    await world.when(RevokeAdmin(user_id=ANNA))
    world.then(User.AdminRevoked)


async def test_the_last_administrator_cannot_step_down(world: Fixture) -> None:
    await world.refused(RevokeAdmin(user_id=ROOT), LastAdministrator, "last system administrator")
    await world.refused(RevokeAdmin(user_id=ROOT, successor_id=ROOT), LastAdministrator)
    await world.refused(RevokeAdmin(user_id=ROOT, successor_id=ANNA), LastAdministrator)
    await world.refused(RevokeAdmin(user_id=ROOT, successor_id="nobody"), LastAdministrator)


async def test_an_administrator_steps_down_for_another_who_stays(world: Fixture) -> None:
    await world.given(GrantAdmin(user_id=ANNA))
    await world.when(RevokeAdmin(user_id=ROOT, successor_id=ANNA))
    world.then(User.AdminRevoked)


async def test_a_disabled_administrator_is_no_successor(world: Fixture) -> None:
    await world.given(GrantAdmin(user_id=ANNA), DisableUser(user_id=ANNA))
    await world.refused(RevokeAdmin(user_id=ROOT, successor_id=ANNA), LastAdministrator)


async def test_the_operator_cannot_remove_the_last_administrator_either(world: Fixture) -> None:
    world.as_actor(SYSTEM)
    await world.refused(DisableUser(user_id=ROOT), LastAdministrator)
    await world.refused(ForgetPerson(user_id=ROOT), LastAdministrator, "only system administrator account")
    await world.given(GrantAdmin(user_id=ANNA))
    await world.when(DisableUser(user_id=ROOT, successor_id=ANNA))
    world.then(User.Disabled)


async def test_two_administrators_who_remove_each_other_at_once_get_in_each_others_way(world: Fixture) -> None:
    """Whoever stays was read, so the append that comes second finds that they changed."""
    await world.given(GrantAdmin(user_id=ANNA))
    unit = Unit(world, now=world.now, actor=ADMINISTRATOR)
    in_unit_time = unit_time.set(world.now)
    await revoke_admin(RevokeAdmin(user_id=ANNA), unit)
    unit_time.reset(in_unit_time)
    assert unit.read_versions[ROOT] == 1
