"""A ledger of 20 events with an audit trail, and exports of it on disk."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.audit.signer import Signer
from infra.audit.store import MemoryTiles
from infra.audit.trail import LogAuditTrail
from infra.audit.tree import LedgerTree
from tests.unit.audit.history import LEDGER, History

Export = Callable[..., Awaitable[Path]]
NOW = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)


def trail_of(history: History, folder: Path) -> LogAuditTrail:
    return LogAuditTrail(
        history.log,
        LedgerTree(history.log, MemoryTiles()),
        Signer(bytes(32), folder / "checkpoints"),
        host="ledger.example.org",
        folder=folder / "exports",
        schemas=lambda: {"data": [{"type": "ticket.created", "version": 1, "schema": {"type": "object"}}]},
        now=lambda: NOW,
    )


@pytest.fixture
def history() -> History:
    return History(20)


@pytest.fixture
def trail(history: History, tmp_path: Path) -> LogAuditTrail:
    return trail_of(history, tmp_path)


@pytest.fixture
def export(trail: LogAuditTrail, tmp_path: Path) -> Export:
    """Write an export of the positions ``first`` .. ``last`` and return its path."""

    async def write(first: int = 1, last: int | None = None) -> Path:
        package = await trail.export(LEDGER, first, last)
        path = tmp_path / package.name
        path.write_bytes(b"".join([chunk async for chunk in package.chunks]))
        assert path.stat().st_size == package.size
        return path

    return write
