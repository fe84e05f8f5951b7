"""Sealing: AES-256-GCM with a random nonce, bound to the place the bytes belong to.

Layout: one version byte (1), 12 bytes of nonce, then the ciphertext with its 16-byte tag.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.keys.errors import SealBroken

VERSION = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def seal(cipher: AESGCM, place: bytes, plain: bytes) -> bytes:
    """Encrypt `plain` so that it opens only under the same key and `place`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, plain, VERSION + place)


def unseal(cipher: AESGCM, place: bytes, sealed: bytes) -> bytes:
    """Decrypt what `seal` made. Raises SealBroken, also for a version this release does not know."""
    if sealed[:1] != VERSION:
        raise SealBroken("These bytes were sealed by a release that is newer than this one.")
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], VERSION + place)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
