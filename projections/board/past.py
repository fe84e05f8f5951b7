"""A ticket as it was, in the column and project as they were. People are shown as they are now."""

from collections.abc import Iterable, Sequence

from domain.kernel.recorded import Recorded
from domain.tracker.ticket import Ticket
from projections.accounts.queries import users
from projections.board.fold import Board
from projections.board.queries import agents
from projections.board.rows import TicketRow
from projections.board.views import ColumnBrief, ParentBrief, ProjectBrief, SubtaskBrief, TicketView
from projections.kernel.past import Past
from projections.kernel.projection import replay
from projections.kernel.reader import Reader
from projections.projects.past import rows_of
from projections.projects.rows import ColumnRow, ProjectRow

_SHARED = tuple(name for name in TicketView.__struct_fields__ if name in TicketRow.__struct_fields__)


async def ticket_as_of(past: Past, reader: Reader, project_id: str, ticket_id: str) -> TicketView | None:
    """None for a ticket that was not there, or in another project. Its order is None: other tickets are not folded."""
    history = await past.history(ticket_id)
    row = _row(history, past.ledger_id)
    if row is None or row.project_id != project_id:
        return None
    project = await rows_of(past, project_id)
    column = next(each for each in project.all(ColumnRow) if each.column_id == row.column_id)
    (named,) = project.all(ProjectRow)
    people = await users(reader, past.ledger_id, filter(None, (row.assignee_id, row.creator_id, *row.watcher_ids)))
    shown = {user_id: person.summary for user_id, person in people.items()}
    parent = await _other(past, row.parent_id) if row.parent_id else None
    subtasks = [await _other(past, subtask_id) for subtask_id in _subtask_ids(history)]
    return TicketView(
        **{name: getattr(row, name) for name in _SHARED},
        id=row.ticket_id,
        order=None,
        project=ProjectBrief(named.project_id, named.project_key, named.name),
        column=ColumnBrief(column.column_id, column.name, column.icon, column.color),
        assignee=shown.get(row.assignee_id or ""),
        creator=shown.get(row.creator_id or ""),
        agent=(await agents(reader, past.ledger_id, [row.agent_id])).get(row.agent_id) if row.agent_id else None,
        parent=ParentBrief(parent.ticket_id, parent.number, parent.title, parent.type) if parent else None,
        watchers=tuple(shown[user_id] for user_id in row.watcher_ids if user_id in shown),
        subtasks=tuple(SubtaskBrief(each.ticket_id, each.resolution) for each in subtasks if each),
    )


async def _other(past: Past, ticket_id: str) -> TicketRow | None:
    return _row(await past.history(ticket_id), past.ledger_id)


def _row(history: Sequence[Recorded], ledger_id: str) -> TicketRow | None:
    return next(iter(replay(Board(), history, ledger_id).all(TicketRow)), None)


def _subtask_ids(history: Iterable[Recorded]) -> Iterable[str]:
    attached: dict[str, None] = {}
    for recorded in history:
        match recorded.event:
            case Ticket.SubtaskAttached(subtask_id=subtask_id):
                attached[subtask_id] = None
            case Ticket.SubtaskDetached(subtask_id=subtask_id):
                attached.pop(subtask_id, None)
    return attached
