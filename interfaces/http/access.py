"""Who may see which project, and what they may do there."""

import msgspec

from domain.kernel.errors import Forbidden, NotFound
from interfaces.http.fresh import FreshCache
from interfaces.http.principal import Principal
from projections.kernel.progress import Freshness, Progress
from projections.kernel.reader import Reader
from projections.projects.queries import rights

CACHED = 20_000


class Access(msgspec.Struct, frozen=True):
    """One user's rights in one project. A system administrator is a virtual member with every permission."""

    project_id: str
    project_key: str
    role: str | None
    permissions: frozenset[str] = frozenset()
    admin: bool = False

    @property
    def member(self) -> bool:
        return self.role is not None

    def can(self, permission: str) -> bool:
        return self.admin or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises Forbidden, naming the permission."""
        if not self.can(permission):
            raise Forbidden(f"Forbidden: Missing permission {permission}")


class ProjectAccess:
    """Rights by project and user, cached while no account or membership changed."""

    def __init__(self, reader: Reader, progress: Progress, freshness: Freshness) -> None:
        self._reader = reader
        self._cache: FreshCache[Access] = FreshCache(progress, freshness, CACHED)

    async def of(self, principal: Principal, project: str) -> Access:
        """The caller's rights in a project given by its key, in any case, or by its id. Raises NotFound."""
        ledger_id, user_id = principal.ledger_id, principal.user_id
        access = await self._cache.load(ledger_id, (project, user_id), lambda: self._find(ledger_id, project, user_id))
        if access is None:
            raise NotFound("Project not found")
        if principal.admin:
            return msgspec.structs.replace(access, admin=True)
        return access

    async def member(self, principal: Principal, project: str) -> Access:
        """As the tracker answers: Forbidden to a non-member. Raises NotFound, Forbidden."""
        access = await self.of(principal, project)
        if not (access.member or access.admin):
            raise Forbidden("Forbidden: Not a project member")
        return access

    async def visible(self, principal: Principal, project: str) -> Access:
        """As all other contexts answer: a non-member sees no project. Raises NotFound."""
        access = await self.of(principal, project)
        if not (access.member or access.admin):
            raise NotFound("Project not found")
        return access

    async def _find(self, ledger_id: str, project: str, user_id: str) -> Access | None:
        found = await rights(self._reader, ledger_id, project, user_id)
        return None if found is None else Access(found.project_id, found.key, found.role, found.permissions)
