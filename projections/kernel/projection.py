"""The projection: which events it consumes, which rows they touch, what they make of them."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import ClassVar, Literal

from domain.kernel.aggregate import Event
from domain.kernel.event import name_of
from domain.kernel.forgetting import PersonForgotten
from domain.kernel.recorded import Recorded
from projections.kernel.rows import Key, Row, Rows

Group = Literal["interactive", "background"]


class Projection:
    """A fold of events into tables.

    ``name`` and ``version`` name it in checkpoints; raise the version (and the suffix of every table) when old rows no
    longer mean the same. The ``interactive`` group answers commands, so responses wait for it; ``background`` is never
    waited for. ``tables.sql`` stands beside the fold and creates the tables, unqualified.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    group: ClassVar[Group] = "interactive"
    rows: ClassVar[tuple[type[Row], ...]]
    consumes: ClassVar[tuple[type[Event], ...]]

    def touches(self, recorded: Recorded) -> Iterable[tuple[type[Row], Key]]:
        """The rows that ``fold`` will ask for."""
        raise NotImplementedError

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        """Change the rows. ``recorded.event`` is always one of ``consumes``, never None."""
        raise NotImplementedError

    def take(self, recorded: Recorded, rows: Rows) -> None:
        """Fold one event if it is for this projection. All forget a person the same way: by their personal columns."""
        if isinstance(recorded.event, PersonForgotten):
            for kind in self.rows:
                if kind.personal:
                    rows.forget(kind, recorded.event.person_id)
        if self.wants(recorded):
            self.fold(recorded, rows)

    def announce(self, recorded: Recorded, rows: Rows) -> None:
        if self.wants(recorded):
            rows.announce(self.touches(recorded))

    def wants(self, recorded: Recorded) -> bool:
        """Also not if a retention rule emptied it."""
        return recorded.type in self.types() and recorded.event is not None

    @classmethod
    @cache
    def types(cls) -> frozenset[str]:
        return frozenset(map(name_of, cls.consumes))

    @classmethod
    def tables_sql(cls) -> str:
        return resources.files(cls.__module__.rpartition(".")[0]).joinpath("tables.sql").read_text()


def replay(projection: Projection, history: Iterable[Recorded], ledger_id: str) -> Rows:
    """Fold a history in memory: for tests, and for a look at the past."""
    rows = Rows(ledger_id)
    for recorded in history:
        projection.announce(recorded, rows)
        projection.take(recorded, rows)
    return rows
