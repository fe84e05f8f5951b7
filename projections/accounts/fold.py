"""Events of accounts and credentials into rows."""

from collections.abc import Iterable

from domain.identity.access_token import AccessToken
from domain.identity.gateway_key import GatewayKey
from domain.identity.rules import normalized
from domain.identity.session import SessionStarted
from domain.identity.tenant import Tenant
from domain.identity.tracker_key import TrackerKey
from domain.identity.user import User
from domain.kernel.personal import Personal
from domain.kernel.recorded import Recorded
from projections.accounts.rows import GatewayKeyRow, TenantRow, TokenRow, TrackerKeyRow, UserRow
from projections.kernel.projection import Projection
from projections.kernel.rows import Key, Row, Rows


class Accounts(Projection):
    name = "accounts"
    rows = (UserRow, TokenRow, TrackerKeyRow, GatewayKeyRow, TenantRow)
    consumes = (
        User.Registered,
        User.Renamed,
        User.AvatarColorChanged,
        User.PasswordChanged,
        User.SignedOutEverywhere,
        User.AdminGranted,
        User.AdminRevoked,
        User.Disabled,
        User.Enabled,
        User.Closed,
        SessionStarted,
        AccessToken.Issued,
        AccessToken.Revoked,
        TrackerKey.Issued,
        TrackerKey.Replaced,
        TrackerKey.Revoked,
        GatewayKey.Issued,
        GatewayKey.Revoked,
        Tenant.Created,
    )

    def touches(self, recorded: Recorded) -> Iterable[tuple[type[Row], Key]]:
        match recorded.event:
            case SessionStarted(user_id=user_id):
                yield UserRow, (user_id,)
            case (
                AccessToken.Issued() | GatewayKey.Issued() | TrackerKey.Issued() | Tenant.Created() | User.Registered()
            ):
                pass
            case AccessToken.Revoked():
                yield TokenRow, (recorded.stream_id,)
            case TrackerKey.Replaced() | TrackerKey.Revoked():
                yield TrackerKeyRow, (recorded.stream_id,)
            case GatewayKey.Revoked():
                yield GatewayKeyRow, (recorded.stream_id,)
            case _:
                yield UserRow, (recorded.stream_id,)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        key, at = recorded.stream_id, recorded.occurred_at
        match recorded.event:
            case User.Registered() as registered:
                rows.put(_registered(registered, recorded))
            case User.Renamed(name=Personal(value=name)):
                rows.change(UserRow, key, name=name or "", name_lower=normalized(name or ""), updated_at=at)
            case User.AvatarColorChanged(color=color):
                rows.change(UserRow, key, avatar_color=color, updated_at=at)
            case User.PasswordChanged() | User.SignedOutEverywhere():
                _end_sessions(rows, recorded)
            case User.AdminGranted():
                rows.change(UserRow, key, is_admin=True, updated_at=at)
            case User.AdminRevoked():
                rows.change(UserRow, key, is_admin=False, updated_at=at)
            case User.Disabled():
                _end_sessions(rows, recorded, is_active=False)
            case User.Enabled():
                rows.change(UserRow, key, is_active=True, updated_at=at)
            case User.Closed():
                _end_sessions(rows, recorded, is_active=False, is_admin=False, is_closed=True)
            case SessionStarted(user_id=user_id):
                rows.change(UserRow, user_id, last_login_at=at)
            case AccessToken.Issued() as issued:
                rows.put(
                    TokenRow(
                        ledger_id=rows.ledger_id,
                        token_id=key,
                        user_id=issued.user_id,
                        name=issued.name.value or "",
                        abilities=issued.abilities,
                        created_at=at,
                        expires_at=issued.expires_at,
                        revoked_at=None,
                    )
                )
            case AccessToken.Revoked():
                rows.change(TokenRow, key, revoked_at=at)
            case TrackerKey.Issued() as issued:
                rows.put(
                    TrackerKeyRow(
                        ledger_id=rows.ledger_id,
                        key_id=key,
                        user_id=issued.user_id,
                        key_hint=issued.key_hint,
                        agent_id=issued.agent_id,
                        agent_name=issued.agent_name.value or "",
                        created_at=at,
                        revoked_at=None,
                    )
                )
            case TrackerKey.Replaced() as replaced:
                rows.change(
                    TrackerKeyRow,
                    key,
                    key_hint=replaced.key_hint,
                    agent_id=replaced.agent_id,
                    agent_name=replaced.agent_name.value or "",
                    created_at=at,
                    revoked_at=None,
                )
            case TrackerKey.Revoked():
                rows.change(TrackerKeyRow, key, revoked_at=at)
            case GatewayKey.Issued() as issued:
                rows.put(
                    GatewayKeyRow(
                        ledger_id=rows.ledger_id,
                        key_id=key,
                        name=issued.name,
                        prefix=issued.prefix,
                        mode=issued.mode,
                        is_admin=issued.admin,
                        app_id=issued.app_id,
                        issued_by=issued.issued_by,
                        created_at=at,
                        revoked_at=None,
                    )
                )
            case GatewayKey.Revoked():
                rows.change(GatewayKeyRow, key, revoked_at=at)
            case Tenant.Created(tenant_id=tenant_id):
                rows.put(TenantRow(ledger_id=rows.ledger_id, tenant_id=tenant_id, created_at=at))


def _registered(registered: User.Registered, recorded: Recorded) -> UserRow:
    username, name = registered.username.value or "", registered.name.value or ""
    email = registered.email.value or None
    return UserRow(
        ledger_id=recorded.ledger_id,
        user_id=recorded.stream_id,
        username=username,
        username_lower=normalized(username),
        name=name,
        name_lower=normalized(name),
        email=email,
        email_lower=email and normalized(email),
        avatar=None,
        avatar_color=None,
        is_admin=registered.admin,
        is_active=True,
        is_closed=False,
        auth_version=1,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
        last_login_at=None,
    )


def _end_sessions(rows: Rows, recorded: Recorded, **columns: bool) -> None:
    """What was signed under an earlier version counts no more."""
    user = rows.get(UserRow, recorded.stream_id)
    if user is not None:
        rows.change(
            UserRow,
            user.user_id,
            auth_version=user.auth_version + 1,
            updated_at=recorded.occurred_at,
            **columns,
        )
