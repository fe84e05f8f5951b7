"""How much one user has to do with."""

import msgspec

from projections.kernel.reader import Reader
from projections.kernel.statements import Statements

sql = Statements("projections.board", "involvement.sql")


class Involvement(msgspec.Struct, frozen=True):
    """Projects that the user belongs to, tickets assigned to them, tickets they filed."""

    projects: int
    assigned: int
    created: int


async def involvement(reader: Reader, ledger_id: str, user_id: str) -> Involvement:
    row = await reader.fetchrow(sql.counts, ledger_id, user_id)
    return Involvement(0, 0, 0) if row is None else Involvement(row["projects"], row["assigned"], row["created"])
