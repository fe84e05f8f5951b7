"""Rows in and out of the tables of a projection: one statement a table and page, whatever the page's size."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from projections.kernel.projection import Projection
from projections.kernel.rows import Row, Rows
from projections.kernel.statements import Statements

sql = Statements("infra.projector", "statements.sql")
MAKING = 0x5348_4950_5442_4C53  # "SHIPTBLS": the advisory lock of making tables


class Table:
    """The statements of one table. Rows travel as one JSON array, so that types are the table's own affair."""

    def __init__(self, kind: type[Row]) -> None:
        self.kind = kind
        self._many = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
        name = kind.table
        keys = ("ledger_id", *kind.key)
        columns = kind.__struct_fields__
        same_key = " and ".join(f"t.{key} = k.{key}" for key in keys)
        changed = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in keys)
        incoming = f"json_populate_recordset(null::{name}, $1::json)"
        self._load = (
            f"select coalesce(json_agg(found), '[]')::text from {incoming} k "  # noqa: S608 - names from our classes
            f"cross join lateral (select t.* from {name} t where {same_key} limit 1) found"
        )
        self._delete = f"delete from {name} t using {incoming} k where {same_key}"  # noqa: S608
        self._upsert = (
            f"insert into {name} ({', '.join(columns)}) select {', '.join(columns)} from {incoming} "  # noqa: S608
            f"on conflict ({', '.join(keys)}) do " + (f"update set {changed}" if changed else "nothing")
        )

    async def load(self, connection: Any, working_sets: Sequence[Rows]) -> None:
        """Bring the announced rows of several ledgers into their working sets."""
        wanted = [
            dict(zip(self.kind.key, key, strict=True)) | {"ledger_id": rows.ledger_id}
            for rows in working_sets
            for key in rows.missing(self.kind)
        ]
        if not wanted:
            return
        by_ledger = {rows.ledger_id: rows for rows in working_sets}
        found: list[Row] = self._many.decode(await connection.fetchval(self._load, _json(wanted)))
        for row in found:
            by_ledger[row.ledger_id].load(row)

    async def write(self, connection: Any, working_sets: Sequence[Rows]) -> None:
        await self._write_conditions(connection, working_sets)
        upserts: list[Row] = []
        deletes: list[dict[str, Any]] = []
        for rows in working_sets:
            changed, deleted = rows.changes(self.kind)
            upserts += changed
            deletes += [dict(zip(self.kind.key, key, strict=True)) | {"ledger_id": rows.ledger_id} for key in deleted]
        if deletes:
            await connection.execute(self._delete, _json(deletes))
        if upserts:
            await connection.execute(self._upsert, _json(upserts))

    async def _write_conditions(self, connection: Any, working_sets: Sequence[Rows]) -> None:
        name = self.kind.table
        for rows in working_sets:
            for kind, columns in rows.deletions:
                if kind is self.kind:
                    where = " and ".join(f"{column} = ${n}" for n, column in enumerate(columns, 2))
                    await connection.execute(
                        f"delete from {name} where ledger_id = $1 and {where}",  # noqa: S608
                        rows.ledger_id,
                        *columns.values(),
                    )
            for kind, person_id in rows.forgotten:
                if kind is self.kind:
                    for column, owner in kind.personal.items():
                        await connection.execute(
                            f"update {name} set {column} = '' where ledger_id = $1 and {owner} = $2",  # noqa: S608
                            rows.ledger_id,
                            person_id,
                        )


class Tables:
    """All tables of some projections."""

    def __init__(self, projections: Iterable[Projection]) -> None:
        self._tables = {projection.name: [Table(kind) for kind in projection.rows] for projection in projections}

    async def make(self, connection: Any, projections: Iterable[Projection]) -> None:
        """Create the tables that are not there, in the connection's current schema; one process at a time does so."""
        for projection in projections:
            if not await connection.fetchval(sql.is_there, projection.rows[0].table):
                await self._make(connection, projection)

    async def _make(self, connection: Any, projection: Projection) -> None:
        # Outside a transaction: one that began before the lock was ours might not see what its last holder made.
        await connection.execute("select pg_advisory_lock($1)", MAKING)
        try:
            if not await connection.fetchval(sql.is_there, projection.rows[0].table):
                await connection.execute(projection.tables_sql())
        finally:
            await connection.execute("select pg_advisory_unlock($1)", MAKING)

    async def load(self, connection: Any, work: dict[str, list[Rows]]) -> None:
        """``work``: the working sets of each projection, by name."""
        for name, working_sets in work.items():
            for table in self._tables[name]:
                await table.load(connection, working_sets)

    async def write(self, connection: Any, work: dict[str, list[Rows]]) -> None:
        for name, working_sets in work.items():
            for table in self._tables[name]:
                await table.write(connection, working_sets)


def _json(rows: Sequence[Any]) -> str:
    return msgspec.json.encode(rows).decode()
