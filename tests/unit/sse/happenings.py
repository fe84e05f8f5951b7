"""Events that the stream tests append."""

from domain.projects.project import Project
from domain.tracker.ticket import Ticket


def filed(ticket_id: str, title: str = "Cut the brass", project_id: str = "forge") -> Ticket.Created:
    return Ticket.Created(
        originator_id=ticket_id,
        project_id=project_id,
        number=1,
        title=title,
        column_id="todo",
        rank="a",
        creator_id="anna",
    )


def retitled(ticket_id: str, title: str = "Cut the steel") -> Ticket.Retitled:
    return Ticket.Retitled(originator_id=ticket_id, title=title)


def moved(ticket_id: str, column_id: str = "done") -> Ticket.Moved:
    return Ticket.Moved(originator_id=ticket_id, from_column_id="todo", from_rank="a", column_id=column_id, rank="b")


def joined(user_id: str, project_id: str = "forge") -> Project.MemberAdded:
    return Project.MemberAdded(
        originator_id=project_id, member_id=f"member-{user_id}", user_id=user_id, role_id="role-1"
    )


def left(user_id: str, project_id: str = "forge") -> Project.MemberRemoved:
    return Project.MemberRemoved(originator_id=project_id, member_id=f"member-{user_id}", user_id=user_id)
