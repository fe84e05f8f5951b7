import pytest

from domain.identity.commands import (
    ChangePassword,
    ChangeProfile,
    DisableUser,
    EnableUser,
    SignOutEverywhere,
    StartSession,
    UserCommand,
)
from domain.identity.errors import AccountDisabled, NotAdministrator, NotOwnAccount, OwnAccount
from domain.identity.session import SessionStarted
from domain.identity.user import User
from domain.kernel.errors import Invalid, NotFound
from domain.kernel.personal import Personal
from domain.kernel.testing import Fixture
from domain.kernel.unit import Actor
from tests.unit.identity.world import ADMINISTRATOR, ANNA, BORIS, ROOT, world_of_three


@pytest.fixture
async def world() -> Fixture:
    return (await world_of_three()).as_actor(Actor(id=ANNA))


async def test_a_profile_change_says_only_what_changed(world: Fixture) -> None:
    await world.when(ChangeProfile(user_id=ANNA, name="Anna K.", avatar_color="#AbCdEf"))
    world.then(User.Renamed(name=Personal(ANNA, "Anna K.")), User.AvatarColorChanged(color="#AbCdEf"))
    await world.when(ChangeProfile(user_id=ANNA, name="Anna K.", avatar_color=None))
    world.then(User.AvatarColorChanged(color=None))
    await world.when(ChangeProfile(user_id=ANNA, name="Anna K."))
    world.then()


@pytest.mark.parametrize("color", ["red", "#12345", "#1234567", "#12345g", ""])
async def test_a_color_has_a_form(world: Fixture, color: str) -> None:
    await world.refused(ChangeProfile(user_id=ANNA, avatar_color=color), Invalid, "#RRGGBB")


async def test_a_new_password_ends_what_was_signed_before(world: Fixture) -> None:
    user = await world.when(ChangePassword(user_id=ANNA, password_hash="new"))
    world.then(User.PasswordChanged(password_hash=Personal(ANNA, "new")))
    assert user.auth_version == 2


async def test_signing_out_everywhere_ends_what_was_signed_before(world: Fixture) -> None:
    user = await world.when(SignOutEverywhere(user_id=ANNA))
    world.then(User.SignedOutEverywhere)
    assert user.auth_version == 2


async def test_a_disabled_user_is_out_and_stays_out_of_old_sessions(world: Fixture) -> None:
    world.as_actor(ADMINISTRATOR)
    await world.when(DisableUser(user_id=ANNA))
    world.then(User.Disabled)
    await world.refused(StartSession(user_id=ANNA), AccountDisabled, "Account disabled")
    await world.refused(ChangePassword(user_id=ANNA, password_hash="new"), AccountDisabled)
    user = await world.when(EnableUser(user_id=ANNA))
    world.then(User.Enabled)
    assert user.active
    assert user.auth_version == 2


async def test_disabling_or_enabling_twice_is_no_event(world: Fixture) -> None:
    world.as_actor(ADMINISTRATOR)
    await world.given(DisableUser(user_id=ANNA))
    await world.when(DisableUser(user_id=ANNA))
    world.then()
    await world.given(EnableUser(user_id=ANNA))
    await world.when(EnableUser(user_id=ANNA))
    world.then()


async def test_signing_in_is_told_on_a_stream_of_its_own(world: Fixture) -> None:
    user = await world.when(StartSession(user_id=ANNA))
    world.then(SessionStarted(user_id=ANNA))
    assert world.events[0].originator_id != ANNA
    assert world.events[0].timestamp == world.now
    assert user.auth_version == 1


@pytest.mark.parametrize(
    "command",
    [
        ChangePassword(user_id=BORIS, password_hash="x"),
        ChangeProfile(user_id=BORIS, name="x"),
        SignOutEverywhere(user_id=BORIS),
    ],
)
async def test_nobody_but_an_administrator_changes_the_account_of_another(world: Fixture, command: UserCommand) -> None:
    await world.refused(command, NotOwnAccount)
    await world.as_actor(ADMINISTRATOR).when(command)


@pytest.mark.parametrize("command", [DisableUser(user_id=BORIS), EnableUser(user_id=BORIS)])
async def test_only_administrators_disable_and_enable(world: Fixture, command: UserCommand) -> None:
    await world.refused(command, NotAdministrator, "System admin required")


async def test_nobody_disables_themself(world: Fixture) -> None:
    world.as_actor(ADMINISTRATOR)
    await world.refused(DisableUser(user_id=ROOT), OwnAccount, "Cannot disable your own account")


async def test_an_unknown_user_is_not_found(world: Fixture) -> None:
    await world.as_actor(ADMINISTRATOR).refused(DisableUser(user_id="nobody"), NotFound, "User not found")
