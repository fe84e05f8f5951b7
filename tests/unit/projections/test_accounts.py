"""The accounts read model, through the codec: what is sealed on the ledger, what stands in rows, what is left of it."""

from datetime import timedelta
from typing import Any

import pytest

from domain.identity.commands import (
    ChangePassword,
    ChangeProfile,
    DisableUser,
    EnableUser,
    ForgetPerson,
    GrantAdmin,
    RegisterUser,
    RevokeAdmin,
    SetUpAdministrator,
    SignOutEverywhere,
    StartSession,
)
from domain.identity.credential_commands import (
    IssueAccessToken,
    IssueGatewayKey,
    IssueTrackerKey,
    RevokeAccessToken,
    RevokeGatewayKey,
    RevokeTrackerKey,
)
from domain.identity.tenant import CreateTenant
from domain.kernel.command import Command
from domain.kernel.dispatch import Context
from domain.kernel.testing import NOON
from domain.kernel.unit import SYSTEM
from infra.dispatch.dispatcher import CommandDispatcher
from infra.eventlog.codec import Codec
from infra.eventlog.memory import MemoryLog
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from projections.accounts.fold import Accounts
from projections.accounts.password_hash import password_hash
from projections.accounts.rows import GatewayKeyRow, TenantRow, TokenRow, TrackerKeyRow, UserRow
from projections.kernel.projection import replay
from projections.kernel.rows import Rows

LEDGER = "default/main"
PLANTED = "Zaphod-Beeblebrox"


class World:
    """A ledger in memory with everything real around it."""

    def __init__(self) -> None:
        self.now = NOON
        self.log = MemoryLog()
        self.ring = KeyRing(bytes(32), MemoryVault())
        self.codec = Codec(self.ring)
        self._dispatcher = CommandDispatcher(self.log, self.codec, self.ring.claim_hash, clock=lambda: self.now)

    async def do(self, command: Command) -> Any:
        """Run a command, one minute after the one before."""
        self.now += timedelta(minutes=1)
        return (await self._dispatcher.dispatch(command, Context(LEDGER, SYSTEM))).result

    async def rows(self) -> Rows:
        return replay(Accounts(), await self.codec.decode(await self.log.read(LEDGER)), LEDGER)

    async def password_hash(self, user_id: str) -> str | None:
        return await password_hash(self.log, self.codec, LEDGER, user_id)

    async def user(self, user_id: str) -> UserRow:
        row = (await self.rows()).get(UserRow, user_id)
        assert row is not None
        return row


@pytest.fixture
async def world() -> World:
    world = World()
    await world.log.create_ledger(LEDGER, "default")
    await world.do(SetUpAdministrator(username="root", password_hash="hash"))
    return world


@pytest.fixture
async def anna(world: World) -> str:
    user = await world.do(
        RegisterUser(username="Anna", name=PLANTED, email="Anna@Example.org", password_hash="first hash")
    )
    return str(user.id)


async def test_a_new_account_is_shown_as_it_was_written_and_found_in_any_case(world: World, anna: str) -> None:
    row = await world.user(anna)
    assert (row.username, row.name, row.email) == ("Anna", PLANTED, "Anna@Example.org")
    assert (row.username_lower, row.email_lower) == ("anna", "anna@example.org")
    assert (row.is_admin, row.is_active, row.auth_version, row.last_login_at) == (False, True, 1, None)
    assert row.created_at == row.updated_at == world.now


async def test_the_first_account_administers(world: World) -> None:
    (root,) = (await world.rows()).all(UserRow)
    assert root.is_admin
    assert root.email is None


@pytest.mark.parametrize("command", [ChangePassword, SignOutEverywhere, DisableUser])
async def test_what_ends_sessions_raises_the_version(world: World, anna: str, command: type[Command]) -> None:
    extra = {"password_hash": "new"} if command is ChangePassword else {}
    await world.do(command(user_id=anna, **extra))
    row = await world.user(anna)
    assert row.auth_version == 2
    assert row.is_active == (command is not DisableUser)


async def test_enabling_does_not_bring_old_sessions_back(world: World, anna: str) -> None:
    await world.do(DisableUser(user_id=anna))
    await world.do(EnableUser(user_id=anna))
    row = await world.user(anna)
    assert (row.is_active, row.auth_version) == (True, 2)


async def test_a_profile_follows_its_changes(world: World, anna: str) -> None:
    await world.do(ChangeProfile(user_id=anna, name="Ännchen", avatar_color="#112233"))
    row = await world.user(anna)
    assert (row.name, row.name_lower, row.avatar_color) == ("Ännchen", "ännchen", "#112233")
    assert row.updated_at == world.now > row.created_at


