"""The one file of a backup: a tar with a manifest first, which has the digest of every other member."""

import hashlib
import tarfile
from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

import msgspec

from infra.backup.errors import BackupDamaged, BackupError

FORMAT = "shipledger-backup/1"
MANIFEST = "manifest.json"
DATABASE = "database.dump"
BLOBS = "blobs"
CHECKPOINTS = "checkpoints"
CHUNK_BYTES = 1 << 20

Told = Callable[[float, float | None], None]
"""(bytes done, bytes in all, if known)"""


class Member(msgspec.Struct, frozen=True):
    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """``migrations`` is how many the database had, ``installation`` which keys fit."""

    format: str
    made_at: datetime
    release: str
    migrations: int
    installation: str
    members: list[Member]


def member(name: str, path: Path) -> Member:
    """A file as a member."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Member(name, path.stat().st_size, digest.hexdigest())


def write(output: BinaryIO, manifest: Manifest, paths: Iterable[Path], told: Told) -> None:
    """``paths`` are the files of the manifest's members, in their order."""
    text = msgspec.json.format(msgspec.json.encode(manifest))
    made_at, total, done = int(manifest.made_at.timestamp()), sum(each.size for each in manifest.members), 0
    with tarfile.open(fileobj=output, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_header(MANIFEST, len(text), made_at), BytesIO(text))
        for each, path in zip(manifest.members, paths, strict=True):
            with path.open("rb") as file:
                tar.addfile(_header(each.name, each.size, made_at), file)
            done += each.size
            told(done, total)


def unpack(archive: BinaryIO, folder: Path, told: Told) -> Manifest:
    """Unpack below ``folder`` and compare every digest. Raises BackupDamaged, BackupError."""
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            manifest = _manifest(tar)
            total, done = sum(each.size for each in manifest.members), 0
            for each in manifest.members:
                _unpack_member(tar, each, folder)
                done += each.size
                told(done, total)
    except (tarfile.TarError, EOFError, msgspec.MsgspecError) as error:
        raise BackupDamaged(f"The backup cannot be read: {error}.") from error
    return manifest


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST:
        raise BackupError("This is no backup of Shipledger.")
    manifest = msgspec.json.decode(cast("IO[bytes]", tar.extractfile(first)).read(), type=Manifest)
    if manifest.format != FORMAT:
        raise BackupError(f"The backup has the format {manifest.format}, which this release does not know.")
    return manifest


def _unpack_member(tar: tarfile.TarFile, wanted: Member, folder: Path) -> None:
    found = tar.next()
    path = PurePosixPath(wanted.name)
    if found is None or found.name != wanted.name or not found.isreg() or path.is_absolute() or ".." in path.parts:
        raise BackupDamaged(f"The backup is damaged: {wanted.name} is not where the manifest says.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    source = cast("IO[bytes]", tar.extractfile(found))
    with target.open("wb") as file:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != wanted.sha256:
        raise BackupDamaged(f"The backup is damaged: {wanted.name} does not have its digest.")


def _header(name: str, size: int, made_at: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mtime, header.mode = size, made_at, 0o600
    return header
