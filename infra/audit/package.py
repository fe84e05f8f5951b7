"""The export of a ledger: one tar archive with events, proofs and the verifier, made on disk in bounded memory.

The layout is written down in verifier.py, which goes into the archive as verify.py. Events come last, so that a reader
of the stream has the manifest, and with it every digest, before the first event.
"""

import asyncio
import base64
import hashlib
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from domain.kernel.audit import Package, SignedCheckpoint
from domain.kernel.log import Epoch, EventLog, StoredEvent
from infra.audit import verifier

PAGE_EVENTS = 500
CHUNK_BYTES = 256 * 1024

Sign = Callable[[str, str], str]
"""(text, origin) -> signed note"""


class Contents(msgspec.Struct, frozen=True):
    """What goes into the archive beside the events ``first`` .. ``last``.

    ``before`` are the complete subtrees of the tree of the events before ``first``, ``consistency`` the proof from the
    tree that ends at ``last`` to the checkpoint.
    """

    ledger_id: str
    first: int
    last: int
    epochs: Sequence[Epoch]
    checkpoint: SignedCheckpoint
    chain_before: bytes
    before: Sequence[bytes]
    consistency: Sequence[bytes]
    schemas: Any
    created_at: datetime


async def pack(log: EventLog, contents: Contents, sign: Sign, folder: Path) -> Package:
    """Write the events to a file without a name in ``folder``, then hand out the archive in chunks."""
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the last chunk, or when nobody wants it
    try:
        events = _Events(file, contents)
        position = contents.first - 1
        while position < contents.last:
            page = await log.read(contents.ledger_id, after=position, upto=contents.last, limit=PAGE_EVENTS)
            if not page:
                break
            await asyncio.to_thread(events.write, page)
            position = page[-1].position
        start = _members(contents, events, sign)
        end = verifier.padding(events.size) + verifier.END_OF_ARCHIVE
        chunks = _chunks(start, file, end)
        weakref.finalize(chunks, file.close)
    except BaseException:
        file.close()
        raise
    name = f"{contents.ledger_id.replace('/', '-')}-{contents.first}-{contents.last}.tar"
    return Package(name, len(start) + events.size + len(end), chunks)


class _Events:
    """events.ndjson while it is written."""

    def __init__(self, file: BinaryIO, contents: Contents) -> None:
        self._file = file
        self._starts = [epoch.first_position for epoch in contents.epochs]
        self._log_ids = [str(epoch.log_id) for epoch in contents.epochs]
        self._digest = hashlib.sha256()
        self.size = self.count = self.expired = 0
        self.chain = contents.chain_before

    def write(self, page: Sequence[StoredEvent]) -> None:
        for event in page:
            log_id = self._log_ids[bisect_right(self._starts, event.position) - 1]
            line = verifier.event_line(_fields(event), log_id, event.data)
            self._file.write(line)
            self._digest.update(line)
            self.size += len(line)
            self.count += 1
            self.expired += event.data is None
            self.chain = event.chain

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _fields(event: StoredEvent) -> dict[str, Any]:
    return {
        "position": event.position,
        "type": event.type,
        "subject": event.stream_id,
        "time": _time(event.occurred_at),
        "recordedat": _time(event.recorded_at),
        "projectid": event.project_id,
        "streamversion": event.version,
        "schema": event.schema,
        "metadata_base64": _base64(event.metadata),
        "payloaddigest": _base64(event.payload_digest),
        "leaf": _base64(event.leaf),
        "chain": _base64(event.chain),
        "salt": None if event.salt is None else _base64(event.salt),
        "data_base64": None if event.data is None else _base64(event.data),
    }


def _members(contents: Contents, events: _Events, sign: Sign) -> bytes:
    """The archive up to the first byte of the events."""
    checkpoint = contents.checkpoint
    small = {
        verifier.CHECKPOINT: checkpoint.note.encode(),
        verifier.PROOFS: _json(
            {
                "before": [_base64(hash_) for hash_ in contents.before],
                "consistency": [_base64(hash_) for hash_ in contents.consistency],
            }
        ),
        verifier.KEYS: _json(
            {"keys": [{"name": checkpoint.origin, "algorithm": "Ed25519", "key": checkpoint.public_key}]}
        ),
        "schemas.json": _json(contents.schemas),
        "verify.py": resources.files("infra.audit").joinpath("verifier.py").read_bytes(),
        "README.txt": resources.files("infra.audit").joinpath("export-readme.txt").read_bytes(),
    }
    digests = [(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in small.items()]
    manifest = _json(_manifest(contents, events, [*digests, (verifier.EVENTS, events.size, events.sha256)]))
    note = sign(verifier.manifest_text(checkpoint.origin, manifest), checkpoint.origin).encode()
    made_at = int(contents.created_at.timestamp())
    members = {verifier.MANIFEST_NOTE: note, verifier.MANIFEST: manifest, **small}
    archive = b"".join(
        verifier.tar_header(name, len(content), made_at) + content + verifier.padding(len(content))
        for name, content in members.items()
    )
    return archive + verifier.tar_header(verifier.EVENTS, events.size, made_at)


def _manifest(contents: Contents, events: _Events, members: list[tuple[str, int, str]]) -> dict[str, Any]:
    checkpoint = contents.checkpoint
    return {
        "format": verifier.FORMAT,
        "createdAt": _time(contents.created_at),
        "ledger": contents.ledger_id,
        "origin": checkpoint.origin,
        "epochs": [{"firstPosition": epoch.first_position, "logId": str(epoch.log_id)} for epoch in contents.epochs],
        "range": {"from": contents.first, "to": contents.last},
        "events": events.count,
        "expired": events.expired,
        "chainBefore": _base64(contents.chain_before),
        "chain": _base64(events.chain),
        "head": {"size": checkpoint.size, "root": _base64(checkpoint.root), "chain": _base64(checkpoint.chain)},
        "members": [{"name": name, "size": size, "sha256": sha256} for name, size, sha256 in members],
    }


async def _chunks(start: bytes, file: BinaryIO, end: bytes) -> AsyncIterator[bytes]:
    yield start
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        yield chunk
    yield end


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
