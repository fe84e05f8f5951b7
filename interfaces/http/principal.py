"""Who is asking: whatever the credential was, one Principal."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from domain.kernel.errors import Forbidden, Refusal, Unauthenticated
from domain.kernel.unit import Actor

Kind = Literal["session", "jwt", "access_token", "tracker_key", "gateway_key"]
VIA: Mapping[Kind, str] = {
    "session": "session",
    "jwt": "jwt",
    "access_token": "access-token",
    "tracker_key": "mcp-key",
    "gateway_key": "gateway-key",
}
"""What the metadata of an event says about the credential."""

PUBLIC = "public"
"""The option of a route that reads bodies and parameters of callers without a credential: ``opt={PUBLIC: True}``."""


class Principal(msgspec.Struct, frozen=True):
    """One caller. ``abilities`` None means all of its user; ``token_id`` names the credential, where it has an id."""

    tenant_id: str
    ledger_id: str
    user_id: str
    kind: Kind
    admin: bool = False
    abilities: frozenset[str] | None = None
    token_id: str = ""
    agent_id: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(id=self.user_id, admin=self.admin, agent_id=self.agent_id)

    def can(self, ability: str) -> bool:
        return self.abilities is None or ability in self.abilities

    def require(self, ability: str) -> None:
        """Raises Forbidden, naming the ability."""
        if not self.can(ability):
            raise Forbidden(f"Forbidden: Missing ability {ability}", required_ability=ability)

    def require_own_login(self) -> None:
        """Changes to the account itself need the user's own login, not a key that was handed out.

        Raises Forbidden.
        """
        if self.kind not in {"session", "jwt"}:
            raise Forbidden("Forbidden: Sign in to change the account")

    def require_admin(self) -> None:
        """Raises Forbidden unless a system administrator is signed in."""
        if not self.admin or self.kind not in {"session", "jwt"}:
            raise Forbidden("Forbidden: System admin required")


def caller(scope: Mapping[str, Any]) -> Principal:
    """The caller of an HTTP, SSE or WebSocket scope. Gateway keys are callers of the gateway only.

    Raises Unauthenticated, or whatever stood in the way of finding out (LogUnavailable).
    """
    principal: Principal | None = scope.get("principal")
    if principal is None or principal.kind == "gateway_key":
        raise _why_not(scope)
    return principal


def ask(scope: Mapping[str, Any]) -> None:
    """Before a request is told what is wrong with it: it must say who is asking, unless the route is public.

    Raises what ``caller`` raises.
    """
    if PUBLIC not in scope["route_handler"].opt:
        caller(scope)


def _why_not(scope: Mapping[str, Any]) -> Refusal:
    problem: Refusal | None = scope.get("principal_problem")
    return problem or Unauthenticated()