async def test_administration_is_granted_and_revoked(world: World, anna: str) -> None:
    await world.do(GrantAdmin(user_id=anna))
    assert (await world.user(anna)).is_admin
    root = next(row for row in (await world.rows()).all(UserRow) if row.username == "root")
    await world.do(RevokeAdmin(user_id=anna, successor_id=root.user_id))
    assert not (await world.user(anna)).is_admin


async def test_signing_in_leaves_its_time(world: World, anna: str) -> None:
    await world.do(StartSession(user_id=anna))
    assert (await world.user(anna)).last_login_at == world.now


async def test_a_token_is_shown_until_and_after_it_is_revoked(world: World, anna: str) -> None:
    token = await world.do(IssueAccessToken(user_id=anna, name="phone", token_hash="d", abilities=("git:commit",)))
    row = (await world.rows()).get(TokenRow, token.id)
    assert row is not None
    assert (row.user_id, row.name, row.abilities, row.revoked_at) == (anna, "phone", ("git:commit",), None)
    await world.do(RevokeAccessToken(token_id=token.id))
    row = (await world.rows()).get(TokenRow, token.id)
    assert row is not None
    assert row.revoked_at == world.now


async def test_a_tracker_key_is_replaced_in_its_row(world: World, anna: str) -> None:
    await world.do(IssueTrackerKey(user_id=anna, key_hash="a", key_hint="aaaa"))
    await world.do(RevokeTrackerKey(user_id=anna))
    (row,) = (await world.rows()).all(TrackerKeyRow)
    assert (row.user_id, row.revoked_at, row.agent_name) == (anna, world.now, "Anna's agent #1")
    key = await world.do(IssueTrackerKey(user_id=anna, key_hash="b", key_hint="bbbb"))
    (row,) = (await world.rows()).all(TrackerKeyRow)
    assert (row.key_hint, row.agent_id, row.revoked_at) == ("bbbb", key.agent_id, None)


async def test_a_gateway_key_is_shown_with_its_prefix(world: World) -> None:
    key = await world.do(IssueGatewayKey(name="shop", key_hash="d", prefix="pk_12345678", admin=True))
    await world.do(RevokeGatewayKey(key_id=key.id))
    (row,) = (await world.rows()).all(GatewayKeyRow)
    assert (row.name, row.prefix, row.mode, row.is_admin) == ("shop", "pk_12345678", "observe", True)
    assert row.revoked_at == world.now


async def test_tenants_are_listed(world: World) -> None:
    await world.do(CreateTenant(tenant_id="acme"))
    assert [row.tenant_id for row in (await world.rows()).all(TenantRow)] == ["acme"]


async def test_the_password_hash_is_the_last_one_and_in_no_row(world: World, anna: str) -> None:
    assert await world.password_hash(anna) == "first hash"
    await world.do(ChangePassword(user_id=anna, password_hash="second hash"))
    assert await world.password_hash(anna) == "second hash"
    assert await world.password_hash("nobody") is None
    assert "hash" not in repr((await world.rows()).all(UserRow))


async def test_nothing_personal_stands_on_the_ledger_in_clear(world: World, anna: str) -> None:
    stored = b"".join(event.data or b"" for event in await world.log.read(LEDGER))
    for text in (PLANTED, "Anna", "Example.org", "first hash"):
        assert text.encode() not in stored


async def test_a_forgotten_person_leaves_no_text_in_any_row_nor_on_the_ledger(world: World, anna: str) -> None:
    await world.do(IssueAccessToken(user_id=anna, name=PLANTED, token_hash="d"))
    await world.do(IssueTrackerKey(user_id=anna, key_hash="k", key_hint="aaaa"))
    sealed = [event for event in await world.log.stream(LEDGER, anna) if event.type == "user.registered"]
    await world.do(ForgetPerson(user_id=anna))
    live = await world.rows()
    await world.ring.destroy(LEDGER, anna)
    rebuilt = await world.rows()
    for kind in Accounts.rows:
        assert live.all(kind) == rebuilt.all(kind)
        assert PLANTED not in repr(rebuilt.all(kind))
        assert "nna" not in repr(rebuilt.all(kind))
    row = await world.user(anna)
    assert (row.username, row.name, row.email, row.is_active, row.is_closed) == ("", "", "", False, True)
    (registered,) = await world.codec.decode(sealed)
    assert registered.event is not None
    assert registered.event.name.value is None  # type: ignore[attr-defined]
    assert await world.password_hash(anna) is None


async def test_a_forgotten_name_can_be_taken_by_somebody_else(world: World, anna: str) -> None:
    await world.do(ForgetPerson(user_id=anna))
    await world.ring.destroy(LEDGER, anna)
    other = await world.do(RegisterUser(username="anna", email="anna@example.org", password_hash="x"))
    assert (await world.user(other.id)).username == "anna"
    await world.do(ForgetPerson(user_id=anna))
