"""The tracker over HTTP: projects, members, tickets, activity."""

from litestar.types import ControllerRouterHandler

from interfaces.http.tracker import activity, board, members, projects, tickets
from interfaces.http.tracker.pictures import pictures

ROUTES: tuple[ControllerRouterHandler, ...] = (
    projects.list_projects,
    projects.create_project,
    projects.get_project,
    projects.change_project,
    projects.delete_project,
    projects.list_columns,
    members.list_members,
    members.add_member,
    members.get_member,
    members.change_member,
    members.remove_member,
    members.list_roles,
    board.list_tickets,
    board.search_tickets,
    board.change_tickets,
    board.delete_tickets,
    tickets.file_ticket,
    tickets.get_ticket,
    tickets.change_ticket,
    tickets.delete_ticket,
    activity.ticket_activity,
)

__all__ = ["ROUTES", "pictures"]
