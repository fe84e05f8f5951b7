from datetime import timedelta

import pytest

from domain.identity.access_token import AccessToken
from domain.identity.commands import DisableUser
from domain.identity.credential_commands import (
    ACCESS_TOKEN_CLAIM,
    GATEWAY_KEY_CLAIM,
    TRACKER_KEY_CLAIM,
    IssueAccessToken,
    IssueGatewayKey,
    IssueTrackerKey,
    RevokeAccessToken,
    RevokeGatewayKey,
    RevokeTrackerKey,
)
from domain.identity.errors import AbilityNotHeld, AccountDisabled, NotOwnAccount
from domain.identity.gateway_key import GatewayKey, GatewayMode
from domain.identity.tracker_key import TrackerKey
from domain.kernel.command import Command
from domain.kernel.errors import ClaimTaken, Invalid, NotFound
from domain.kernel.personal import Personal
from domain.kernel.testing import NOON, Fixture
from domain.kernel.unit import Actor
from tests.unit.identity.world import ADMINISTRATOR, ANNA, BORIS, ROOT, world_of_three


@pytest.fixture
async def world() -> Fixture:
    return (await world_of_three()).as_actor(Actor(id=ANNA))


def token(*abilities: str, user_id: str = ANNA, days: float | None = None) -> IssueAccessToken:
    return IssueAccessToken(
        user_id=user_id,
        name="phone",
        token_hash="digest",
        abilities=abilities or ("projects:read",),
        expires_at=None if days is None else NOON + timedelta(days=days),
    )


async def test_a_token_holds_concrete_abilities_and_lasts_ninety_days(world: Fixture) -> None:
    await world.when(token("projects:*", "git:push"))
    world.then(
        AccessToken.Issued(
            user_id=ANNA,
            name=Personal(ANNA, "phone"),
            token_hash="digest",
            abilities=("projects:read", "projects:write", "git:push"),
            expires_at=NOON + timedelta(days=90),
        )
    )


async def test_a_token_has_the_abilities_of_a_phone_unless_told(world: Fixture) -> None:
    issued = await world.when(IssueAccessToken(user_id=ANNA, name="phone", token_hash="digest"))
    assert "projects:write" in issued.abilities
    assert {"git:push", "settings:write", "audit:export"}.isdisjoint(issued.abilities)


async def test_a_wildcard_never_means_the_export_of_the_ledger(world: Fixture) -> None:
    issued = await world.as_actor(ADMINISTRATOR).when(token("*"))
    assert {"git:push", "settings:write"} < set(issued.abilities)
    assert "audit:export" not in issued.abilities


@pytest.mark.parametrize("ability", ["", "fly", "projects", "projects:", "pro:*", "audit:*", "**", "projects:read "])
async def test_an_unknown_ability_is_refused(world: Fixture, ability: str) -> None:
    await world.refused(token(ability), Invalid, "Unknown ability")


async def test_a_token_without_abilities_is_refused(world: Fixture) -> None:
    nothing = IssueAccessToken(user_id=ANNA, name="phone", token_hash="digest", abilities=())
    await world.refused(nothing, Invalid, "at least one")


async def test_the_export_of_the_ledger_is_for_administrators_or_theirs_to_grant(world: Fixture) -> None:
    await world.refused(token("audit:export"), AbilityNotHeld)
    assert (await world.as_actor(ADMINISTRATOR).when(token("audit:export"))).abilities == ("audit:export",)
    own = IssueAccessToken(user_id=ROOT, name="mine", token_hash="another", abilities=("audit:export",))
    assert (await world.as_actor(Actor(id=ROOT)).when(own)).abilities == ("audit:export",)


@pytest.mark.parametrize("days", [0, -1, 367])
async def test_a_token_expires_in_the_future_and_within_a_year(world: Fixture, days: float) -> None:
    await world.refused(token(days=days), Invalid, "within a year")


async def test_a_revoked_token_is_found_no_more(world: Fixture) -> None:
    issued = await world.when(token())
    assert await world.holder(ACCESS_TOKEN_CLAIM, "digest", everywhere=True) == issued.id
    await world.when(RevokeAccessToken(token_id=issued.id))
    world.then(AccessToken.Revoked)
    assert await world.holder(ACCESS_TOKEN_CLAIM, "digest", everywhere=True) is None
    await world.when(RevokeAccessToken(token_id=issued.id))
    world.then()


async def test_one_secret_is_one_token(world: Fixture) -> None:
    await world.given(token())
    with pytest.raises(ClaimTaken):
        await world.when(token())


