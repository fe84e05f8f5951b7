"""``shipledger token``: access tokens, which do what is listed on them."""

from datetime import UTC, datetime, timedelta

import click

from domain.identity import abilities, credentials
from domain.identity.credential_commands import IssueAccessToken, RevokeAccessToken
from domain.kernel.ids import main_ledger
from infra.keys.tokens import RandomSecrets
from interfaces.cli.people import find_person
from interfaces.cli.running import Desk, at_desk, tenant_option
from projections.accounts import queries

COLUMNS = {
    "id": "ID",
    "name": "NAME",
    "abilities": "ABILITIES",
    "created_at": "CREATED",
    "expires_at": "EXPIRES",
    "revoked_at": "REVOKED",
}


@click.group()
def token() -> None:
    """Access tokens of a USER, who is named by user name, e-mail address or id."""


@token.command()
@click.argument("who", metavar="USER")
@click.option("--name", default="command line", show_default=True, help="What the owner calls it.")
@click.option(
    "--ability",
    "wanted",
    multiple=True,
    default=abilities.MOBILE,
    help=f"May be given several times, with wildcards: {', '.join(abilities.ABILITIES)}.",
)
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it is good.")
@tenant_option
@at_desk
async def create(desk: Desk, *, who: str, name: str, wanted: tuple[str, ...], days: int, tenant: str) -> None:
    """Make a token and show it, once."""
    ledger_id, user_id = await find_person(desk, who, tenant)
    secret = RandomSecrets().access_secret()
    command = IssueAccessToken(
        user_id=user_id,
        name=name,
        token_hash=credentials.digest(secret),
        abilities=wanted,
        expires_at=datetime.now(UTC) + timedelta(days=days),
    )
    issued = await desk.do(ledger_id, command)
    text = credentials.access_token(issued.id, secret)
    desk.out.done(text, id=issued.id, token=text, abilities=issued.abilities, expires_at=issued.expires_at)


@token.command("list")
@click.argument("who", metavar="USER")
@tenant_option
@at_desk
async def list_tokens(desk: Desk, who: str, tenant: str) -> None:
    """The tokens of a user, newest first."""
    ledger_id, user_id = await find_person(desk, who, tenant)
    await desk.level(ledger_id)
    desk.out.rows(await queries.tokens_of(desk.reader, ledger_id, user_id), COLUMNS)


@token.command()
@click.argument("token_id", metavar="ID")
@tenant_option
@at_desk
async def revoke(desk: Desk, token_id: str, tenant: str) -> None:
    """End a token; within a second no server accepts it."""
    await desk.do(main_ledger(tenant), RevokeAccessToken(token_id=token_id))
    desk.out.done(f"{token_id} is revoked.", id=token_id)
