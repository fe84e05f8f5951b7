"""C2SP signed notes with Ed25519, and the text of a checkpoint.

A note is a text, an empty line, and a line per signature: ``— <key name> base64(key id | signature)``. The text of a
checkpoint is the origin, the tree size in decimal and the root in base64, a line each. The key's name is the origin, as
tlog-checkpoint recommends. See c2sp.org/signed-note and c2sp.org/tlog-checkpoint.
"""

import base64
import re
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
_CHECKPOINT = re.compile(r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9]\d*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n", re.ASCII)


class BadNote(ValueError):
    """The note is malformed, or no signature of the key verifies."""


class Checkpoint(NamedTuple):
    """The tree of ``size`` leaves of the log called ``origin`` has this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin(host: str, ledger_id: str, log_id: UUID) -> str:
    """The name of a log: ``<public host>/<tenant>/<ledger>/<log id>``.

    A restore makes a new log id, hence a new name: checkpoints of the lost future stay true of the log they name.
    """
    return f"{host}/{quote(ledger_id)}/{log_id}"


def checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text. Raises BadNote."""
    match = _CHECKPOINT.fullmatch(text)
    if match is None:
        raise BadNote("not a checkpoint")
    return Checkpoint(match["origin"], int(match["size"]), base64.b64decode(match["root"]))


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The signed note of a text that ends in a newline."""
    signature = key_id(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, name: str, key: Ed25519PublicKey) -> str:
    """The text of a note that the key signed. Signatures of other keys are passed over. Raises BadNote."""
    text, separator, signatures = note.rpartition("\n\n")
    prefix = f"— {name} "
    for line in signatures.splitlines() if separator else ():
        if line.startswith(prefix) and _signed(f"{text}\n", line.removeprefix(prefix), name, key):
            return f"{text}\n"
    raise BadNote(f"no valid signature of {name}")


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """The 4 bytes that tell keys of one name apart."""
    return sha256(name.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:4]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The public key as text: ``<name>+<key id>+base64(0x01 | key)``."""
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(ED25519 + key.public_bytes_raw()).decode()}"


def _signed(text: str, signature_base64: str, name: str, key: Ed25519PublicKey) -> bool:
    try:
        signature = base64.b64decode(signature_base64, validate=True)
        if signature[:4] != key_id(name, key):
            return False
        key.verify(signature[4:], text.encode())
    except (ValueError, InvalidSignature):
        return False
    return True
