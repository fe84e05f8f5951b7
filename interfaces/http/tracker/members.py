"""``/api/projects/{project}/members``: who belongs to a project, and with which role."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from domain.kernel.errors import Invalid, NotFound
from domain.projects.commands import AddMember, ChangeMember, RemoveMember
from domain.projects.errors import MemberNotFound
from domain.projects.permissions import Permission
from interfaces.http.commands import run
from interfaces.http.ports import ports_of
from interfaces.http.principal import caller
from interfaces.http.tracker.doors import READ, WRITE, access_of, member
from interfaces.http.tracker.project_shapes import MemberBody, RoleBody, member_body, member_detail, role_body
from interfaces.http.tracker.schemas import MemberChange, NewMember
from projections.accounts.queries import user
from projections.projects import queries
from projections.projects.queries import MemberView

Req = Request[Any, Any, Any]
PATH = "/api/projects/{project:str}/members"


@get(PATH, tags=["members"], guards=[member(READ)])
async def list_members(request: Req) -> Sequence[MemberBody]:
    """By rank, then name."""
    reader, ledger_id = ports_of(request).reader, caller(request.scope).ledger_id
    return [member_body(view) for view in await queries.members(reader, ledger_id, access_of(request).project_id)]


@post(PATH, tags=["members"], status_code=200, guards=[member(WRITE, Permission.MEMBERS_MANAGE)])
async def add_member(request: Req, data: JSONBody[NewMember]) -> Response[MemberBody]:
    """Give somebody with an account a role in the project."""
    added = await user(ports_of(request).reader, caller(request.scope).ledger_id, data.user_id)
    if added is None or added.is_closed:
        raise NotFound("User not found")
    if not added.is_active:
        raise Invalid("Cannot add disabled user to project", field="userId")
    command = AddMember(project_id=access_of(request).project_id, user_id=data.user_id, role_id=data.role_id)

    async def answer(member_id: str) -> MemberBody:
        return member_body(await _member(request, member_id))

    return await run(request, command, answer, remember=lambda added: added.id)


@get(f"{PATH}/{{member_id:str}}", tags=["members"], guards=[member(READ)])
async def get_member(request: Req, member_id: FromPath[str]) -> MemberBody:
    """One member with the permissions they have in effect."""
    return member_detail(await _member(request, member_id))


@patch(f"{PATH}/{{member_id:str}}", tags=["members"], guards=[member(WRITE)])
async def change_member(request: Req, member_id: FromPath[str], data: JSONBody[MemberChange]) -> Response[MemberBody]:
    """Another role, or permissions beyond the role's."""
    overrides = data.overrides
    command = ChangeMember(
        project_id=access_of(request).project_id,
        member_id=member_id,
        role_id=data.role_id,
        overrides=tuple(overrides) if isinstance(overrides, list) else overrides,
    )

    async def answer(changed_id: str) -> MemberBody:
        body = member_detail(await _member(request, changed_id))
        body.user.username = UNSET
        return body

    return await run(request, command, answer, remember=lambda changed: changed.id)


@delete(f"{PATH}/{{member_id:str}}", tags=["members"], status_code=200, guards=[member(WRITE)])
async def remove_member(request: Req, member_id: FromPath[str]) -> Response[dict[str, bool]]:
    """Remove somebody, or leave."""

    async def answer(_: Any) -> dict[str, bool]:
        return {"success": True}

    return await run(request, RemoveMember(project_id=access_of(request).project_id, member_id=member_id), answer)


@get("/api/projects/{project:str}/roles", tags=["members"], guards=[member(READ)])
async def list_roles(request: Req) -> Sequence[RoleBody]:
    """The roles that members can have, by rank."""
    reader, ledger_id = ports_of(request).reader, caller(request.scope).ledger_id
    return [role_body(view) for view in await queries.roles(reader, ledger_id, access_of(request).project_id)]


async def _member(request: Req, member_id: str) -> MemberView:
    reader, ledger_id = ports_of(request).reader, caller(request.scope).ledger_id
    view = await queries.member(reader, ledger_id, access_of(request).project_id, member_id)
    if view is None:
        raise MemberNotFound
    return view
