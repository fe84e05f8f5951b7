"""The formats of tokens and keys. Only their SHA-256 digests are stored: they are random enough for a fast hash."""

import hashlib

TRACKER_KEY_PREFIX = "mcp_"
TRACKER_KEY_LENGTH = 68
GATEWAY_KEY_PREFIX = "pk_"
HINT_LENGTH = 4
GATEWAY_PREFIX_LENGTH = 11


def digest(secret: str) -> str:
    """The SHA-256 of a token or key, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def hint(secret: str) -> str:
    """The last four characters, by which an owner tells keys apart."""
    return secret[-HINT_LENGTH:]


def gateway_prefix(key: str) -> str:
    """The first characters of a gateway key, ``pk_`` and eight more, by which lists show it."""
    return key[:GATEWAY_PREFIX_LENGTH]


def is_tracker_key(text: str) -> bool:
    """``mcp_`` and 64 hexadecimal digits."""
    return text.startswith(TRACKER_KEY_PREFIX) and len(text) == TRACKER_KEY_LENGTH


def is_gateway_key(text: str) -> bool:
    return text.startswith(GATEWAY_KEY_PREFIX)


def access_token(token_id: str, secret: str) -> str:
    """The text that a client sends: ``<id>|<secret>``."""
    return f"{token_id}|{secret}"


def split_access_token(text: str) -> tuple[str, str] | None:
    """The id and the secret of an access token, or None for other text."""
    token_id, bar, secret = text.partition("|")
    return (token_id, secret) if token_id and bar and secret else None
