"""What identity needs from outside."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import msgspec


class PasswordHasher(Protocol):
    """Slow hashing of passwords, off the event loop. Both calls raise Overloaded when too many are waiting."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Takes as long when there is no such account (None) as when there is, so that time tells nothing."""
        ...


class SecretMaker(Protocol):
    """Fresh secrets, in the formats of ``domain.identity.credentials``. Each is shown once and kept as its digest."""

    def access_secret(self) -> str: ...

    def tracker_key(self) -> str: ...

    def gateway_key(self) -> str: ...


class TokenUse(StrEnum):
    """What a signed token is for: one that was made for a cookie is no bearer token, and the reverse."""

    COOKIE = "cookie"
    BEARER = "bearer"


class SignedToken(msgspec.Struct, frozen=True):
    """What a signed token says. ``version`` is that of the user when it was made: a later one ends the token."""

    user_id: str
    tenant_id: str
    version: int
    use: TokenUse
    token_id: str
    issued_at: datetime
    expires_at: datetime


class Profile(msgspec.Struct, frozen=True):
    """What a token also tells its bearer about themself. Nothing relies on it; empty fields are left out."""

    email: str = ""
    name: str = ""
    role: str = ""


class TokenSigner(Protocol):
    """Signed tokens that need no look-up but the user's version."""

    def sign(
        self,
        user_id: str,
        tenant_id: str,
        version: int,
        use: TokenUse,
        *,
        lifetime: timedelta,
        profile: Profile | None = None,
    ) -> tuple[str, SignedToken]:
        """A new token, and what it says."""
        ...

    def verify(self, token: str, use: TokenUse) -> SignedToken | None:
        """What the token says, or None if it is not ours, was changed, has expired, or is for another use."""
        ...


class Keys(Protocol):
    """The part of the key ring that identity needs."""

    def claim_hash(self, scope: str, value: str) -> bytes:
        """The keyed hash under which the directory knows a unique value."""
        ...

    async def destroy(self, ledger_id: str, subject: str) -> None:
        """Destroy a person's key, which forgets them. Idempotent."""
        ...
