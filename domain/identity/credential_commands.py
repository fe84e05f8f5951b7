"""Commands on tokens and keys. Secrets arrive as digests: whoever made them shows them once."""

from datetime import datetime, timedelta

from domain.identity import abilities, rules
from domain.identity.access_token import AccessToken
from domain.identity.errors import AbilityNotHeld, NotOwnAccount
from domain.identity.gateway_key import GatewayKey, GatewayMode
from domain.identity.tracker_key import TrackerKey
from domain.identity.user import User
from domain.kernel.command import Command, handles
from domain.kernel.errors import Invalid
from domain.kernel.unit import Unit

ACCESS_TOKEN_CLAIM = "access_token"  # noqa: S105 - the name of a scope
TRACKER_KEY_CLAIM = "tracker_key"
GATEWAY_KEY_CLAIM = "gateway_key"

USUAL_LIFETIME = timedelta(days=90)
LONGEST_LIFETIME = timedelta(days=366)


class IssueAccessToken(Command, frozen=True, kw_only=True):
    """``abilities`` may hold wildcards; ``expires_at`` None is 90 days from now. The user's id takes turns."""

    user_id: str
    name: str
    token_hash: str
    abilities: tuple[str, ...] = abilities.MOBILE
    expires_at: datetime | None = None

    def primary_stream(self) -> str:
        return self.user_id


class RevokeAccessToken(Command, frozen=True, kw_only=True):
    token_id: str

    def primary_stream(self) -> str:
        return self.token_id


class IssueTrackerKey(Command, frozen=True, kw_only=True):
    """In place of the user's earlier key, if there is one."""

    user_id: str
    key_hash: str
    key_hint: str

    def primary_stream(self) -> str:
        return TrackerKey.id_for(self.user_id)


class RevokeTrackerKey(Command, frozen=True, kw_only=True):
    user_id: str

    def primary_stream(self) -> str:
        return TrackerKey.id_for(self.user_id)


class IssueGatewayKey(Command, frozen=True, kw_only=True):
    """The caller has checked that whoever asks manages the gateway."""

    name: str
    key_hash: str
    prefix: str
    mode: GatewayMode = GatewayMode.OBSERVE
    admin: bool = False
    app_id: str | None = None


class RevokeGatewayKey(Command, frozen=True, kw_only=True):
    """The caller has checked that whoever asks manages the gateway."""

    key_id: str

    def primary_stream(self) -> str:
        return self.key_id


@handles(IssueAccessToken)
async def issue_access_token(command: IssueAccessToken, unit: Unit) -> AccessToken:
    user = await _owner(command.user_id, unit)
    granted = abilities.expanded(command.abilities)
    if not granted:
        raise Invalid("A token needs at least one ability", field="abilities")
    if abilities.ADMINISTRATORS_ONLY & set(granted) and not (user.admin or unit.actor.admin):
        raise AbilityNotHeld
    expires_at = command.expires_at or unit.now + USUAL_LIFETIME
    if not unit.now < expires_at <= unit.now + LONGEST_LIFETIME:
        raise Invalid("A token expires in the future, and within a year", field="expiresAt")
    token = AccessToken.issue(
        unit.new_id(),
        user_id=user.id,
        name=rules.name(command.name),
        token_hash=command.token_hash,
        abilities=granted,
        expires_at=expires_at,
    )
    unit.claim(ACCESS_TOKEN_CLAIM, token.token_hash, token.id, everywhere=True)
    return unit.add(token)


@handles(RevokeAccessToken)
async def revoke_access_token(command: RevokeAccessToken, unit: Unit) -> AccessToken:
    token = await unit.get(AccessToken, command.token_id)
    _require_own(token.user_id, unit)
    if not token.revoked:
        unit.release(ACCESS_TOKEN_CLAIM, token.token_hash, token.id, everywhere=True)
        token.revoke()
    return token


@handles(IssueTrackerKey)
async def issue_tracker_key(command: IssueTrackerKey, unit: Unit) -> TrackerKey:
    user = await _owner(command.user_id, unit)
    agent_id, agent_name = unit.new_id(), f"{user.username.value}'s agent #1"
    key = await unit.find(TrackerKey, TrackerKey.id_for(user.id))
    if key is None:
        key = unit.add(
            TrackerKey.issue(
                user.id,
                key_hash=command.key_hash,
                key_hint=command.key_hint,
                agent_id=agent_id,
                agent_name=agent_name,
            )
        )
    else:
        _release(key, unit)
        key.replace(key_hash=command.key_hash, key_hint=command.key_hint, agent_id=agent_id, agent_name=agent_name)
    unit.claim(TRACKER_KEY_CLAIM, key.key_hash, key.id, everywhere=True)
    return key


@handles(RevokeTrackerKey)
async def revoke_tracker_key(command: RevokeTrackerKey, unit: Unit) -> None:
    """Nothing happens if there is none."""
    _require_own(command.user_id, unit)
    key = await unit.find(TrackerKey, TrackerKey.id_for(command.user_id))
    if key is not None and key.key_hash:
        _release(key, unit)
        key.revoke()


@handles(IssueGatewayKey)
async def issue_gateway_key(command: IssueGatewayKey, unit: Unit) -> GatewayKey:
    key = GatewayKey.issue(
        f"key_{unit.new_id()}",
        name=rules.name(command.name),
        key_hash=command.key_hash,
        prefix=command.prefix,
        mode=command.mode,
        admin=command.admin,
        app_id=None if command.app_id is None else rules.name(command.app_id, field="appId"),
        issued_by=unit.actor.id,
    )
    unit.claim(GATEWAY_KEY_CLAIM, key.key_hash, key.id, everywhere=True)
    return unit.add(key)


@handles(RevokeGatewayKey)
async def revoke_gateway_key(command: RevokeGatewayKey, unit: Unit) -> GatewayKey:
    key = await unit.get(GatewayKey, command.key_id)
    if not key.revoked:
        unit.release(GATEWAY_KEY_CLAIM, key.key_hash, key.id, everywhere=True)
        key.revoke()
    return key


async def _owner(user_id: str, unit: Unit) -> User:
    """The user for whom a credential is made, by themself or by an administrator."""
    _require_own(user_id, unit)
    user = await unit.get(User, user_id)
    user.require_active()
    return user


def _require_own(user_id: str, unit: Unit) -> None:
    """Raises NotOwnAccount."""
    if unit.actor.id != user_id and not unit.actor.admin:
        raise NotOwnAccount


def _release(key: TrackerKey, unit: Unit) -> None:
    if key.key_hash:
        unit.release(TRACKER_KEY_CLAIM, key.key_hash, key.id, everywhere=True)
