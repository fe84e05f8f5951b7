"""Fresh secrets, and signed tokens (JWT, HS256)."""

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msgspec

from domain.identity.credentials import GATEWAY_KEY_PREFIX, TRACKER_KEY_PREFIX
from domain.identity.ports import Profile, SignedToken, TokenUse

ALGORITHM = "HS256"
REQUIRED = ["sub", "iat", "exp", "jti", "ver", "tenant", "use"]
# Browsers decode the payload with atob, which knows no `-` and `_`; without these characters there are none.
UNDECODABLE = {ord(character): f"\\u{ord(character):04x}" for character in ">?~\x7f"}


class RandomSecrets:
    """256 bits of randomness each."""

    def access_secret(self) -> str:
        return secrets.token_urlsafe(32)

    def tracker_key(self) -> str:
        return TRACKER_KEY_PREFIX + secrets.token_hex(32)

    def gateway_key(self) -> str:
        return GATEWAY_KEY_PREFIX + secrets.token_urlsafe(32)


class JwtSigner:
    """Signs with one key, whose fingerprint is the `kid` of its tokens: a new key ends all earlier tokens."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._key_id = hashlib.sha256(key).hexdigest()[:16]
        self._reader = jwt.PyJWT()
        self._writer = jwt.PyJWS()

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
        now = datetime.now(UTC).replace(microsecond=0)
        token = SignedToken(user_id, tenant_id, version, use, secrets.token_hex(16), now, now + lifetime)
        claims = {
            "sub": user_id,
            "iat": int(now.timestamp()),
            "exp": int(token.expires_at.timestamp()),
            "jti": token.token_id,
            "ver": version,
            "tenant": tenant_id,
            "use": use.value,
            **_told(profile),
        }
        payload = json.dumps(claims, separators=(",", ":")).translate(UNDECODABLE)
        return self._writer.encode(payload.encode(), self._key, ALGORITHM, {"kid": self._key_id}), token

    def verify(self, token: str, use: TokenUse) -> SignedToken | None:
        try:
            claims = self._reader.decode(token, self._key, [ALGORITHM], {"require": REQUIRED})
            said = SignedToken(
                user_id=claims["sub"],
                tenant_id=claims["tenant"],
                version=claims["ver"],
                use=TokenUse(claims["use"]),
                token_id=claims["jti"],
                issued_at=datetime.fromtimestamp(claims["iat"], UTC),
                expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            )
        except (jwt.InvalidTokenError, ValueError):
            return None
        return said if said.use is use else None


def _told(profile: Profile | None) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(profile or Profile()).items() if value}
