"""From any credential to one Principal.

Several at once: a header beats the cookie. A tracker key that is none of ours falls through to what else there is; a
wrong bearer token does not.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.identity import credentials
from domain.identity.credential_commands import ACCESS_TOKEN_CLAIM, GATEWAY_KEY_CLAIM, TRACKER_KEY_CLAIM
from domain.identity.ports import TokenUse
from domain.kernel.errors import Refusal, Unauthenticated
from domain.kernel.ids import DEFAULT_TENANT, main_ledger, tenant_of
from interfaces.http import presented
from interfaces.http.fresh import level
from interfaces.http.ports import Ports
from interfaces.http.principal import Kind, Principal
from interfaces.http.same_origin import cookie_counts
from projections.accounts import credentials as worth

REMEMBERED = 10_000
MANAGE_GATEWAY = "gateway:manage"
USE_GATEWAY = "gateway:use"


class InvalidToken(Unauthenticated):
    """invalid or expired token"""


class _Known(msgspec.Struct, frozen=True):
    principal: Principal
    read_at: int
    expires_at: datetime | None


class Resolver:
    """Callable from the edge. Remembers callers while no account changed, so that most requests cost no query."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        gateway_key = ports.settings.gateway_key
        self._gateway_key = gateway_key.encode() if gateway_key else None
        self._known: OrderedDict[tuple[str, bytes], _Known] = OrderedDict()

    async def __call__(self, scope: Any, headers: Mapping[bytes, bytes]) -> Principal | None:
        """Put ``principal`` and ``principal_problem`` into the scope. Never raises a Refusal."""
        principal: Principal | None = None
        try:
            principal = await self._resolve(scope, headers)
        except Refusal as refusal:
            scope["principal_problem"] = refusal
        scope["principal"] = principal
        return principal

    async def _resolve(self, scope: Any, headers: Mapping[bytes, bytes]) -> Principal | None:
        """Raises InvalidToken, MalformedAuthorization, LogUnavailable."""
        if (text := presented.tracker_key(headers)) and (found := await self._remembered("tracker_key", text)):
            return found
        if text := presented.bearer(scope, headers):
            return await self._bearer(text)
        if text := presented.session_cookie(headers):
            own = self._ports.proxies.origin(scope, headers)
            if cookie_counts(scope.get("method", "POST"), headers, own):
                return await self._remembered("session", text)
        return None

    async def _bearer(self, text: str) -> Principal:
        found = await self._remembered(presented.kind_of(text), text)
        if found is None:
            raise InvalidToken
        return found

    async def _remembered(self, kind: Kind, text: str) -> Principal | None:
        key = (kind, hashlib.sha256(text.encode()).digest())
        known = self._known.get(key)
        if known is not None and self._holds(known):
            self._known.move_to_end(key)
            return known.principal
        if self._gateway_key and kind != "session" and hmac.compare_digest(text.encode(), self._gateway_key):
            return _operator()
        known = await self._look_up(kind, text)
        if known is None or not self._unexpired(known):
            self._known.pop(key, None)
            return None
        self._known[key] = known
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known.principal

    def _holds(self, known: _Known) -> bool:
        return known.read_at >= self._ports.freshness.changed_at(known.principal.ledger_id) and self._unexpired(known)

    def _unexpired(self, known: _Known) -> bool:
        return known.expires_at is None or self._ports.now() < known.expires_at

    async def _look_up(self, kind: Kind, text: str) -> _Known | None:
        match kind:
            case "session":
                return await self._signed(kind, text, TokenUse.COOKIE)
            case "jwt":
                return await self._signed(kind, text, TokenUse.BEARER)
            case "access_token":
                return await self._access_token(text)
            case "tracker_key":
                return await self._tracker_key(text)
            case "gateway_key":
                return await self._tenant_gateway_key(text)

    async def _signed(self, kind: Kind, text: str, use: TokenUse) -> _Known | None:
        token = self._ports.tokens.verify(text, use)
        if token is None:
            return None
        ledger_id = main_ledger(token.tenant_id)
        await self._level(ledger_id)
        found = await worth.session(self._ports.reader, ledger_id, token.user_id)
        if found is None or found.auth_version != token.version:
            return None
        return _known(kind, ledger_id, found, token_id=token.token_id, expires_at=token.expires_at)

    async def _access_token(self, text: str) -> _Known | None:
        token_id, secret = credentials.split_access_token(text) or ("", "")
        holder = await self._directory(ACCESS_TOKEN_CLAIM, secret)
        if holder is None or holder[1] != token_id:
            return None
        found = await worth.access_token(self._ports.reader, *holder)
        return (
            None
            if found is None
            else _known("access_token", holder[0], found, token_id=token_id, expires_at=found.expires_at)
        )

    async def _tracker_key(self, text: str) -> _Known | None:
        holder = await self._directory(TRACKER_KEY_CLAIM, text)
        if holder is None:
            return None
        found = await worth.tracker_key(self._ports.reader, *holder)
        return None if found is None else _known("tracker_key", holder[0], found, token_id=holder[1], expires_at=None)

    async def _tenant_gateway_key(self, text: str) -> _Known | None:
        holder = await self._directory(GATEWAY_KEY_CLAIM, text)
        found = await worth.gateway_key(self._ports.reader, *holder) if holder else None
        if holder is None or found is None:
            return None
        abilities = frozenset({USE_GATEWAY, MANAGE_GATEWAY} if found.admin else {USE_GATEWAY})
        ledger_id, key_id = holder
        principal = Principal(
            tenant_of(ledger_id), ledger_id, "", "gateway_key", admin=found.admin, abilities=abilities, token_id=key_id
        )
        return _Known(principal, found.as_of, None)

    async def _directory(self, scope: str, secret: str) -> tuple[str, str] | None:
        """The (ledger, subject) whose secret it is, once the ledger's read models show its last change."""
        found = await self._ports.log.look_up(scope, self._ports.keys.claim_hash(scope, credentials.digest(secret)))
        if found is not None:
            await self._level(found[0])
        return found

    async def _level(self, ledger_id: str) -> None:
        await level(self._ports.progress, self._ports.freshness, ledger_id)


def _known(
    kind: Kind, ledger_id: str, found: worth.Credential, *, token_id: str, expires_at: datetime | None
) -> _Known | None:
    if not found.active:
        return None
    principal = Principal(
        tenant_of(ledger_id),
        ledger_id,
        found.user_id,
        kind,
        admin=found.admin,
        abilities=found.abilities,
        token_id=token_id,
        agent_id=found.agent_id,
    )
    return _Known(principal, found.as_of, expires_at)


def _operator() -> Principal:
    """Who holds the configured gateway key: the default tenant's gateway administrator."""
    abilities = frozenset({USE_GATEWAY, MANAGE_GATEWAY})
    ledger_id = main_ledger(DEFAULT_TENANT)
    return Principal(DEFAULT_TENANT, ledger_id, "", "gateway_key", admin=True, abilities=abilities)
