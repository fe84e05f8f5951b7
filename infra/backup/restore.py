"""Putting an installation back. Every ledger goes on under a new log id, and says itself that it was restored."""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from domain.identity.commands import ForgetPerson
from domain.identity.errors import LastAdministrator
from domain.kernel.dispatch import Context
from domain.kernel.errors import NotFound
from domain.kernel.restoring import RecordRestore
from domain.kernel.unit import SYSTEM
from infra.backup import archive, database
from infra.backup.archive import BLOBS, CHECKPOINTS, DATABASE, Told
from infra.backup.errors import BackupError, KeysDoNotFit
from infra.backup.keys import Keys, installation
from infra.config import Settings
from infra.keys.errors import MasterKeyUnusable
from infra.keys.master import keep_master_key
from infra.postgres.embedded import Addresses
from infra.postgres.migrations import migrate, migrations
from infra.runtime import Runtime

VIA = "restore"


class Restored(msgspec.Struct, frozen=True):
    """A ledger goes on after ``position``."""

    ledger_id: str
    position: int


async def restore(settings: Settings, addresses: Addresses, backup: BinaryIO, keys: Keys, told: Told) -> list[Restored]:
    """Put a backup and its keys into a database without events. No server may run on it.

    Who was forgotten after the backup was made is forgotten again.

    If it breaks off it can be run again, unless the log is there already: then begin anew. Blobs and checkpoints that
    are there stay as they are. Raises BackupError, NotEmpty, KeysDoNotFit, DatabaseUnavailable.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.data_dir) as name:
        staging = Path(name)
        manifest = await asyncio.to_thread(archive.unpack, backup, staging, told)
        if manifest.migrations > len(migrations()):
            raise BackupError(f"The backup was made by the newer release {manifest.release}: install that one.")
        if manifest.installation != installation(keys.master_key):
            raise KeysDoNotFit
        async with database.owner_connection(addresses.owner_url) as owner:
            await database.require_empty(owner)
            _keep_master_key(settings, keys)
            await database.clear(owner)
            await migrate(addresses.owner_url, migrations()[: manifest.migrations])
            await database.load(owner, addresses.owner_url, staging / DATABASE)
            heads = await database.begin_epochs(owner)
            unsaid = await database.put_keys(owner, keys.data_keys)
        for folder in (BLOBS, CHECKPOINTS):
            _put_files(staging / folder, settings.data_dir / folder)
    runtime = await Runtime.open(settings, addresses)
    try:
        for ledger_id, log_id, position in heads:
            said = RecordRestore(from_log_id=str(log_id), at=position, backed_up_at=manifest.made_at)
            await runtime.dispatcher.dispatch(said, Context(ledger_id, SYSTEM, via=VIA))
        for ledger_id, subject in unsaid:
            with suppress(NotFound, LastAdministrator):  # the key of a project; nobody who could take over
                await runtime.dispatcher.dispatch(ForgetPerson(user_id=subject), Context(ledger_id, SYSTEM, via=VIA))
    finally:
        await runtime.close()
    return [Restored(ledger_id, position) for ledger_id, _, position in heads]


def _keep_master_key(settings: Settings, keys: Keys) -> None:
    try:
        keep_master_key(settings, keys.master_key)
    except MasterKeyUnusable as error:
        raise KeysDoNotFit(str(error)) from error


def _put_files(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_file() and not place.exists():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(place)
