"""The audit trail of the ledgers of an event log."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from domain.kernel.audit import (
    ConsistencyProof,
    InclusionProof,
    LedgerContradicted,
    Package,
    SignedCheckpoint,
    Tile,
)
from domain.kernel.errors import Invalid, LogUnavailable, NotFound
from domain.kernel.log import GENESIS_CHAIN, EventLog, Head
from infra.audit import note, tiles
from infra.audit.package import Contents, pack
from infra.audit.signer import Signer
from infra.audit.tree import LedgerTree

GROW_SECONDS = 5.0

log = structlog.get_logger(__name__)


class LogAuditTrail:
    """Implements ``domain.kernel.audit.AuditTrail``.

    ``host`` is the public host that the names of logs begin with, ``folder`` where exports are put together,
    ``schemas`` the event catalog that goes into them.
    """

    def __init__(
        self,
        events: EventLog,
        tree: LedgerTree,
        signer: Signer,
        *,
        host: str,
        folder: Path,
        schemas: Callable[[], Any],
        now: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._tree = tree
        self._signer = signer
        self._host = host
        self._folder = folder
        self._schemas = schemas
        self._now = now

    async def keep_growing(self) -> None:
        """Keep the full tiles of all ledgers as they grow, until cancelled, so that nobody has to wait for them."""
        while True:
            try:
                for head in await self._events.heads():
                    await self._tree.grow(head.ledger_id, head.position)
            except (LogUnavailable, LedgerContradicted) as error:
                log.warning("audit.tiles_delayed", error=str(error))
            await asyncio.sleep(GROW_SECONDS)

    async def checkpoint(self, ledger_id: str) -> SignedCheckpoint:
        head = await self._events.head(ledger_id)
        *earlier, epoch = await self._events.epochs(ledger_id)
        point = note.Checkpoint("", 0, b"")

        async def now() -> note.Checkpoint:
            nonlocal head, point
            head = await self._events.head(ledger_id)
            origin = note.origin(self._host, ledger_id, head.log_id)
            point = note.Checkpoint(origin, head.position, await self._tree.root(ledger_id, head.position))
            return point

        async def root_at(size: int) -> bytes:
            return await self._tree.root(ledger_id, size)

        signed = await self._signer.checkpoint(ledger_id, now, root_at, epoch.first_position - 1 if earlier else None)
        public_key = self._signer.public_key(point.origin)
        return SignedCheckpoint(point.origin, point.size, point.root, head.log_id, head.chain, signed, public_key)

    async def inclusion(self, ledger_id: str, position: int, size: int | None = None) -> InclusionProof:
        size = _size(await self._events.head(ledger_id), size, "size")
        if not 1 <= position <= size:
            raise Invalid(f"Must be a position from 1 to {size}", field="position")
        (leaf,) = await self._events.leaves(ledger_id, position, position)
        hashes = await self._tree.inclusion(ledger_id, position - 1, size)
        return InclusionProof(position, size, leaf, await self._tree.root(ledger_id, size), hashes)

    async def consistency(self, ledger_id: str, first: int, second: int | None = None) -> ConsistencyProof:
        second = _size(await self._events.head(ledger_id), second, "to")
        if not 0 <= first <= second:
            raise Invalid(f"Must be a size from 0 to {second}", field="from")
        return ConsistencyProof(
            first=first,
            second=second,
            first_root=await self._tree.root(ledger_id, first),
            second_root=await self._tree.root(ledger_id, second),
            hashes=await self._tree.consistency(ledger_id, first, second),
        )

    async def tile(self, ledger_id: str, path: str) -> Tile:
        head = await self._events.head(ledger_id)
        tile = tiles.parse(path)
        if tile is None or tile.first + tile.width > head.position >> tile.level * tiles.HEIGHT:
            raise NotFound("No such tile")
        await self._tree.grow(ledger_id, head.position)
        return Tile(await self._tree.tile(ledger_id, tile), full=tile.width == tiles.WIDTH)

    async def export(self, ledger_id: str, first: int = 1, last: int | None = None) -> Package:
        checkpoint = await self.checkpoint(ledger_id)
        if last is not None and not 1 <= last <= checkpoint.size:
            raise Invalid(f"Must be a position from 1 to {checkpoint.size}", field="to")
        last = checkpoint.size if last is None else last
        if not 1 <= first <= max(last, 1):
            raise Invalid(f"Must be a position from 1 to {last}", field="from")
        contents = Contents(
            ledger_id=ledger_id,
            first=first,
            last=last,
            epochs=await self._events.epochs(ledger_id),
            checkpoint=checkpoint,
            chain_before=await self._chain(ledger_id, first - 1),
            before=await self._tree.frontier(ledger_id, first - 1),
            consistency=await self._tree.consistency(ledger_id, last, checkpoint.size),
            schemas=self._schemas(),
            created_at=self._now(),
        )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return await pack(self._events, contents, self._signer.sign, self._folder)

    async def _chain(self, ledger_id: str, position: int) -> bytes:
        if position == 0:
            return GENESIS_CHAIN
        (event,) = await self._events.read(ledger_id, after=position - 1, upto=position, limit=1)
        return event.chain


def _size(head: Head, asked: int | None, field: str) -> int:
    if asked is None:
        return head.position
    if not 0 <= asked <= head.position:
        raise Invalid(f"Must be a size from 0 to {head.position}", field=field)
    return asked
