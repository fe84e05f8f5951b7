"""Rows, and the working set that a fold changes.

A fold never sees a database: the projector loads the rows that a page of events touches, the fold changes them in
memory, and each table is written with one bulk statement. So the same fold serves the live tables, a rebuild, a test
and a look at the past.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar, cast

import msgspec

R = TypeVar("R", bound="Row")
Key = tuple[Any, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a read model. Every key begins with the ledger.

    ``table`` carries the projection's version (``board_ticket_v1``). ``key`` names the key columns after ``ledger_id``.
    ``personal`` maps a column with personal data to the column that holds the person's id: when the person is
    forgotten the text becomes ``""``.
    """

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    personal: ClassVar[Mapping[str, str]] = {}

    ledger_id: str

    def key_values(self) -> Key:
        return tuple(getattr(self, name) for name in self.key)


class NotTouched(LookupError):
    """A fold asked for a row that its projection did not announce in ``touches``: a bug in the projection."""


class Rows:
    """The rows of one ledger that a page of events works on."""

    def __init__(self, ledger_id: str) -> None:
        self.ledger_id = ledger_id
        self._state: dict[type[Row], dict[Key, Row | None]] = {}
        self._announced: set[tuple[type[Row], Key]] = set()
        self.dirty: dict[type[Row], set[Key]] = {}
        self.deletions: list[tuple[type[Row], dict[str, Any]]] = []
        self.forgotten: list[tuple[type[Row], str]] = []

    def announce(self, keys: Iterable[tuple[type[Row], Key]]) -> None:
        """Say which rows will be asked for."""
        self._announced.update(keys)

    def missing(self, kind: type[Row]) -> list[Key]:
        """The announced keys of one table that are not in memory."""
        known = self._state.get(kind, {})
        return [key for announced, key in self._announced if announced is kind and key not in known]

    def load(self, row: Row) -> None:
        """Bring in a row as the table has it."""
        self._state.setdefault(type(row), {})[row.key_values()] = row

    def get(self, kind: type[R], *key: Any) -> R | None:
        """Raises NotTouched."""
        known = self._state.setdefault(kind, {})
        if key in known:
            return cast("R | None", known[key])
        if (kind, key) not in self._announced:
            raise NotTouched(f"{kind.__name__}{key} was not announced")
        return None

    def put(self, row: Row) -> None:
        """Insert or replace."""
        key = row.key_values()
        self._state.setdefault(type(row), {})[key] = row
        self.dirty.setdefault(type(row), set()).add(key)

    def change(self, kind: type[R], *key: Any, **columns: Any) -> None:
        """Change some columns. Nothing happens if the row is not there."""
        row = self.get(kind, *key)
        if row is not None:
            self.put(msgspec.structs.replace(row, **columns))

    def delete(self, kind: type[Row], *key: Any) -> None:
        self._state.setdefault(kind, {})[key] = None
        self.dirty.setdefault(kind, set()).add(key)

    def delete_where(self, kind: type[Row], **columns: Any) -> None:
        """Delete every row with these column values, loaded or not."""
        for key, row in self._state.get(kind, {}).items():
            if row is not None and all(getattr(row, name) == value for name, value in columns.items()):
                self.delete(kind, *key)
        self.deletions.append((kind, columns))

    def forget(self, kind: type[Row], person_id: str) -> None:
        """Empty the personal columns of a person, loaded or not."""
        for row in list(self.all(kind)):
            empty = {column: "" for column, owner in kind.personal.items() if getattr(row, owner) == person_id}
            if empty:
                self.put(msgspec.structs.replace(row, **empty))
        self.forgotten.append((kind, person_id))

    def all(self, kind: type[R]) -> list[R]:
        """The rows in memory, in key order."""
        rows = self._state.get(kind, {})
        return [cast("R", rows[key]) for key in sorted(rows, key=repr) if rows[key] is not None]

    def changes(self, kind: type[R]) -> tuple[list[R], list[Key]]:
        """What must be written: rows to upsert, keys to delete."""
        state = self._state.get(kind, {})
        keys = self.dirty.get(kind, ())
        return [cast("R", state[key]) for key in keys if state[key] is not None], [
            key for key in keys if state[key] is None
        ]
