"""``shipledger tenant``."""

import click

from domain.identity.tenant import CreateTenant
from domain.kernel.ids import SYSTEM_TENANT, main_ledger
from interfaces.cli.running import Desk, at_desk
from projections.accounts import queries

SYSTEM_LEDGER = main_ledger(SYSTEM_TENANT)


@click.group()
def tenant() -> None:
    """Tenants: each has a ledger of its own."""


@tenant.command()
@click.argument("name")
@at_desk
async def create(desk: Desk, name: str) -> None:
    """Make a tenant and its ledger."""
    made = await desk.do(SYSTEM_LEDGER, CreateTenant(tenant_id=name))
    head = await desk.runtime.log.create_ledger(main_ledger(name), name)
    sentence = f"{name} has the ledger {head.ledger_id}; `shipledger user create --tenant {name}` opens an account."
    desk.out.done(sentence, id=made.tenant_id, ledger_id=head.ledger_id, log_id=head.log_id)


@tenant.command("list")
@at_desk
async def list_tenants(desk: Desk) -> None:
    """Those that were made; `default` and `system` are always there."""
    await desk.level(SYSTEM_LEDGER)
    desk.out.rows(await queries.tenants(desk.reader, SYSTEM_LEDGER), {"id": "TENANT", "created_at": "CREATED"})
