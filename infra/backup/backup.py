"""Taking an installation away: the log, the blobs and the last checkpoints in one file, the keys in another."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from infra.backup import archive, database
from infra.backup.archive import BLOBS, CHECKPOINTS, DATABASE, Manifest, Told
from infra.backup.keys import Keys, current_keys, installation
from infra.config import Settings
from infra.keys.master import master_key
from infra.postgres.embedded import Addresses


async def keys(settings: Settings, addresses: Addresses) -> Keys:
    """All keys as they are now. Take them after the data, so that nobody in it lacks their key."""
    async with database.owner_connection(addresses.owner_url) as owner:
        return await current_keys(owner, master_key(settings))


async def back_up(settings: Settings, addresses: Addresses, output: BinaryIO, told: Told) -> Manifest:
    """Write a backup as of now; a running server goes on meanwhile. Raises BackupError, DatabaseUnavailable.

    Checkpoints are taken before the database, and blobs after it: so no checkpoint is ahead of the log, and no event
    lacks its blob.
    """
    made_at = datetime.now(UTC)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.data_dir) as name:
        staging = Path(name)
        _copy_checkpoints(settings.data_dir / CHECKPOINTS, staging / CHECKPOINTS)
        dump = staging / DATABASE
        async with database.owner_connection(addresses.owner_url) as owner:
            migrations = await database.dump(owner, addresses.owner_url, dump, lambda: told(_size(dump), None))
        files = dict(_files(staging, settings.data_dir))
        manifest = Manifest(
            format=archive.FORMAT,
            made_at=made_at,
            release=version("shipledger"),
            migrations=migrations,
            installation=installation(master_key(settings)),
            members=[await asyncio.to_thread(archive.member, name, path) for name, path in files.items()],
        )
        await asyncio.to_thread(archive.write, output, manifest, files.values(), told)
    return manifest


def _files(staging: Path, data_dir: Path) -> Iterator[tuple[str, Path]]:
    yield DATABASE, staging / DATABASE
    for folder, below in ((CHECKPOINTS, staging), (BLOBS, data_dir)):
        for path in sorted((below / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(below).as_posix(), path


def _copy_checkpoints(folder: Path, target: Path) -> None:
    target.mkdir()
    for note in folder.glob("*.note"):
        shutil.copy(note, target)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
