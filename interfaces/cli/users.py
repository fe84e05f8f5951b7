"""``shipledger user`` and ``shipledger forget``."""

from contextlib import closing
from typing import Any

import click

from domain.identity.commands import (
    ChangePassword,
    DisableUser,
    EnableUser,
    ForgetPerson,
    GrantAdmin,
    RegisterUser,
    RevokeAdmin,
)
from domain.kernel.command import Command
from domain.kernel.ids import main_ledger
from infra.keys.passwords import Argon2Passwords
from interfaces.cli.people import ask_password, find_person
from interfaces.cli.running import Desk, at_desk, tenant_option
from projections.accounts import queries

EVERYBODY = 1_000_000
COLUMNS = {
    "id": "ID",
    "username": "USER NAME",
    "name": "NAME",
    "email": "E-MAIL",
    "is_admin": "ADMIN",
    "is_active": "ACTIVE",
    "last_login_at": "LAST LOGIN",
}
WHO = "user name, e-mail address or id"


@click.group()
def user() -> None:
    """Accounts: USER is a user name, an e-mail address or an id."""


@user.command()
@click.argument("username")
@click.option("--name", default="", help="Display name; the user name unless given.")
@click.option("--email", default="", help="E-mail address.")
@click.option("--admin", is_flag=True, help="Administers the tenant.")
@tenant_option
@at_desk
async def create(desk: Desk, *, username: str, name: str, email: str, admin: bool, tenant: str) -> None:
    """Open an account. The password is asked for, or read from standard input."""
    command = RegisterUser(
        username=username, name=name, email=email, password_hash=await _hashed(ask_password()), admin=admin
    )
    made = await desk.do(main_ledger(tenant), command)
    desk.out.done(f"{username} can log in; id {made.id}.", id=made.id, username=username)


@user.command("list")
@tenant_option
@at_desk
async def list_users(desk: Desk, tenant: str) -> None:
    """Every open account of a tenant."""
    ledger_id = main_ledger(tenant)
    await desk.level(ledger_id)
    found = await queries.search_users(desk.reader, ledger_id, "", limit=EVERYBODY, disabled_too=True)
    desk.out.rows(found, COLUMNS)


@user.command()
@click.argument("who", metavar="USER")
@tenant_option
@at_desk
async def disable(desk: Desk, who: str, tenant: str) -> None:
    """Close the door: sessions and tokens end, the account stays."""
    ledger_id, user_id = await find_person(desk, who, tenant)
    await desk.do(ledger_id, DisableUser(user_id=user_id, successor_id=await _successor(desk, ledger_id, user_id)))
    desk.out.done(f"{who} is disabled.", id=user_id)


@user.command()
@click.argument("who", metavar="USER")
@tenant_option
@at_desk
async def enable(desk: Desk, who: str, tenant: str) -> None:
    """Let somebody in again who was disabled."""
    await _change(desk, who, tenant, EnableUser, f"{who} is enabled.")


@user.command()
@click.argument("who", metavar="USER")
@click.option("--revoke", is_flag=True, help="Take it away.")
@tenant_option
@at_desk
async def admin(desk: Desk, who: str, revoke: bool, tenant: str) -> None:
    """Make somebody an administrator of their tenant."""
    if not revoke:
        await _change(desk, who, tenant, GrantAdmin, f"{who} is an administrator.")
        return
    ledger_id, user_id = await find_person(desk, who, tenant)
    await desk.do(ledger_id, RevokeAdmin(user_id=user_id, successor_id=await _successor(desk, ledger_id, user_id)))
    desk.out.done(f"{who} is no administrator any more.", id=user_id)


@user.command()
@click.argument("who", metavar="USER")
@tenant_option
@at_desk
async def password(desk: Desk, who: str, tenant: str) -> None:
    """Set a new password, asked for or read from standard input; sessions end."""
    ledger_id, user_id = await find_person(desk, who, tenant)
    await desk.do(ledger_id, ChangePassword(user_id=user_id, password_hash=await _hashed(ask_password())))
    desk.out.done(f"{who} has a new password.", id=user_id)


@click.command()
@click.argument("who", metavar="USER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@tenant_option
@at_desk
async def forget(desk: Desk, who: str, yes: bool, tenant: str) -> None:
    """Forget a person for ever: what is about them can be read nowhere any more. USER as in `shipledger user`."""
    ledger_id, user_id = await find_person(desk, who, tenant)
    if not yes:
        click.confirm(f"Forget {who} ({user_id})? There is no way back", abort=True, err=True)
    successor = await _successor(desk, ledger_id, user_id)
    await desk.do(ledger_id, ForgetPerson(user_id=user_id, successor_id=successor))
    await desk.runtime.keys.destroy(ledger_id, user_id)
    await desk.level(ledger_id)
    desk.out.done(f"{who} is forgotten; {user_id} remains as a pseudonym.", id=user_id)


user.add_command(forget)


async def _change(desk: Desk, who: str, tenant: str, command: Any, sentence: str) -> None:
    ledger_id, user_id = await find_person(desk, who, tenant)
    change: Command = command(user_id=user_id)
    await desk.do(ledger_id, change)
    desk.out.done(sentence, id=user_id)


async def _successor(desk: Desk, ledger_id: str, leaving_id: str) -> str:
    """An administrator who stays, or "" if there is none."""
    await desk.level(ledger_id)
    staying = await queries.administrators(desk.reader, ledger_id)
    return next((user_id for user_id in staying if user_id != leaving_id), "")


async def _hashed(plain: str) -> str:
    with closing(Argon2Passwords()) as passwords:
        return await passwords.hash(plain)
