import pytest

from domain.identity.errors import NotAdministrator, TenantExists
from domain.identity.tenant import CreateTenant, Tenant
from domain.kernel.errors import Invalid
from domain.kernel.testing import Fixture
from domain.kernel.unit import SYSTEM, Actor


@pytest.fixture
def world() -> Fixture:
    return Fixture().as_actor(SYSTEM)


async def test_the_operator_creates_tenants(world: Fixture) -> None:
    await world.when(CreateTenant(tenant_id="acme"))
    world.then(Tenant.Created(tenant_id="acme"))


@pytest.mark.parametrize("name", ["acme", "default", "system"])
async def test_a_name_is_given_once(world: Fixture, name: str) -> None:
    await world.given(CreateTenant(tenant_id="acme"))
    await world.refused(CreateTenant(tenant_id=name), TenantExists)


@pytest.mark.parametrize("name", ["", "a", "Acme", "9acme", "acme/main", "acme corp", "a" * 41, "acme\n"])
async def test_a_name_fits_into_ledger_ids(world: Fixture, name: str) -> None:
    await world.refused(CreateTenant(tenant_id=name), Invalid, "lower-case")


async def test_others_create_no_tenants(world: Fixture) -> None:
    await world.as_actor(Actor(id="user-1")).refused(CreateTenant(tenant_id="acme"), NotAdministrator)
