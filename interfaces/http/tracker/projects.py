"""``/api/projects``: making projects, seeing them, changing and deleting them."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.params import JSONBody

from domain.kernel.errors import ClaimTaken
from domain.projects.commands import CreateProject, DeleteProject
from domain.projects.errors import ProjectNotFound
from domain.projects.keys import KeyTaken
from domain.projects.permissions import Permission
from interfaces.http import dialects, paging
from interfaces.http.bodies import decode
from interfaces.http.commands import Versioned, respond, run
from interfaces.http.identity.accounts import own_account, spend_as_client
from interfaces.http.identity.sign_in import confirm_password
from interfaces.http.limits import LOGIN
from interfaces.http.paging import PageMeta
from interfaces.http.ports import ports_of
from interfaces.http.principal import Principal, caller
from interfaces.http.tracker.doors import READ, WRITE, access_of, member, signed_in
from interfaces.http.tracker.moments import AsOf, past
from interfaces.http.tracker.project_shapes import (
    ColumnBody,
    ProjectBody,
    ProjectPage,
    column_body,
    created,
    listed,
    single,
)
from interfaces.http.tracker.schemas import Confirmation, NewProject, ProjectChange
from projections.accounts.queries import administrators
from projections.projects import queries
from projections.projects.past import project_as_of
from projections.projects.queries import ProjectView

Req = Request[Any, Any, Any]


@get("/api/projects", tags=["projects"], guards=[signed_in(READ)])
async def list_projects(
    request: Req, cursor: paging.Cursor = None, limit: paging.Limit = None
) -> Sequence[ProjectBody] | ProjectPage:
    """The caller's projects by name, for a system administrator all. Bearer tokens get pages, others a bare array."""
    principal = caller(request.scope)
    reader = ports_of(request).reader
    if cursor is None and limit is None and not dialects.knows_pages(principal):
        views = await queries.visible_projects(
            reader, principal.ledger_id, principal.user_id, everybodys=principal.admin
        )
        return [listed(view, principal) for view in views]
    size = limit or paging.DEFAULT_LIMIT
    views = await queries.visible_projects(
        reader,
        principal.ledger_id,
        principal.user_id,
        everybodys=principal.admin,
        after=paging.after(cursor) if cursor else ("", ""),
        limit=size + 1,
    )
    page = views[:size]
    more = paging.cursor_of(page[-1].sort_key, page[-1].id) if len(views) > size else None
    return ProjectPage([listed(view, principal) for view in page], PageMeta(more))


@post("/api/projects", tags=["projects"], guards=[signed_in(WRITE)])
async def create_project(request: Req, data: JSONBody[NewProject]) -> Response[ProjectBody]:
    """Make a project with the default columns and roles. The caller owns it."""
    principal = caller(request.scope)
    command = CreateProject(
        name=data.name,
        key=data.key,
        description=data.description,
        color=data.color,
        admin_ids=await administrators(ports_of(request).reader, principal.ledger_id),
    )

    async def answer(project_id: str) -> Versioned:
        view = await _project(request, principal, project_id)
        return Versioned(created(view), view.version)

    try:
        return await run(request, command, answer, status=201)
    except ClaimTaken:
        raise KeyTaken(field="key") from None


@get("/api/projects/{project:str}", tags=["projects"], guards=[member(READ)])
async def get_project(request: Req, as_of: AsOf = None) -> Response[ProjectBody]:
    """One project by its key or id; with ``as_of`` as it was then, without counts."""
    principal, project_id = caller(request.scope), access_of(request).project_id
    if as_of is None:
        view = await _project(request, principal, project_id)
        return respond(Versioned(single(view, with_counts=True), view.version))
    then = await project_as_of(past(ports_of(request), principal.ledger_id, as_of), project_id, principal.user_id)
    if then is None:
        raise ProjectNotFound
    return respond(Versioned(single(then, with_counts=False), then.version))


@patch("/api/projects/{project:str}", tags=["projects"], guards=[member(WRITE, Permission.PROJECT_SETTINGS)])
async def change_project(request: Req, data: JSONBody[ProjectChange]) -> Response[ProjectBody]:
    """Change what is given."""
    principal, project_id = caller(request.scope), access_of(request).project_id

    async def answer(_: Any) -> Versioned:
        view = await _project(request, principal, project_id)
        return Versioned(single(view, with_counts=False), view.version)

    try:
        return await run(request, data.command(project_id), answer)
    except ClaimTaken:
        raise KeyTaken(field="key") from None


@delete(
    "/api/projects/{project:str}",
    tags=["projects"],
    status_code=200,
    guards=[member(WRITE, Permission.PROJECT_DELETE)],
)
async def delete_project(request: Req) -> Response[dict[str, bool] | None]:
    """Delete a project with all that is in it. A ``confirmPassword`` in the body, if there is one, must be right."""
    principal = caller(request.scope)
    confirmation: Confirmation = decode(await request.body() or b"{}", Confirmation)
    if confirmation.confirm_password is not None:
        await _confirm(request, confirmation.confirm_password)

    status, body = dialects.deletion(principal)

    async def answer(_: Any) -> dict[str, bool] | None:
        return body

    return await run(request, DeleteProject(project_id=access_of(request).project_id), answer, status=status)


@get("/api/projects/{project:str}/columns", tags=["projects"], guards=[member(READ)])
async def list_columns(request: Req) -> Sequence[ColumnBody]:
    """The columns of the board from the left."""
    views = await queries.columns(
        ports_of(request).reader, caller(request.scope).ledger_id, access_of(request).project_id
    )
    return [column_body(view) for view in views]


async def _project(request: Req, principal: Principal, project_id: str) -> ProjectView:
    view = await queries.project_of(ports_of(request).reader, principal.ledger_id, project_id, principal.user_id)
    if view is None:
        raise ProjectNotFound
    return view


async def _confirm(request: Req, password: str) -> None:
    """Raises InvalidCredentials, TooManyRequests."""
    principal, user = await own_account(request)
    keys = await spend_as_client(request, LOGIN, user.id)
    await confirm_password(request, user, principal.ledger_id, password)
    for key in keys:
        await ports_of(request).limiter.clear(LOGIN, key)
