"""The tracker's three streams: the frames its clients know, with ids to come back to."""

from typing import Any

import pytest

from domain.identity.user import User
from domain.kernel.personal import Personal
from domain.projects.project import Project
from domain.tracker.ticket import Ticket
from interfaces.sse.limits import TRACKER, TRACKER_PROJECT, StreamLimit
from tests.unit.sse.happenings import filed, joined, left, moved, retitled
from tests.unit.sse.world import Received, World

TICKETS = "/api/projects/FORGE/events"
PROJECTS = "/api/projects/events"
USERS = "/api/users/events"


async def test_the_first_frame_says_who_is_connected(world: World) -> None:
    world.user("anna", "forge")
    for path in (TICKETS, PROJECTS):
        async with world.stream(path, "anna") as stream:
            assert await stream.frame() == Received("", "", {"type": "connected", "userId": "anna"})
    async with world.stream(USERS, "anna") as stream:
        connected = (await stream.frame()).data
    assert connected["type"] == "connected"
    assert connected["listenerId"]


async def test_a_ticket_message_has_flat_ids_and_the_ticket(world: World) -> None:
    world.user("anna", "forge")
    world.pictures["t1"] = {"id": "t1", "title": "Cut the brass", "column": {"name": "To do"}}
    async with world.stream(TICKETS, "anna") as stream:
        await stream.frame()
        await world.append(filed("t1"), project_id="forge", actor="anna", tab_id="tab-7")
        assert await stream.frame() == Received(
            "",
            "1",
            {
                "type": "ticket.created",
                "projectId": "forge",
                "ticketId": "t1",
                "userId": "anna",
                "data": world.pictures["t1"],
                "tabId": "tab-7",
                "timestamp": "1970-01-01T00:00:00.000Z",
            },
        )


async def test_a_deleted_ticket_is_told_by_its_id(world: World) -> None:
    world.user("anna", "forge")
    async with world.stream(TICKETS, "anna") as stream:
        await stream.frame()
        await world.append(Ticket.Deleted(originator_id="t1", column_id="todo", rank="a"), project_id="forge")
        message = (await stream.frame()).data
    assert (message["type"], message["data"]) == ("ticket.deleted", {"id": "t1"})
    assert "tabId" not in message


@pytest.mark.parametrize(
    ("events", "command", "told"),
    [
        ([retitled("t1")], "change_ticket", ["ticket.updated"]),
        ([retitled("t1"), moved("t1")], "change_ticket", ["ticket.moved"]),
        ([moved("t1", "todo")], "change_ticket", ["ticket.updated"]),
        ([moved("t1", "todo"), moved("t2", "todo")], "move_tickets", ["ticket.moved", "ticket.moved"]),
        ([filed("t1"), Ticket.SubtaskAttached(originator_id="t0", subtask_id="t1")], "create", ["ticket.created"]),
        ([moved("t1"), Ticket.Reopened(originator_id="t1")], "change_ticket", ["ticket.moved"]),
    ],
)
async def test_one_command_makes_one_message_for_each_ticket(
    world: World, events: list[Any], command: str, told: list[str]
) -> None:
    world.user("anna", "forge")
    async with world.stream(TICKETS, "anna") as stream:
        await stream.frame()
        await world.append(*events, project_id="forge", command=command)
        await world.append(filed("last"), project_id="forge")
        messages = [(await stream.frame()).data["type"] for _ in range(len(told) + 1)]
    assert messages == [*told, "ticket.created"]


async def test_without_a_cursor_only_what_happens_next_is_told(world: World) -> None:
    world.user("anna", "forge")
    await world.append(filed("t1"), project_id="forge")
    async with world.stream(TICKETS, "anna") as stream:
        await stream.frame()
        await world.append(filed("t2"), project_id="forge")
        assert (await stream.frame()).data["ticketId"] == "t2"


async def test_with_a_cursor_what_was_missed_is_told_first(world: World) -> None:
    world.user("anna", "forge")
    for name in ("t1", "t2", "t3"):
        await world.append(filed(name), project_id="forge")
    async with world.stream(TICKETS, "anna", {"Last-Event-ID": "1"}) as stream:
        await stream.frame()
        assert [frame.data["ticketId"] for frame in await stream.frames(2)] == ["t2", "t3"]
    assert (await world.request("GET", TICKETS, "anna", {"Last-Event-ID": "9"})).status == 409
    assert (await world.request("GET", TICKETS, "anna", {"Last-Event-ID": "x"})).status == 400


async def test_only_members_follow_a_project(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "mill")
    answer = await world.request("GET", TICKETS, "ben")
    assert (answer.status, answer.json()["error"]) == (403, "Forbidden: Not a project member")
    assert (await world.request("GET", TICKETS)).status == 401


async def test_projects_are_told_to_those_who_belong_to_them(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "mill")
    async with world.stream(PROJECTS, "anna") as stream:
        await stream.frame()
        await world.append(Project.Renamed(originator_id="mill", name="Mill"), project_id="mill")
        renamed = Project.Renamed(originator_id="forge", name="Smithy")
        recoloured = Project.Recoloured(originator_id="forge", color="#000000")
        await world.append(renamed, recoloured, project_id="forge", actor="anna")
        await world.append(Project.Deleted(originator_id="forge"), left("anna"), project_id="forge", actor="anna")
        updated, deleted = await stream.frames(2)
    assert (updated.id, updated.data["type"], updated.data["projectId"]) == ("3", "project.updated", "forge")
    assert (deleted.data["type"], deleted.data["data"]) == ("project.deleted", {"id": "forge"})


async def test_members_and_accounts_are_told_on_the_users_stream(world: World) -> None:
    world.user("anna", "forge")
    async with world.stream(USERS, "anna") as stream:
        await stream.frame()
        await world.append(joined("ben"), project_id="forge", actor="anna")
        await world.append(User.Renamed(originator_id="anna", name=Personal("anna", "Anne")))
        await world.append(left("anna"), project_id="forge", actor="ben")
        member, account, removed = await stream.frames(3)
    assert member.data["type"] == "member.added"
    assert (member.data["targetUserId"], member.data["changes"]) == ("ben", {"roleId": "role-1"})
    assert account.data["changes"] == {"name": "Anne"}
    assert (removed.data["type"], removed.data["targetUserId"]) == ("member.removed", "anna")


async def test_an_eleventh_stream_of_one_user_is_refused_in_the_trackers_words(world: World) -> None:
    world.user("anna", "forge")
    with world.tracker_hub.limits.slot(*[(TRACKER, ("default/main", "anna"))] * 10):
        answer = await world.request("GET", TICKETS, "anna")
        assert (answer.status, answer.json()["error"]) == (429, "Too many connections")
    async with world.stream(TICKETS, "anna") as stream:
        await stream.frame()


async def test_the_hundred_and_first_stream_of_one_project_is_refused(world: World) -> None:
    world.user("anna", "forge")
    place: tuple[StreamLimit, tuple[str, ...]] = (TRACKER_PROJECT, ("default/main", "forge"))
    with world.tracker_hub.limits.slot(*[place] * 100):
        answer = await world.request("GET", TICKETS, "anna")
    assert (answer.status, answer.json()["error"]) == (429, "Project connection limit reached")
