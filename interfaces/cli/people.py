"""Finding the person that an operator means."""

import sys

import click

from domain.identity.commands import EMAIL_CLAIM, USERNAME_CLAIM
from domain.identity.rules import normalized, tracker_password_faults
from domain.kernel.errors import NotFound
from domain.kernel.ids import main_ledger
from interfaces.cli.running import Desk
from projections.accounts import queries


async def find_person(desk: Desk, who: str, tenant: str) -> tuple[str, str]:
    """The (ledger, user id) of a user name or address, of any tenant, or of an id of ``tenant``. Raises NotFound."""
    for scope in (USERNAME_CLAIM, EMAIL_CLAIM):
        found = await desk.runtime.log.look_up(scope, desk.runtime.keys.claim_hash(scope, normalized(who)))
        if found is not None:
            return found
    ledger_id = main_ledger(tenant)
    await desk.level(ledger_id)
    if await queries.user(desk.reader, ledger_id, who) is None:
        raise NotFound(f"Nobody has the user name, e-mail address or id {who}")
    return ledger_id, who


async def name_of(desk: Desk, ledger_id: str, user_id: str) -> str:
    """The user name, or the id of somebody who was forgotten."""
    view = await queries.user(desk.reader, ledger_id, user_id)
    return view.username if view and view.username else user_id


def ask_password() -> str:
    """From the terminal, asked twice, or the first line of standard input when that is piped."""
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    if faults := tracker_password_faults(password):
        raise click.ClickException(". ".join(faults))
    return password
