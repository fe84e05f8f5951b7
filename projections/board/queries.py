"""Questions about one board: a ticket, a list of them, a search, a place in a column."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from domain.tracker.rank import Gap
from projections.accounts.queries import UserSummary, UserView, users
from projections.board.views import AgentBrief, ColumnBrief, ParentBrief, ProjectBrief, SubtaskBrief, TicketView
from projections.kernel.loader import Loader
from projections.kernel.reader import Reader
from projections.kernel.statements import Statements

sql = Statements("projections.board")
_strings = msgspec.json.Decoder(tuple[str, ...])
_people = msgspec.json.Decoder(tuple[UserSummary, ...])
_subtasks = msgspec.json.Decoder(tuple[SubtaskBrief, ...])


class Filters(msgspec.Struct, frozen=True):
    """Which tickets to list; None filters nothing."""

    column_id: str | None = None
    type: str | None = None
    priority: str | None = None
    assignee_id: str | None = None


async def tickets_by_id(reader: Reader, ledger_id: str, ticket_ids: Sequence[str]) -> Sequence[TicketView]:
    """Those that are there, in the order asked for."""
    return [_ticket(row) for row in await reader.fetch(sql.tickets_by_id, ledger_id, list(ticket_ids))]


def ticket_loader(reader: Reader) -> Loader[TicketView]:
    """One ticket at a time, read together with those that others ask for meanwhile."""

    async def read(ledger_id: str, ticket_ids: Sequence[str]) -> Mapping[str, TicketView]:
        return {view.id: view for view in await tickets_by_id(reader, ledger_id, ticket_ids)}

    return Loader(read)


async def tickets(
    reader: Reader, ledger_id: str, project_id: str, filters: Filters | None = None
) -> Sequence[TicketView]:
    """Those that pass the filters, by column, then place. What they share is read once, not once a ticket."""
    only = filters or Filters()
    rows = await reader.fetch(
        sql.tickets,
        ledger_id,
        project_id,
        only.column_id,
        only.type,
        only.priority,
        only.assignee_id,
    )
    if not rows:
        return []
    watchers = {row["ticket_id"]: _strings.decode(row["watcher_ids"]) for row in rows}
    people = await users(
        reader,
        ledger_id,
        {row[role] for row in rows for role in ("assignee_id", "creator_id") if row[role]}.union(*watchers.values()),
    )
    parents, subtasks = await _kin(reader, ledger_id, project_id)
    filers = await agents(reader, ledger_id, {row["agent_id"] for row in rows if row["agent_id"]})
    return [
        TicketView(
            **_own_columns(row),
            project=_project(row),
            column=_column(row),
            assignee=_summary(people, row["assignee_id"]),
            creator=_summary(people, row["creator_id"]),
            agent=filers.get(row["agent_id"]),
            parent=parents.get(row["parent_id"]),
            watchers=tuple(people[user_id].summary for user_id in watchers[row["ticket_id"]] if user_id in people),
            subtasks=tuple(subtasks[row["ticket_id"]]),
        )
        for row in rows
    ]


async def search(
    reader: Reader, ledger_id: str, project_id: str, text: str, *, number: int | None, limit: int
) -> Sequence[TicketView]:
    """Tickets with a text, in any case, in title or description, or with a number: that first, then titles, then the
    most recently updated."""
    matches = await reader.fetch(sql.matches, ledger_id, project_id, text, number, limit)
    return await tickets_by_id(reader, ledger_id, [row["ticket_id"] for row in matches])


async def gap_at(
    reader: Reader, ledger_id: str, project_id: str, column_id: str, *, index: int, moving: Sequence[str] = ()
) -> Gap:
    """The place at an index of a column, counted without the tickets that are to move there."""
    ranks = [row["rank"] for row in await reader.fetch(sql.gap, ledger_id, project_id, column_id, index, list(moving))]
    if index > 0 and ranks:
        return Gap(*ranks)
    if ranks:
        return Gap(below=ranks[0])
    return Gap(above=await reader.fetchval(sql.bottom, ledger_id, project_id, column_id, list(moving)))


_OWN = tuple(
    name
    for name in TicketView.__struct_fields__
    if name
    not in {"id", "order", "project", "column", "assignee", "creator", "agent", "parent", "watchers", "subtasks"}
)


def _ticket(row: Mapping[str, Any]) -> TicketView:
    return TicketView(
        **_own_columns(row),
        project=_project(row),
        column=_column(row),
        assignee=_person(row, "assignee"),
        creator=_person(row, "creator"),
        agent=_agent(row),
        parent=_parent(row),
        watchers=_people.decode(row["watchers"]) if row["watchers"] else (),
        subtasks=_subtasks.decode(row["subtasks"]) if row["subtasks"] else (),
    )


def _own_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: row[name] for name in _OWN}
    own["id"], own["order"] = row["ticket_id"], int(row["place"])
    return own


def _project(row: Mapping[str, Any]) -> ProjectBrief:
    return ProjectBrief(row["project_id"], row["project_key"], row["project_name"])


def _column(row: Mapping[str, Any]) -> ColumnBrief:
    return ColumnBrief(row["column_id"], row["column_name"], row["column_icon"], row["column_color"])


def _person(row: Mapping[str, Any], role: str) -> UserSummary | None:
    if row[f"{role}_username"] is None:
        return None
    return UserSummary(
        row[f"{role}_id"],
        row[f"{role}_username"],
        row[f"{role}_name"],
        row[f"{role}_email"],
        row[f"{role}_avatar"],
        row[f"{role}_avatar_color"],
    )


def _summary(people: Mapping[str, UserView], user_id: str | None) -> UserSummary | None:
    person = people.get(user_id) if user_id else None
    return person.summary if person else None


def _agent(row: Mapping[str, Any]) -> AgentBrief | None:
    if row["agent_id"] is None:
        return None
    return AgentBrief(row["agent_id"], row["agent_name"], row["agent_owner_id"], row["agent_owner_name"])


def _parent(row: Mapping[str, Any]) -> ParentBrief | None:
    if row["parent_number"] is None:
        return None
    return ParentBrief(row["parent_id"], row["parent_number"], row["parent_title"], row["parent_type"])


async def _kin(
    reader: Reader, ledger_id: str, project_id: str
) -> tuple[Mapping[str, ParentBrief], Mapping[str, list[SubtaskBrief]]]:
    """Possible parents by id, and the subtasks of each parent by number."""
    parents: dict[str, ParentBrief] = {}
    subtasks: dict[str, list[SubtaskBrief]] = defaultdict(list)
    for row in await reader.fetch(sql.kin, ledger_id, project_id):
        parents[row["ticket_id"]] = ParentBrief(row["ticket_id"], row["number"], row["title"], row["type"])
        if row["parent_id"] is not None:
            subtasks[row["parent_id"]].append(SubtaskBrief(row["ticket_id"], row["resolution"]))
    return parents, subtasks


async def agents(reader: Reader, ledger_id: str, agent_ids: Collection[str]) -> Mapping[str, AgentBrief]:
    """By id."""
    if not agent_ids:
        return {}
    rows = await reader.fetch(sql.agents, ledger_id, sorted(agent_ids))
    return {row["agent_id"]: AgentBrief(*row.values()) for row in rows}
