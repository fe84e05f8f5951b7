"""The backup of keys, apart from that of the data: with an old one of both, a forgotten person could be read again."""

import hmac
import os
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec

from infra.backup.errors import BackupError

FORMAT = "shipledger-keys/1"
MINE = "select ledger_id, subject, wrapped, created_at, destroyed_at from vault.data_key order by ledger_id, subject"


class DataKey(msgspec.Struct, frozen=True):
    """A key wrapped by the master key; one that was destroyed is kept as such, without bytes."""

    ledger_id: str
    subject: str
    wrapped: bytes | None
    created_at: datetime
    destroyed_at: datetime | None


class Keys(msgspec.Struct, frozen=True):
    """All keys of an installation. Those that sign checkpoints and tokens follow from the master key."""

    format: str
    made_at: datetime
    master_key: bytes
    data_keys: list[DataKey]


def installation(master_key: bytes) -> str:
    """A name that tells whether a backup belongs to a master key, and nothing about the key."""
    return hmac.digest(master_key, b"shipledger backup", "sha256").hex()[:32]


async def current_keys(owner: asyncpg.Connection, master_key: bytes) -> Keys:
    rows = await owner.fetch(MINE)
    return Keys(FORMAT, datetime.now(UTC), master_key, [DataKey(*row.values()) for row in rows])


def write_keys(path: Path, keys: Keys) -> None:
    """Into a new file that only we may read. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(keys) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_keys(path: Path) -> Keys:
    """Raises BackupError, OSError."""
    try:
        keys = msgspec.json.decode(path.read_bytes(), type=Keys)
    except msgspec.MsgspecError as error:
        raise BackupError(f"{path} is no backup of keys: {error}.") from error
    if keys.format != FORMAT:
        raise BackupError(f"{path} has the format {keys.format}, which this release does not know.")
    return keys
