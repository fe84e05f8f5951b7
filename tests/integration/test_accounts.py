"""Accounts on PostgreSQL: what queries answer, and that nothing of a forgotten person is left in any table."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.identity.commands import (
    ChangePassword,
    ChangeProfile,
    DisableUser,
    EnableUser,
    ForgetPerson,
    GrantAdmin,
    RegisterUser,
    SetUpAdministrator,
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
from domain.identity.errors import AccountClosed, EmailTaken, LastAdministrator, SetupCompleted, UsernameTaken
from domain.kernel.command import Command
from domain.kernel.dispatch import Context, Outcome
from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from domain.kernel.unit import SYSTEM
from infra.config import Settings
from infra.postgres.embedded import Addresses
from infra.runtime import Runtime
from projections.accounts import credentials, queries
from projections.accounts.password_hash import password_hash

LEDGER = main_ledger(DEFAULT_TENANT)
PLANTED = "Zaphod-Beeblebrox"
EVERY_TABLE = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname not in ('pg_catalog', 'information_schema') order by 1
"""


class World:
    def __init__(self, runtime: Runtime, addresses: Addresses) -> None:
        self.runtime = runtime
        self.addresses = addresses
        self.reader = runtime.pool

    async def outcome(self, command: Command) -> Outcome:
        """Run a command, and wait until the queries know."""
        outcome = await self.runtime.dispatcher.dispatch(command, Context(LEDGER, SYSTEM))
        assert await self.runtime.progress.reached(LEDGER, outcome.position, timeout=10)
        return outcome

    async def do(self, command: Command) -> Any:
        return (await self.outcome(command)).result


@pytest.fixture
async def world(database: Addresses, tmp_path: Path) -> AsyncIterator[World]:
    runtime = await Runtime.open(Settings(data_dir=tmp_path), database)
    runtime.start_projectors()
    try:
        world = World(runtime, database)
        await world.do(SetUpAdministrator(username="root", password_hash="hash"))
        yield world
    finally:
        await runtime.close()


@pytest.fixture
async def anna(world: World) -> str:
    command = RegisterUser(username="Anna", name=PLANTED, email="Anna@Example.org", password_hash="the hash")
    return str((await world.do(command)).id)


async def test_a_user_is_found_by_id_by_name_and_in_searches(world: World, anna: str) -> None:
    user = await queries.user(world.reader, LEDGER, anna)
    assert user is not None
    assert user.summary == queries.UserSummary(anna, "Anna", PLANTED, "Anna@Example.org", None, None)
    assert user == await queries.user_named(world.reader, LEDGER, "ANNA")
    assert await queries.users(world.reader, LEDGER, [anna, anna, "nobody"]) == {anna: user}
    for text in ("ann", "beeble", "@example"):
        assert await queries.search_users(world.reader, LEDGER, text, limit=5) == [user]
    assert await queries.search_users(world.reader, LEDGER, "%", limit=5) == []
    assert len(await queries.search_users(world.reader, LEDGER, "", limit=5)) == 2
    assert len(await queries.search_users(world.reader, LEDGER, "", limit=1)) == 1


async def test_names_beyond_ascii_are_found_in_any_case(world: World, anna: str) -> None:
    await world.do(ChangeProfile(user_id=anna, name="Ännchen"))
    assert len(await queries.search_users(world.reader, LEDGER, "äNN", limit=5)) == 1


async def test_another_tenant_sees_nobody(world: World, anna: str) -> None:
    assert await queries.user(world.reader, "other/main", anna) is None
    assert await queries.user_named(world.reader, "other/main", "anna") is None
    assert not await queries.has_users(world.reader, "other/main")


async def test_disabled_users_are_found_only_if_asked_for(world: World, anna: str) -> None:
    await world.do(DisableUser(user_id=anna))
    assert await queries.search_users(world.reader, LEDGER, "anna", limit=5) == []
    assert len(await queries.search_users(world.reader, LEDGER, "anna", limit=5, disabled_too=True)) == 1
    assert await queries.count_users(world.reader, LEDGER) == 2


async def test_administrators_are_known(world: World, anna: str) -> None:
    (root,) = await queries.administrators(world.reader, LEDGER)
    await world.do(GrantAdmin(user_id=anna))
    assert await queries.administrators(world.reader, LEDGER) == (root, anna)


async def test_rules_hold_on_the_real_log(world: World, anna: str) -> None:
    for command, refusal in (
        (RegisterUser(username="ANNA", password_hash="x"), UsernameTaken),
        (RegisterUser(username="other", email="ANNA@example.org", password_hash="x"), EmailTaken),
        (SetUpAdministrator(username="other", password_hash="x"), SetupCompleted),
        (DisableUser(user_id=(await queries.administrators(world.reader, LEDGER))[0]), LastAdministrator),
    ):
        with pytest.raises(refusal):
            await world.do(command)


