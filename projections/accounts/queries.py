"""Questions about people and the keys they hold. What a credential is worth stands in ``credentials.py``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.identity.rules import normalized
from projections.kernel.reader import Reader
from projections.kernel.statements import Statements

sql = Statements("projections.accounts")
_strings = msgspec.json.Decoder(tuple[str, ...])


class UserSummary(msgspec.Struct, frozen=True):
    """A user as others see them. All texts of a forgotten person are empty."""

    id: str
    username: str
    name: str
    email: str | None
    avatar: str | None
    avatar_color: str | None


class UserView(msgspec.Struct, frozen=True):
    """A user as they see themself, and as administrators do."""

    id: str
    username: str
    name: str
    email: str | None
    avatar: str | None
    avatar_color: str | None
    is_admin: bool
    is_active: bool
    is_closed: bool
    auth_version: int
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None

    @property
    def summary(self) -> UserSummary:
        return UserSummary(self.id, self.username, self.name, self.email, self.avatar, self.avatar_color)


class TokenView(msgspec.Struct, frozen=True):
    id: str
    name: str
    abilities: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TrackerKeyView(msgspec.Struct, frozen=True):
    """``hint`` is the key's last four characters, None once it was revoked."""

    hint: str | None
    agent_id: str
    agent_name: str
    created_at: datetime


class GatewayKeyView(msgspec.Struct, frozen=True):
    id: str
    name: str
    prefix: str
    mode: str
    is_admin: bool
    app_id: str | None
    issued_by: str
    created_at: datetime
    revoked_at: datetime | None


class TenantView(msgspec.Struct, frozen=True):
    id: str
    created_at: datetime


async def user(reader: Reader, ledger_id: str, user_id: str) -> UserView | None:
    row = await reader.fetchrow(sql.user_by_id, ledger_id, user_id)
    return None if row is None else _user(row)


async def user_named(reader: Reader, ledger_id: str, username: str) -> UserView | None:
    """By user name, in any case."""
    row = await reader.fetchrow(sql.user_by_username, ledger_id, normalized(username))
    return None if row is None else _user(row)


async def users(reader: Reader, ledger_id: str, user_ids: Iterable[str]) -> dict[str, UserView]:
    """By id; unknown ids are left out."""
    rows = await reader.fetch(sql.users_by_id, ledger_id, sorted(set(user_ids)))
    return {row["user_id"]: _user(row) for row in rows}


async def search_users(
    reader: Reader, ledger_id: str, text: str, *, limit: int, disabled_too: bool = False
) -> Sequence[UserView]:
    """Those with ``text`` in user name, name or address, by name; ``""`` finds everybody whose account is open."""
    rows = await reader.fetch(sql.search, ledger_id, normalized(text), limit, disabled_too)
    return [_user(row) for row in rows]


async def has_users(reader: Reader, ledger_id: str) -> bool:
    """Did anybody ever register? Then set-up is over."""
    return bool(await reader.fetchval(sql.has_users, ledger_id))


async def count_users(reader: Reader, ledger_id: str) -> int:
    """How many accounts are open."""
    return int(await reader.fetchval(sql.count_users, ledger_id))


async def administrators(reader: Reader, ledger_id: str) -> tuple[str, ...]:
    """The ids of the administrators who can sign in, the longest-serving first."""
    return tuple(row["user_id"] for row in await reader.fetch(sql.administrators, ledger_id))


async def tokens_of(reader: Reader, ledger_id: str, user_id: str) -> Sequence[TokenView]:
    """The access tokens of a user, newest first."""
    rows = await reader.fetch(sql.tokens_of, ledger_id, user_id)
    return [
        TokenView(
            row["token_id"],
            row["name"],
            _strings.decode(row["abilities"]),
            row["created_at"],
            row["expires_at"],
            row["revoked_at"],
        )
        for row in rows
    ]


async def tracker_key_of(reader: Reader, ledger_id: str, user_id: str) -> TrackerKeyView | None:
    """None for a user who never had one."""
    row = await reader.fetchrow(sql.tracker_key_of, ledger_id, user_id)
    if row is None:
        return None
    hint = row["key_hint"] if row["revoked_at"] is None else None
    return TrackerKeyView(hint, row["agent_id"], row["agent_name"], row["created_at"])


async def gateway_keys(reader: Reader, ledger_id: str) -> Sequence[GatewayKeyView]:
    """Newest first, the revoked ones too."""
    return [GatewayKeyView(*row.values()) for row in await reader.fetch(sql.gateway_keys, ledger_id)]


async def tenants(reader: Reader, system_ledger_id: str) -> Sequence[TenantView]:
    """Those made with the command line, by name; the default and the system tenant are not among them."""
    return [TenantView(*row.values()) for row in await reader.fetch(sql.tenants, system_ledger_id)]


def _user(row: Mapping[str, Any]) -> UserView:
    return UserView(
        id=row["user_id"],
        username=row["username"],
        name=row["name"],
        email=row["email"] or None,
        avatar=row["avatar"],
        avatar_color=row["avatar_color"],
        is_admin=row["is_admin"],
        is_active=row["is_active"],
        is_closed=row["is_closed"],
        auth_version=row["auth_version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        last_login_at=row["last_login_at"],
    )
