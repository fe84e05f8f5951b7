"""Signing checkpoints, and never two that contradict each other.

The last checkpoint of each ledger lies outside the database, in ``<data dir>/checkpoints``. Whoever rewrites the
database, or puts back an old copy of it, has to explain himself to that file first.
"""

import asyncio
import fcntl
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.kernel.audit import LedgerContradicted
from infra.audit import note
from infra.audit.note import Checkpoint

log = structlog.get_logger(__name__)


class Signer:
    """Signs with the Ed25519 key of a 32-byte seed; remembers in ``folder``, which processes of one machine may share.

    All nodes of an installation need the same seed, so that their checkpoints open with one public key.
    """

    def __init__(self, seed: bytes, folder: Path) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._folder = folder
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def public_key(self, origin: str) -> str:
        """In the notation of C2SP signed-note."""
        return note.verifier_key(origin, self._key.public_key())

    def sign(self, text: str, origin: str) -> str:
        """A signed note of any other text than a checkpoint's."""
        return note.sign(text, origin, self._key)

    async def checkpoint(
        self,
        ledger_id: str,
        now: Callable[[], Awaitable[Checkpoint]],
        root_at: Callable[[int], Awaitable[bytes]],
        restored_from: int | None = None,
    ) -> str:
        """The signed note of the ledger as ``now`` finds it.

        ``root_at`` gives the root of an earlier size. ``restored_from`` is the size from which the ledger was restored
        last, which gave it its log id: what was signed of another log must agree with it up to there. Raises
        LedgerContradicted.
        """
        async with self._turn(ledger_id):
            signed = self._last(ledger_id)
            current = await now()
            if signed is not None:
                last_note, last = signed
                if current == last:
                    return last_note
                await self._compare(ledger_id, last, current, root_at, restored_from)
            new_note = note.sign(current.text, current.origin, self._key)
            await asyncio.to_thread(_write_whole, self._path(ledger_id), new_note)
            return new_note

    async def _compare(
        self,
        ledger_id: str,
        last: Checkpoint,
        current: Checkpoint,
        root_at: Callable[[int], Awaitable[bytes]],
        restored_from: int | None,
    ) -> None:
        lost_future = False
        if _log_id(last) != _log_id(current):
            log.warning("checkpoint.new_log", ledger=ledger_id, before=last.origin, now=current.origin)
            lost_future = restored_from is not None and last.size > restored_from
        if lost_future:
            self._path(ledger_id).replace(self._path(f"{ledger_id} {_log_id(last)}"))
        elif current.size < last.size or await root_at(last.size) != last.root:
            log.error("checkpoint.refused", ledger=ledger_id, signed_size=last.size, size=current.size)
            raise LedgerContradicted

    def _last(self, ledger_id: str) -> tuple[str, Checkpoint] | None:
        path = self._path(ledger_id)
        try:
            last_note = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            name = last_note.partition("\n")[0]
            return last_note, note.checkpoint(note.open_note(last_note, name, self._key.public_key()))
        except note.BadNote as error:
            log.exception("checkpoint.unreadable", ledger=ledger_id, file=str(path))
            raise LedgerContradicted(
                "The last signed checkpoint does not open with the key of this installation: restore file or key."
            ) from error

    def _path(self, ledger_id: str) -> Path:
        return self._folder / f"{quote(ledger_id, safe='')}.note"

    @asynccontextmanager
    async def _turn(self, ledger_id: str) -> AsyncIterator[None]:
        """One at a time for each ledger, over all tasks and processes that share the folder."""
        async with self._turns[ledger_id]:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._path(ledger_id).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
                yield
            finally:
                os.close(lock)


def _log_id(checkpoint: Checkpoint) -> str:
    """The last part of the origin: the public host may change, the log stays the same."""
    return checkpoint.origin.rpartition("/")[2]


def _write_whole(path: Path, text: str) -> None:
    """Replace a file so that after a power cut either the old or the new text is there."""
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
