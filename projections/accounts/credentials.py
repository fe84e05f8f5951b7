"""What a credential is worth: one query for each kind, answered as of a position of the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from projections.accounts.queries import sql
from projections.kernel.reader import Reader

_abilities = msgspec.json.Decoder(frozenset[str])


class Credential(msgspec.Struct, frozen=True):
    """What somebody's credential is worth.

    ``abilities`` None: all of its user. ``expires_at`` None: it says so itself, or never does. A signed token counts
    only if its version is ``auth_version``, and has no ``credential_id``. ``as_of`` is the position that the accounts
    read model stood at.
    """

    user_id: str
    admin: bool
    active: bool
    auth_version: int
    abilities: frozenset[str] | None
    expires_at: datetime | None
    credential_id: str
    agent_id: str
    as_of: int


class GatewayCredential(msgspec.Struct, frozen=True):
    """What a gateway key is worth."""

    key_id: str
    admin: bool
    mode: str
    app_id: str | None
    as_of: int


async def session(reader: Reader, ledger_id: str, user_id: str) -> Credential | None:
    """None: no such user."""
    return _credential(await reader.fetchrow(sql.session, ledger_id, user_id))


async def access_token(reader: Reader, ledger_id: str, token_id: str) -> Credential | None:
    """None: no such token, or revoked. Whether it expired is for the caller to see."""
    return _credential(await reader.fetchrow(sql.access_token, ledger_id, token_id))


async def tracker_key(reader: Reader, ledger_id: str, key_id: str) -> Credential | None:
    """None: no such key, or revoked."""
    return _credential(await reader.fetchrow(sql.tracker_key, ledger_id, key_id))


async def gateway_key(reader: Reader, ledger_id: str, key_id: str) -> GatewayCredential | None:
    """None: no such key, or revoked."""
    row = await reader.fetchrow(sql.gateway_key, ledger_id, key_id)
    if row is None:
        return None
    return GatewayCredential(row["key_id"], row["is_admin"], row["mode"], row["app_id"], row["as_of"] or 0)


def _credential(row: Mapping[str, Any] | None) -> Credential | None:
    if row is None:
        return None
    return Credential(
        user_id=row["user_id"],
        admin=row["is_admin"],
        active=row["is_active"],
        auth_version=row["auth_version"],
        abilities=None if row["abilities"] is None else _abilities.decode(row["abilities"]),
        expires_at=row["expires_at"],
        credential_id=row["credential_id"],
        agent_id=row["agent_id"],
        as_of=row["as_of"] or 0,
    )
