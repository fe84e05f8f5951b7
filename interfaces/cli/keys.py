"""``shipledger key``: keys of the gateway, and the one tracker key of a user."""

import click

from domain.identity import credentials
from domain.identity.credential_commands import IssueGatewayKey, IssueTrackerKey, RevokeGatewayKey, RevokeTrackerKey
from domain.identity.gateway_key import GatewayMode
from domain.kernel.ids import main_ledger
from infra.keys.tokens import RandomSecrets
from interfaces.cli.people import find_person
from interfaces.cli.running import Decorator, Desk, at_desk, tenant_option
from projections.accounts import queries

GATEWAY_COLUMNS = {
    "id": "ID",
    "name": "NAME",
    "prefix": "PREFIX",
    "mode": "MODE",
    "is_admin": "ADMIN",
    "app_id": "APP",
    "created_at": "CREATED",
    "revoked_at": "REVOKED",
}
TRACKER_COLUMNS = {"hint": "ENDS WITH", "agent_id": "AGENT ID", "agent_name": "AGENT", "created_at": "CREATED"}
user_option: Decorator = click.option("--user", "who", help="The tracker key of this user, not a gateway key.")


@click.group()
def key() -> None:
    """Gateway keys of a tenant, or with --user the tracker key of a user."""


@key.command()
@click.argument("name", default="command line")
@user_option
@click.option("--admin", is_flag=True, help="The gateway key manages the gateway.")
@click.option("--mode", type=click.Choice([mode.value for mode in GatewayMode]), default="observe", show_default=True)
@click.option("--app", "app_id", help="The application that calls with this gateway key.")
@tenant_option
@at_desk
async def create(
    desk: Desk, *, name: str, who: str | None, admin: bool, mode: str, app_id: str | None, tenant: str
) -> None:
    """Make a key called NAME and show it, once. A new tracker key takes the place of the user's earlier one."""
    if who is not None:
        await _create_tracker_key(desk, who, tenant)
        return
    secret = RandomSecrets().gateway_key()
    command = IssueGatewayKey(
        name=name,
        key_hash=credentials.digest(secret),
        prefix=credentials.gateway_prefix(secret),
        mode=GatewayMode(mode),
        admin=admin,
        app_id=app_id,
    )
    issued = await desk.do(main_ledger(tenant), command)
    desk.out.done(secret, id=issued.id, key=secret)


@key.command("list")
@user_option
@tenant_option
@at_desk
async def list_keys(desk: Desk, who: str | None, tenant: str) -> None:
    """Keys, newest first. What is listed does not open anything."""
    if who is None:
        await desk.level(main_ledger(tenant))
        desk.out.rows(await queries.gateway_keys(desk.reader, main_ledger(tenant)), GATEWAY_COLUMNS)
        return
    ledger_id, user_id = await find_person(desk, who, tenant)
    await desk.level(ledger_id)
    found = await queries.tracker_key_of(desk.reader, ledger_id, user_id)
    desk.out.rows([found] if found and found.hint else [], TRACKER_COLUMNS)


@key.command()
@click.argument("key_id", metavar="[ID]", default="")
@user_option
@tenant_option
@at_desk
async def revoke(desk: Desk, key_id: str, who: str | None, tenant: str) -> None:
    """End the gateway key ID, or with --user the tracker key of a user."""
    if (who is None) == (not key_id):
        raise click.UsageError("Name either the ID of a gateway key or, with --user, the owner of a tracker key.")
    if who is None:
        await desk.do(main_ledger(tenant), RevokeGatewayKey(key_id=key_id))
        desk.out.done(f"{key_id} is revoked.", id=key_id)
        return
    ledger_id, user_id = await find_person(desk, who, tenant)
    await desk.do(ledger_id, RevokeTrackerKey(user_id=user_id))
    desk.out.done(f"The tracker key of {who} is revoked.", user_id=user_id)


async def _create_tracker_key(desk: Desk, who: str, tenant: str) -> None:
    ledger_id, user_id = await find_person(desk, who, tenant)
    secret = RandomSecrets().tracker_key()
    command = IssueTrackerKey(user_id=user_id, key_hash=credentials.digest(secret), key_hint=credentials.hint(secret))
    issued = await desk.do(ledger_id, command)
    desk.out.done(secret, id=issued.id, key=secret, agent_id=issued.agent_id)
