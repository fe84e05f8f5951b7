"""Events of jars into rows."""

from collections.abc import Iterable
from importlib import resources
from typing import ClassVar

from domain.kernel.aggregate import Event
from domain.kernel.recorded import Recorded
from projections.kernel.projection import Projection
from projections.kernel.rows import Key, Row, Rows
from tests.samples.jar import Jar


class JarRow(Row, frozen=True, kw_only=True):
    table = "jar_v1"
    key = ("jar_id",)
    personal = {"owner": "owner_id"}

    jar_id: str
    label: str
    coins: int = 0
    owner_id: str = ""
    owner: str = ""


class Jars(Projection):
    """A subclass with another name, or another version, keeps its rows in a table of its own."""

    name = "jars"
    rows: ClassVar[tuple[type[JarRow], ...]] = (JarRow,)
    consumes: ClassVar[tuple[type[Event], ...]] = (Jar.Opened, Jar.Filled, Jar.Emptied, Jar.Given)

    @classmethod
    def tables_sql(cls) -> str:
        text = resources.files("tests.samples.jars").joinpath("tables.sql").read_text()
        return text.replace(JarRow.table, cls.rows[0].table)

    def touches(self, recorded: Recorded) -> Iterable[tuple[type[Row], Key]]:
        yield self.rows[0], (recorded.stream_id,)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        (kind,) = self.rows
        jar_id = recorded.stream_id
        match recorded.event:
            case Jar.Opened(label=label):
                rows.put(kind(ledger_id=rows.ledger_id, jar_id=jar_id, label=label))
            case Jar.Given(owner=owner):
                rows.change(kind, jar_id, owner_id=owner.person_id, owner=owner.value or "")
            case Jar.Filled(coins=coins):
                self._add(rows, jar_id, coins)
            case Jar.Emptied(coins=coins):
                self._add(rows, jar_id, -coins)

    def _add(self, rows: Rows, jar_id: str, coins: int) -> None:
        jar = rows.get(self.rows[0], jar_id)
        assert jar is not None
        rows.change(self.rows[0], jar_id, coins=jar.coins + coins)
