"""The key ring: one data key per person and per project, wrapped by the master key; destroying one forgets its owner.

Envelope encryption as in NIST SP 800-57 part 1, with AES-256-GCM (SP 800-38D) both for the data and for the wrapping.
"""

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from infra.keys.errors import KeyDestroyed, KeyNotLoaded, MasterKeyUnusable, SealBroken
from infra.keys.sealing import KEY_BYTES, new_key, seal, unseal
from infra.keys.vault import Vault

FRESH_SECONDS = 0.8  # a key destroyed by another process is gone from here within 1 s
CAPACITY = 20_000  # keys in memory, about 10 MB


class _Held(NamedTuple):
    """A key as last seen in the vault; without a cipher it was destroyed (or, if not `final`, is not there yet)."""

    cipher: AESGCM | None
    seen_at: float
    final: bool


class KeyRing:
    """Seals and opens personal data and secrets, and derives the keys of everything else from the master key.

    `seal` and `open` work on keys in memory: `ensure` or `load` them first. A page of events is sealed or opened right
    after its keys were loaded, so a key that another process destroyed serves nothing that is begun 1 s later.
    """

    def __init__(
        self, master: bytes, vault: Vault, *, clock: Callable[[], float] = time.monotonic, capacity: int = CAPACITY
    ) -> None:
        if len(master) != KEY_BYTES:
            raise MasterKeyUnusable(f"The master key must be {KEY_BYTES} bytes long.")
        self._master = master
        self._vault = vault
        self._clock = clock
        self._capacity = capacity
        self._wrapping = AESGCM(self.derived("data keys"))
        self._claims = self.derived("claims")
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()

    def derived(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA256, RFC 5869): the same in every process with this master key."""
        return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=f"shipledger {purpose}".encode()).derive(self._master)

    def claim_hash(self, scope: str, value: str) -> bytes:
        """The keyed hash (HMAC-SHA256) under which a unique value is stored, so that the table tells nothing."""
        return hmac.digest(self._claims, f"{scope}\0{value}".encode(), hashlib.sha256)

    async def load(self, ledger_id: str, subjects: Iterable[str]) -> None:
        """Bring keys into memory. Subjects without a key stay without. Raises LogUnavailable."""
        wanted = dict.fromkeys(subjects)
        stale = self._stale(ledger_id, wanted)
        if not stale:
            return
        asked_at = self._clock()
        found = await self._vault.fetch(ledger_id, stale)
        for subject in stale:
            if subject not in found:
                self._hold(ledger_id, subject, _Held(None, asked_at, final=False))
            elif (wrapped := found[subject]) is None:
                self._hold(ledger_id, subject, _Held(None, asked_at, final=True))
            else:
                self._hold(ledger_id, subject, _Held(self._unwrap(ledger_id, subject, wrapped), asked_at, final=False))
        while len(self._held) > max(self._capacity, len(wanted)):
            self._held.popitem(last=False)

    async def ensure(self, ledger_id: str, subjects: Iterable[str]) -> None:
        """Bring keys into memory, making those that are missing. Raises KeyDestroyed, LogUnavailable."""
        wanted = tuple(subjects)
        await self.load(ledger_id, wanted)
        if missing := [subject for subject in wanted if self._is_missing(ledger_id, subject)]:
            await self._vault.add(ledger_id, {subject: self._new_wrapped(ledger_id, subject) for subject in missing})
            await self.load(ledger_id, missing)
        for subject in wanted:
            self._sealing_key(ledger_id, subject)

    def seal(self, ledger_id: str, subject: str, plain: bytes) -> bytes:
        """Encrypt under the subject's key. Raises KeyDestroyed, KeyNotLoaded."""
        return seal(self._sealing_key(ledger_id, subject), _place(ledger_id, subject), plain)

    def open(self, ledger_id: str, subject: str, sealed: bytes) -> bytes | None:
        """Decrypt what `seal` made; None when the key is gone. Raises SealBroken, KeyNotLoaded."""
        held = self._held.get((ledger_id, subject))
        if held is None:
            raise KeyNotLoaded
        return None if held.cipher is None else unseal(held.cipher, _place(ledger_id, subject), sealed)

    async def destroy(self, ledger_id: str, subject: str) -> None:
        """Take a key away for ever, in this process at once and in the others within 1 s. Idempotent."""
        await self._vault.destroy(ledger_id, subject)
        self._hold(ledger_id, subject, _Held(None, self._clock(), final=True))

    def _stale(self, ledger_id: str, subjects: Iterable[str]) -> list[str]:
        """The subjects to ask the vault about: a key may have been destroyed, a missing one made."""
        oldest = self._clock() - FRESH_SECONDS
        stale = []
        for subject in subjects:
            held = self._held.get((ledger_id, subject))
            if held is None or not (held.final or (held.cipher is not None and held.seen_at > oldest)):
                stale.append(subject)
            else:
                self._held.move_to_end((ledger_id, subject))
        return stale

    def _hold(self, ledger_id: str, subject: str, held: _Held) -> None:
        """Remember what was seen last: answers of the vault may overtake each other, and destruction is for ever."""
        known = self._held.get((ledger_id, subject))
        if known is None or (not known.final and known.seen_at <= held.seen_at):
            self._held[ledger_id, subject] = held
        self._held.move_to_end((ledger_id, subject))

    def _is_missing(self, ledger_id: str, subject: str) -> bool:
        held = self._held[ledger_id, subject]
        return held.cipher is None and not held.final

    def _sealing_key(self, ledger_id: str, subject: str) -> AESGCM:
        held = self._held.get((ledger_id, subject))
        if held is None or (held.cipher is None and not held.final):
            raise KeyNotLoaded
        if held.cipher is None:
            raise KeyDestroyed
        return held.cipher

    def _new_wrapped(self, ledger_id: str, subject: str) -> bytes:
        return seal(self._wrapping, _place(ledger_id, subject), new_key())

    def _unwrap(self, ledger_id: str, subject: str, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(unseal(self._wrapping, _place(ledger_id, subject), wrapped))
        except SealBroken as error:
            raise MasterKeyUnusable("The master key does not fit the keys of this database.") from error


def _place(ledger_id: str, subject: str) -> bytes:
    return f"{ledger_id}\0{subject}".encode()
