"""The rows of the accounts read model. No password and no secret is among them, not even as a hash."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from projections.kernel.rows import Row


class UserRow(Row, frozen=True, kw_only=True):
    """``..._lower`` are in the form in which texts are unique and searched. A closed account stays, without texts."""

    table: ClassVar[str] = "account_user_v1"
    key: ClassVar[tuple[str, ...]] = ("user_id",)
    personal: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("username", "username_lower", "name", "name_lower", "email", "email_lower"), "user_id"
    )

    user_id: str
    username: str
    username_lower: str
    name: str
    name_lower: str
    email: str | None
    email_lower: str | None
    avatar: str | None
    avatar_color: str | None
    is_admin: bool
    is_active: bool
    is_closed: bool
    auth_version: int
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None


class TokenRow(Row, frozen=True, kw_only=True):
    table: ClassVar[str] = "account_token_v1"
    key: ClassVar[tuple[str, ...]] = ("token_id",)
    personal: ClassVar[Mapping[str, str]] = {"name": "user_id"}

    token_id: str
    user_id: str
    name: str
    abilities: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TrackerKeyRow(Row, frozen=True, kw_only=True):
    """The agent outlives the key until the next key brings another."""

    table: ClassVar[str] = "account_tracker_key_v1"
    key: ClassVar[tuple[str, ...]] = ("key_id",)
    personal: ClassVar[Mapping[str, str]] = {"agent_name": "user_id"}

    key_id: str
    user_id: str
    key_hint: str
    agent_id: str
    agent_name: str
    created_at: datetime
    revoked_at: datetime | None


class GatewayKeyRow(Row, frozen=True, kw_only=True):
    """``mode`` is ``observe`` or ``optimize``."""

    table: ClassVar[str] = "account_gateway_key_v1"
    key: ClassVar[tuple[str, ...]] = ("key_id",)

    key_id: str
    name: str
    prefix: str
    mode: str
    is_admin: bool
    app_id: str | None
    issued_by: str
    created_at: datetime
    revoked_at: datetime | None


class TenantRow(Row, frozen=True, kw_only=True):
    """On the system ledger only."""

    table: ClassVar[str] = "account_tenant_v1"
    key: ClassVar[tuple[str, ...]] = ("tenant_id",)

    tenant_id: str
    created_at: datetime
