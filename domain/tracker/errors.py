"""Refusals about tickets. The texts are those of the tracker contract."""

from domain.kernel.errors import Forbidden, Invalid, NotFound


class TicketNotFound(NotFound):
    """Ticket not found"""


class NotYours(Forbidden):
    """Forbidden: Missing permission to modify this resource"""


class ForeignColumn(Invalid):
    """Column not found or does not belong to project"""


class ForeignTickets(Invalid):
    """One or more tickets not found or do not belong to project"""


class OutsidePerson(Invalid):
    """Assignee must be a project member"""


class ForeignParent(Invalid):
    """Parent ticket not found or does not belong to project"""


class SubtaskAsParent(Invalid):
    """Subtasks cannot have subtasks"""


class OwnParent(Invalid):
    """Cannot set parent: ticket cannot be its own parent"""


class CircularParent(Invalid):
    """Cannot set parent: would create a circular reference"""


class ParentChainTooDeep(Invalid):
    """Cannot set parent: parent chain exceeds maximum depth"""


class ParentAsSubtask(Invalid):
    """Cannot make a ticket with subtasks into a subtask"""
