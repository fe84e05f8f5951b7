"""The vault of unit tests: a dictionary."""

from collections.abc import Iterable, Mapping


class MemoryVault:
    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], bytes | None] = {}

    async def fetch(self, ledger_id: str, subjects: Iterable[str]) -> dict[str, bytes | None]:
        return {subject: self._keys[ledger_id, subject] for subject in subjects if (ledger_id, subject) in self._keys}

    async def add(self, ledger_id: str, wrapped: Mapping[str, bytes]) -> None:
        for subject, key in wrapped.items():
            self._keys.setdefault((ledger_id, subject), key)

    async def destroy(self, ledger_id: str, subject: str) -> None:
        self._keys[ledger_id, subject] = None