async def test_a_tracker_key_brings_an_agent(world: Fixture) -> None:
    key = await world.when(IssueTrackerKey(user_id=ANNA, key_hash="first", key_hint="f00d"))
    world.then(
        TrackerKey.Issued(
            user_id=ANNA,
            key_hash="first",
            key_hint="f00d",
            agent_id=key.agent_id,
            agent_name=Personal(ANNA, "anna's agent #1"),
        )
    )
    assert await world.holder(TRACKER_KEY_CLAIM, "first", everywhere=True) == key.id


async def test_a_new_tracker_key_replaces_the_earlier_one_and_its_agent(world: Fixture) -> None:
    first = await world.when(IssueTrackerKey(user_id=ANNA, key_hash="first", key_hint="aaaa"))
    second = await world.when(IssueTrackerKey(user_id=ANNA, key_hash="second", key_hint="bbbb"))
    world.then(TrackerKey.Replaced)
    assert first.agent_id != second.agent_id
    assert await world.holder(TRACKER_KEY_CLAIM, "first", everywhere=True) is None
    assert await world.holder(TRACKER_KEY_CLAIM, "second", everywhere=True) == second.id


async def test_a_tracker_key_can_be_taken_away_and_made_anew(world: Fixture) -> None:
    await world.given(IssueTrackerKey(user_id=ANNA, key_hash="first", key_hint="aaaa"))
    await world.when(RevokeTrackerKey(user_id=ANNA))
    world.then(TrackerKey.Revoked)
    assert await world.holder(TRACKER_KEY_CLAIM, "first", everywhere=True) is None
    await world.when(RevokeTrackerKey(user_id=ANNA))
    world.then()
    await world.when(IssueTrackerKey(user_id=ANNA, key_hash="second", key_hint="bbbb"))
    world.then(TrackerKey.Replaced)


async def test_taking_away_a_key_that_never_was_is_no_event(world: Fixture) -> None:
    await world.when(RevokeTrackerKey(user_id=ANNA))
    world.then()


@pytest.mark.parametrize(
    "command",
    [
        token(user_id=BORIS),
        IssueTrackerKey(user_id=BORIS, key_hash="x", key_hint="x"),
        RevokeTrackerKey(user_id=BORIS),
    ],
)
async def test_nobody_makes_credentials_for_another(world: Fixture, command: Command) -> None:
    await world.refused(command, NotOwnAccount)


async def test_nobody_revokes_the_token_of_another(world: Fixture) -> None:
    issued = await world.when(token())
    await world.as_actor(Actor(id=BORIS)).refused(RevokeAccessToken(token_id=issued.id), NotOwnAccount)
    await world.as_actor(ADMINISTRATOR).when(RevokeAccessToken(token_id=issued.id))
    world.then(AccessToken.Revoked)


@pytest.mark.parametrize("command", [token(), IssueTrackerKey(user_id=ANNA, key_hash="x", key_hint="x")])
async def test_a_disabled_user_gets_no_credentials(world: Fixture, command: Command) -> None:
    await world.as_actor(ADMINISTRATOR).given(DisableUser(user_id=ANNA))
    await world.as_actor(Actor(id=ANNA)).refused(command, AccountDisabled)


async def test_a_gateway_key_says_what_it_is_for(world: Fixture) -> None:
    key = await world.when(
        IssueGatewayKey(
            name="checkout", key_hash="digest", prefix="pk_12345678", mode=GatewayMode.OPTIMIZE, app_id="shop"
        )
    )
    world.then(
        GatewayKey.Issued(
            name="checkout",
            key_hash="digest",
            prefix="pk_12345678",
            mode=GatewayMode.OPTIMIZE,
            admin=False,
            app_id="shop",
            issued_by=ANNA,
        )
    )
    assert key.id.startswith("key_")


async def test_a_revoked_gateway_key_is_found_no_more(world: Fixture) -> None:
    key = await world.when(IssueGatewayKey(name="checkout", key_hash="digest", prefix="pk_12345678"))
    await world.when(RevokeGatewayKey(key_id=key.id))
    world.then(GatewayKey.Revoked)
    assert await world.holder(GATEWAY_KEY_CLAIM, "digest", everywhere=True) is None
    await world.when(RevokeGatewayKey(key_id=key.id))
    world.then()


async def test_an_unknown_gateway_key_is_not_found(world: Fixture) -> None:
    await world.refused(RevokeGatewayKey(key_id="key_x"), NotFound)