async def test_a_session_is_worth_what_its_user_is(world: World, anna: str) -> None:
    await world.do(StartSession(user_id=anna))
    outcome = await world.outcome(ChangePassword(user_id=anna, password_hash="second"))
    found = await credentials.session(world.reader, LEDGER, anna)
    assert found == credentials.Credential(
        user_id=anna,
        admin=False,
        active=True,
        auth_version=2,
        abilities=None,
        expires_at=None,
        credential_id="",
        agent_id="",
        as_of=outcome.position,
    )
    assert await credentials.session(world.reader, LEDGER, "nobody") is None
    assert await password_hash(world.runtime.log, world.runtime.codec, LEDGER, anna) == "second"


async def test_an_access_token_is_worth_its_abilities_until_it_is_revoked(world: World, anna: str) -> None:
    token = await world.do(IssueAccessToken(user_id=anna, name="phone", token_hash="d", abilities=("runs:*",)))
    found = await credentials.access_token(world.reader, LEDGER, token.id)
    assert found is not None
    assert found.abilities == frozenset({"runs:start", "runs:control"})
    assert (found.user_id, found.expires_at, found.credential_id) == (anna, token.expires_at, token.id)
    (view,) = await queries.tokens_of(world.reader, LEDGER, anna)
    assert (view.name, view.abilities, view.revoked_at) == ("phone", ("runs:start", "runs:control"), None)
    await world.do(RevokeAccessToken(token_id=token.id))
    assert await credentials.access_token(world.reader, LEDGER, token.id) is None


async def test_a_tracker_key_is_worth_its_user_until_it_is_revoked(world: World, anna: str) -> None:
    key = await world.do(IssueTrackerKey(user_id=anna, key_hash="k", key_hint="f00d"))
    found = await credentials.tracker_key(world.reader, LEDGER, key.id)
    assert found is not None
    assert (found.user_id, found.abilities, found.agent_id) == (anna, None, key.agent_id)
    view = await queries.tracker_key_of(world.reader, LEDGER, anna)
    assert view is not None
    assert (view.hint, view.agent_name) == ("f00d", "Anna's agent #1")
    await world.do(RevokeTrackerKey(user_id=anna))
    assert await credentials.tracker_key(world.reader, LEDGER, key.id) is None
    view = await queries.tracker_key_of(world.reader, LEDGER, anna)
    assert view is not None
    assert view.hint is None


async def test_a_gateway_key_is_worth_something_until_it_is_revoked(world: World) -> None:
    key = await world.do(IssueGatewayKey(name="shop", key_hash="g", prefix="pk_12345678", admin=True, app_id="app"))
    found = await credentials.gateway_key(world.reader, LEDGER, key.id)
    assert found is not None
    assert (found.key_id, found.admin, found.mode, found.app_id) == (key.id, True, "observe", "app")
    (view,) = await queries.gateway_keys(world.reader, LEDGER)
    assert (view.id, view.prefix, view.revoked_at) == (key.id, "pk_12345678", None)
    await world.do(RevokeGatewayKey(key_id=key.id))
    assert await credentials.gateway_key(world.reader, LEDGER, key.id) is None


async def test_a_forgotten_person_is_in_no_row_of_any_table(world: World, anna: str) -> None:
    await world.do(ChangeProfile(user_id=anna, name=PLANTED + "-2"))
    await world.do(IssueAccessToken(user_id=anna, name=PLANTED, token_hash="d"))
    await world.do(IssueTrackerKey(user_id=anna, key_hash="k", key_hint="f00d"))
    assert await _tables_with(world.addresses, PLANTED) == {"read.account_user_v1", "read.account_token_v1"}

    await world.do(ForgetPerson(user_id=anna))
    await world.runtime.keys.destroy(LEDGER, anna)

    for text in (PLANTED, "Anna", "anna@", "the hash"):
        assert await _tables_with(world.addresses, text) == set()
    user = await queries.user(world.reader, LEDGER, anna)
    assert user is not None
    assert (user.username, user.name, user.email, user.is_closed) == ("", "", None, True)
    assert await queries.user_named(world.reader, LEDGER, "") is None
    assert await queries.count_users(world.reader, LEDGER) == 1
    assert await password_hash(world.runtime.log, world.runtime.codec, LEDGER, anna) is None


async def test_a_forgotten_person_stays_forgotten(world: World, anna: str) -> None:
    forgotten_at = (await world.outcome(ForgetPerson(user_id=anna))).position
    await world.runtime.keys.destroy(LEDGER, anna)
    assert (await world.outcome(ForgetPerson(user_id=anna))).position == forgotten_at
    with pytest.raises(AccountClosed):
        await world.do(EnableUser(user_id=anna))
    again = await world.do(RegisterUser(username="anna", email="anna@example.org", password_hash="x"))
    assert again.id != anna


async def _tables_with(addresses: Addresses, text: str) -> set[str]:
    """The tables with a row that shows ``text``, as it is or inside stored bytes."""
    connection = await asyncpg.connect(addresses.owner_url)
    try:
        return {
            table
            for (table,) in await connection.fetch(EVERY_TABLE)
            if await connection.fetchval(
                f"select exists (select from {table} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0)",  # noqa: S608
                text,
                text.encode().hex(),
            )
        }
    finally:
        await connection.close()
