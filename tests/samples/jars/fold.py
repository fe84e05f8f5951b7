"""Events of jars into rows."""

from collections.abc import Iterable

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
    name = "jars"
    rows = (JarRow,)
    consumes = (Jar.Opened, Jar.Filled, Jar.Emptied, Jar.Given)

    def touches(self, recorded: Recorded) -> Iterable[tuple[type[Row], Key]]:
        yield JarRow, (recorded.stream_id,)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        jar_id = recorded.stream_id
        match recorded.event:
            case Jar.Opened(label=label):
                rows.put(JarRow(ledger_id=rows.ledger_id, jar_id=jar_id, label=label))
            case Jar.Given(owner=owner):
                rows.change(JarRow, jar_id, owner_id=owner.person_id, owner=owner.value or "")
            case Jar.Filled(coins=coins):
                self._add(rows, jar_id, coins)
            case Jar.Emptied(coins=coins):
                self._add(rows, jar_id, -coins)

    def _add(self, rows: Rows, jar_id: str, coins: int) -> None:
        jar = rows.get(JarRow, jar_id)
        assert jar is not None
        rows.put(
            JarRow(**{field: getattr(jar, field) for field in jar.__struct_fields__} | {"coins": jar.coins + coins})
        )
