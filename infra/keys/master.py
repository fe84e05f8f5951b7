"""The master key: configured, or a file that only we may read, made at first start."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from infra.config import Settings
from infra.keys.errors import MasterKeyUnusable
from infra.keys.sealing import KEY_BYTES, new_key


def master_key(settings: Settings) -> bytes:
    """The 32 bytes that wrap every other key. Raises MasterKeyUnusable."""
    if settings.master_key is not None:
        return settings.master_key.reveal()
    path = master_key_file(settings.data_dir)
    if not path.exists():
        _make(path, new_key())
    return _read(path)


def keep_master_key(settings: Settings, key: bytes) -> None:
    """Make a key that comes from a backup the one of this installation. Raises MasterKeyUnusable if it has another."""
    path = master_key_file(settings.data_dir)
    if settings.master_key is None and not path.exists():
        _make(path, key)
    if master_key(settings) != key:
        raise MasterKeyUnusable(
            "This installation has another master key than the backup: restore into a new data directory."
        )


def master_key_file(data_dir: Path) -> Path:
    """Where the key lies if none is configured. Back it up apart from the data: without it, sealed data is lost."""
    return data_dir / "keys" / "master.key"


def _make(path: Path, key: bytes) -> None:
    """Write a key whole or not at all; of two processes that start at once, both use the key of the first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise MasterKeyUnusable(f"{path} can be read by others: chmod 600 it, and consider the keys leaked.")
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyUnusable(f"{path} does not hold {KEY_BYTES} bytes in base64: restore it from a backup of keys.")
    return key
