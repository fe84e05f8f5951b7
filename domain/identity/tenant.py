"""Tenants, on the system ledger."""

from typing import Self

from eventsourcing.domain import event

from domain.identity import rules
from domain.identity.errors import NotAdministrator, TenantExists
from domain.kernel.aggregate import Aggregate, FirstEvent
from domain.kernel.command import Command, handles
from domain.kernel.ids import DEFAULT_TENANT, SYSTEM_TENANT
from domain.kernel.unit import Unit


class Tenant(Aggregate):
    class Created(FirstEvent, frozen=True, kw_only=True):
        tenant_id: str

    @event(Created)
    def __init__(self, tenant_id: str) -> None:
        self.project_id = None
        self.tenant_id = tenant_id

    @staticmethod
    def id_for(tenant_id: str) -> str:
        """The id follows from the name, so that a name is given once."""
        return f"tenant-{tenant_id}"

    @classmethod
    def create(cls, tenant_id: str) -> Self:
        return cls._create(cls.Created, id=cls.id_for(tenant_id), tenant_id=tenant_id)


class CreateTenant(Command, frozen=True, kw_only=True):
    """The caller makes the tenant's ledger."""

    tenant_id: str

    def primary_stream(self) -> str:
        return Tenant.id_for(self.tenant_id)


@handles(CreateTenant)
async def create_tenant(command: CreateTenant, unit: Unit) -> Tenant:
    if not unit.actor.admin:
        raise NotAdministrator
    tenant_id = rules.tenant(command.tenant_id)
    if tenant_id in {DEFAULT_TENANT, SYSTEM_TENANT} or await unit.find(Tenant, Tenant.id_for(tenant_id)) is not None:
        raise TenantExists
    return unit.add(Tenant.create(tenant_id))
