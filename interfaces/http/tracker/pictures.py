"""Tickets and projects as the tracker's streams show them: the bodies of its routes, without anybody's role."""

from collections.abc import Collection, Mapping

import msgspec

from interfaces.http.tracker.project_shapes import plain
from interfaces.http.tracker.shapes import ticket_body
from interfaces.sse.tracker.pictures import Pictures
from projections.board.queries import tickets_by_id
from projections.kernel.reader import Reader
from projections.projects.queries import project_of


def pictures(reader: Reader) -> Mapping[str, Pictures]:
    async def tickets(ledger_id: str, ids: Collection[str]) -> Mapping[str, msgspec.Raw]:
        views = await tickets_by_id(reader, ledger_id, sorted(ids))
        return {view.id: _raw(ticket_body(view, title_case=True)) for view in views}

    async def projects(ledger_id: str, ids: Collection[str]) -> Mapping[str, msgspec.Raw]:
        found = [await project_of(reader, ledger_id, project_id, "") for project_id in sorted(ids)]
        return {view.id: _raw(plain(view)) for view in found if view is not None}

    return {"ticket": tickets, "project": projects}


def _raw(body: msgspec.Struct) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(body))
