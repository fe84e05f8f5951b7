"""The port of the audit trail: what an auditor may ask of a ledger, without trusting it.

Trees, proofs and their hashes are those of RFC 6962, over the leaves of the ledger's events (ADR 0002). ``size`` counts
events: the tree of size *n* has the positions 1..n.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from domain.kernel.errors import Conflict


class LedgerContradicted(Conflict):
    """The ledger contradicts a checkpoint that was signed before: restore it, and find out who changed it."""


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """The state of a ledger, signed. ``note`` is a C2SP signed note, ``public_key`` the key in the same notation."""

    origin: str
    size: int
    root: bytes
    log_id: UUID
    chain: bytes
    note: str
    public_key: str


class InclusionProof(msgspec.Struct, frozen=True):
    """``hashes`` lead from the leaf at ``position`` to the root of the tree of ``size``."""

    position: int
    size: int
    leaf: bytes
    root: bytes
    hashes: Sequence[bytes]


class ConsistencyProof(msgspec.Struct, frozen=True):
    """``hashes`` show that the tree of ``second`` events begins with the tree of ``first``."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    hashes: Sequence[bytes]


class Tile(msgspec.Struct, frozen=True):
    """Hashes of the tree, 32 bytes each. A full tile never changes."""

    hashes: bytes
    full: bool


class Package(msgspec.Struct, frozen=True):
    """An export, ready to be sent. ``chunks`` can be read once; closing it gives its disk space back."""

    name: str
    size: int
    chunks: AsyncIterator[bytes]


class AuditTrail(Protocol):
    """Every call may raise NotFound for an unknown ledger, LogUnavailable, and LedgerContradicted."""

    async def checkpoint(self, ledger_id: str) -> SignedCheckpoint:
        """Sign the ledger as it is now."""
        ...

    async def inclusion(self, ledger_id: str, position: int, size: int | None = None) -> InclusionProof:
        """In the tree of ``size`` events, of all there are now unless given. Raises Invalid."""
        ...

    async def consistency(self, ledger_id: str, first: int, second: int | None = None) -> ConsistencyProof:
        """From the tree of ``first`` events to that of ``second``, or of all there are now. Raises Invalid."""
        ...

    async def tile(self, ledger_id: str, path: str) -> Tile:
        """The tile at a C2SP path such as ``0/x001/067.p/8``. Raises NotFound."""
        ...

    async def export(self, ledger_id: str, first: int = 1, last: int | None = None) -> Package:
        """Events, proofs and a verifier for the positions ``first``..``last``, or to the end. Raises Invalid."""
        ...
