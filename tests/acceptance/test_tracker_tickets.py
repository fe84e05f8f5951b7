"""Tickets over HTTP: black-box cases of the tracker's contract."""

import httpx
import pytest

from tests.acceptance.tracker import Team


def _orders(team: Team, column: str) -> list[tuple[int, int]]:
    listed = team.olga.get(f"{team.path}/tickets", params={"columnId": team.columns[column]}).json()
    return [(each["number"], each["order"]) for each in listed]


def test_a_ticket_has_every_field_of_the_contract(team: Team) -> None:
    ticket = team.file(
        title="Sell shoes",
        type="story",
        priority="HIGH",
        dueDate="2026-02-01",
        assigneeId=team.ids["mia"],
        storyPoints=3,
    )
    assert (ticket["number"], ticket["key"], ticket["order"]) == (1, f"{team.project['key']}-1", 0)
    assert (ticket["type"], ticket["priority"], ticket["storyPoints"]) == ("Story", "High", 3)
    assert ticket["dueDate"] == "2026-02-01T00:00:00.000Z"
    assert ticket["column"] == {"id": team.columns["To Do"], "name": "To Do", "icon": None, "color": None}
    assert ticket["assignee"]["username"] == team.olga.get(f"{team.path}/members").json()[2]["user"]["username"]
    assert ticket["_activity"] == {"activityIds": [f"{ticket['id']}:1:created"], "groupId": None}
    del ticket["_activity"]
    assert team.ticket(ticket["id"]) == ticket
    for absent in ("sprint", "parent", "resolution", "createdByAgent", "carriedFromSprint"):
        assert ticket[absent] is None
    for empty in ("labels", "watchers", "attachments", "links", "subtasks"):
        assert ticket[empty] == []


def test_tracker_keys_read_lower_case_and_know_their_agent(team: Team) -> None:
    key = team.with_tracker_key("olga")
    ticket = key.post(f"{team.path.lower()}/tickets", json={"title": "By an agent", "type": "BUG"}).json()
    assert (ticket["type"], ticket["priority"]) == ("bug", "medium")
    assert ticket["createdByAgent"]["ownerId"] == team.ids["olga"]
    assert isinstance(key.get("/api/projects").json(), list)
    assert team.ticket(ticket["id"])["type"] == "Bug"


def test_several_changes_are_one_group_of_the_activity(team: Team) -> None:
    ticket = team.file()
    answer = team.change(ticket["id"], title="Sell boots", assigneeId=team.ids["mia"])
    activity = answer.json()["_activity"]
    assert len(activity["activityIds"]) == 2
    group, created = team.olga.get(f"{team.path}/tickets/{ticket['id']}/activity").json()["entries"]
    assert (group["type"], group["id"]) == ("activity_group", activity["groupId"])
    assert group["changes"][0] == {
        "action": "updated",
        "field": "title",
        "oldValue": "A ticket",
        "newValue": "Sell boots",
    }
    assert group["changes"][1]["newValue"]["id"] == team.ids["mia"]
    assert (created["type"], created["action"]) == ("activity", "created")
    assert team.change(ticket["id"], title="Sell boots").json()["_activity"] == {"activityIds": [], "groupId": None}


def test_activity_comes_in_pages(team: Team) -> None:
    ticket = team.file()
    for title in ("one", "two", "three"):
        team.change(ticket["id"], title=title)
    path = f"{team.path}/tickets/{ticket['id']}/activity"
    first = team.olga.get(path, params={"limit": 2}).json()
    assert [each["newValue"] for each in first["entries"]] == ["three", "two"]
    assert first["hasMore"]
    rest = team.olga.get(path, params={"cursor": first["nextCursor"]}).json()
    assert [each["action"] for each in rest["entries"]] == ["updated", "created"]
    assert (rest["hasMore"], rest["nextCursor"]) == (False, None)
    assert team.olga.get(path, params={"cursor": "nonsense"}).status_code == 400


def test_a_batch_move_keeps_orders_contiguous(team: Team) -> None:
    ids = [team.file()["id"] for _ in range(4)]
    move = {"ticketIds": [ids[3], ids[2]], "toColumnId": team.columns["To Do"], "newOrder": 1}
    answer = team.olga.patch(f"{team.path}/tickets", json=move)
    assert answer.status_code == 200
    assert [(each["number"], each["order"]) for each in answer.json()["tickets"]] == [(4, 1), (3, 2)]
    assert _orders(team, "To Do") == [(1, 0), (4, 1), (3, 2), (2, 3)]


def test_moving_into_done_and_out_of_it_sets_and_clears_the_resolution(team: Team) -> None:
    ids = [team.file()["id"] for _ in range(2)]
    move = {"ticketIds": ids, "toColumnId": team.columns["Done"], "newOrder": 0}
    batch = team.olga.patch(f"{team.path}/tickets", json=move).json()
    assert [each["resolution"] for each in batch["tickets"]] == ["Done", "Done"]
    assert all(each["resolvedAt"] for each in batch["tickets"])
    assert set(batch["_activity"]["groups"]) == set(ids)
    assert batch["_activity"]["batchGroupId"].startswith("grp_")
    back = team.change(ids[0], columnId=team.columns["Review"]).json()
    assert (back["resolution"], back["resolvedAt"]) == (None, None)


def test_a_resolution_moves_a_ticket_to_the_first_done_column(team: Team) -> None:
    resolved = team.change(team.file()["id"], resolution="Won't Do").json()
    assert (resolved["columnId"], resolved["resolution"]) == (team.columns["Done"], "Won't Do")


def test_a_change_may_name_the_place_in_the_column(team: Team) -> None:
    ids = [team.file()["id"] for _ in range(3)]
    assert team.change(ids[2], order=0).json()["order"] == 0
    assert _orders(team, "To Do") == [(3, 0), (1, 1), (2, 2)]
    team.change(ids[0], columnId=team.columns["Review"], order=5)
    assert _orders(team, "Review") == [(1, 0)]


def test_a_move_with_something_foreign_in_it_moves_nothing(team: Team) -> None:
    ticket = team.file()["id"]
    done = team.columns["Done"]
    for body, text in (
        ({"ticketIds": [ticket], "toColumnId": "nowhere", "newOrder": 0}, "Target column not found"),
        ({"ticketIds": [ticket, "nothing"], "toColumnId": done, "newOrder": 0}, "One or more tickets not found"),
        ({"ticketIds": [], "toColumnId": done, "newOrder": 0}, "Invalid request data"),
        ({"ticketIds": [ticket]}, "Invalid request data"),
        ({}, "Invalid request data"),
    ):
        answer = team.olga.patch(f"{team.path}/tickets", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(text)
    assert team.ticket(ticket)["columnId"] == team.columns["To Do"]


def test_tickets_are_changed_and_deleted_at_once(team: Team) -> None:
    ids = [team.file()["id"] for _ in range(2)]
    answer = team.olga.patch(f"{team.path}/tickets", json={"ticketIds": ids, "updates": {"priority": "low"}})
    assert [each["priority"] for each in answer.json()["tickets"]] == ["Low", "Low"]
    answer = team.olga.request("DELETE", f"{team.path}/tickets", json={"ticketIds": ids})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert team.olga.get(f"{team.path}/tickets").json() == []


def test_filters_take_any_case(team: Team) -> None:
    bug = team.file(type="bug", assigneeId=team.ids["mia"])
    team.file()
    for query in (
        {"type": "Bug"},
        {"type": "bug"},
        {"assigneeId": team.ids["mia"]},
        {"priority": "Medium", "type": "BUG"},
    ):
        listed = team.olga.get(f"{team.path}/tickets", params=query).json()
        assert [each["id"] for each in listed] == [bug["id"]]
    assert team.olga.get(f"{team.path}/tickets", params={"hasAttachments": "true"}).json() == []
    assert len(team.olga.get(f"{team.path}/tickets", params={"hasAttachments": "false"}).json()) == 2
    assert team.olga.get(f"{team.path}/tickets", params={"type": "wish"}).status_code == 400


def test_a_search_finds_texts_and_keys(team: Team) -> None:
    team.file(title="Discount of 100%")
    team.file(title="Shipping", description="with a discount")

    def found(text: str) -> list[int]:
        return [each["number"] for each in team.olga.get(f"{team.path}/tickets/search", params={"q": text}).json()]

    assert found("  DISCOUNT ") == [1, 2]
    assert found("100%") == [1]
    assert found("%") == [1]
    assert found("") == []
    assert found("2") == [2]
    assert found(f"{team.project['key'].lower()}-2") == [2]
    assert found("OTHER-2") == []
    assert team.olga.get(f"{team.path}/tickets/search", params={"q": "x", "limit": 51}).status_code == 400


def test_parents_subtasks_and_their_refusals(team: Team) -> None:
    parent, subtask = team.file(title="Parent"), team.file(type="subtask")
    child = team.file(type="subtask", parentId=parent["id"])
    assert (child["parent"]["number"], child["parent"]["title"]) == (1, "Parent")
    assert team.ticket(parent["id"])["subtasks"] == [{"id": child["id"], "resolution": None}]
    for changes, text in (
        ({"parentId": parent["id"]}, "Cannot set parent: ticket cannot be its own parent"),
        ({"parentId": subtask["id"]}, "Subtasks cannot have subtasks"),
        ({"parentId": "nothing"}, "Parent ticket not found or does not belong to project"),
        ({"type": "subtask"}, "Cannot make a ticket with subtasks into a subtask"),
    ):
        answer = team.change(parent["id"], **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, text)
    team.olga.delete(f"{team.path}/tickets/{parent['id']}")
    assert (team.ticket(child["id"])["parentId"], team.ticket(child["id"])["parent"]) == (None, None)


def test_strangers_are_refused_before_their_body_is_read(team: Team) -> None:
    ticket = team.file()["id"]
    for method, path in (
        ("GET", "/tickets"),
        ("GET", f"/tickets/{ticket}"),
        ("POST", "/tickets"),
        ("PATCH", "/tickets"),
    ):
        answer = team.sam.request(method, team.path + path, content=b"{")
        assert (answer.status_code, answer.json()["error"]) == (403, "Forbidden: Not a project member")
        assert httpx.request(method, f"{team.base}{team.path}{path}", content=b"{").status_code == 401
    assert team.sam.get("/api/projects/NOPE/tickets").status_code == 404


def test_members_manage_their_own_tickets_only(team: Team) -> None:
    own, foreign = team.file(team.mia), team.file()
    assert team.mia.patch(f"{team.path}/tickets/{own['id']}", json={"title": "Mine"}).status_code == 200
    for method in ("PATCH", "DELETE"):
        answer = team.mia.request(method, f"{team.path}/tickets/{foreign['id']}", json={})
        assert answer.json()["error"] == "Forbidden: Missing permission to modify this resource"
        assert answer.status_code == 403
    answer = team.mia.patch(f"{team.path}/tickets", json={"ticketIds": [own["id"]], "updates": {}})
    assert answer.json()["error"] == "Forbidden: Missing permission tickets.manage_any"
    assert team.mia.delete(f"{team.path}/tickets/{own['id']}").json() == {"success": True}


def test_unknown_tickets_are_not_found(team: Team) -> None:
    other = team.olga.post("/api/projects", json={"name": "Other"}).json()
    elsewhere = team.olga.post(f"/api/projects/{other['key']}/tickets", json={"title": "x"}).json()["id"]
    for ticket_id in ("nothing", elsewhere):
        for method in ("GET", "PATCH", "DELETE"):
            answer = team.olga.request(method, f"{team.path}/tickets/{ticket_id}", json={})
            assert (answer.status_code, answer.json()["error"]) == (404, "Ticket not found")


def test_people_must_be_members(team: Team) -> None:
    for field, value, text in (
        ("reporterId", team.ids["sam"], "Reporter must be a project member"),
        ("assigneeId", team.ids["sam"], "Assignee must be a project member"),
        ("watcherIds", [team.ids["sam"]], "All watchers must be project members"),
        ("columnId", "nowhere", "Column not found or does not belong to project"),
        ("sprintId", "nothing", "Sprint not found"),
        ("labelIds", ["nothing"], "Label not found"),
    ):
        answer = team.olga.post(f"{team.path}/tickets", json={"title": "x", field: value})
        assert (answer.status_code, answer.json()["error"]) == (400, text)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"title"}),
        ({"title": "", "storyPoints": "3"}, {"title", "storyPoints"}),
        ({"title": "x", "type": "wish", "priority": "asap", "dueDate": "soon"}, {"type", "priority", "dueDate"}),
        ({"title": "x", "storyPoints": 2**40}, {"storyPoints"}),
        ({"title": "x", "resolution": "done"}, {"resolution"}),
        ({"title": "x" * 1001}, {"title"}),
        ({"title": "x", "description": "\0"}, {"description"}),
        ({"title": "x", "watcherIds": [1]}, {"watcherIds[0]"}),
        ({"title": "x", "dueDate": "9999-12-31T23:59:59-14:00"}, {"dueDate"}),
    ],
)
def test_each_field_at_fault_is_named_and_nothing_is_filed(
    team: Team, body: dict[str, object], fields: set[str]
) -> None:
    answer = team.olga.post(f"{team.path}/tickets", json=body)
    assert answer.status_code == 400
    assert {detail["field"] for detail in answer.json()["details"]} == fields
    assert team.olga.get(f"{team.path}/tickets").json() == []


def test_unknown_properties_are_ignored_and_reading_needs_no_body(team: Team) -> None:
    ticket = team.file(nonsense=True)
    answer = team.olga.get(f"{team.path}/tickets/{ticket['id']}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


def test_a_ticket_shows_how_it_was(team: Team) -> None:
    parent, ticket = team.file(), team.file(title="Before")
    then = team.olga.get(team.path).headers["x-log-position"]
    team.change(ticket["id"], title="After", parentId=parent["id"], resolution="Done")
    path = f"{team.path}/tickets/{ticket['id']}"
    was = team.olga.get(path, params={"as_of": then}).json()
    assert (was["title"], was["parent"], was["column"]["name"], was["order"]) == ("Before", None, "To Do", None)
    now = team.olga.get(path, params={"as_of": "2999-01-01T00:00:00Z"}).json()
    assert (now["title"], now["parent"]["id"], now["resolution"]) == ("After", parent["id"], "Done")
    assert team.olga.get(f"{team.path}/tickets/{ticket['id']}", params={"as_of": "1"}).status_code == 404


def test_a_retry_with_the_same_key_files_one_ticket(team: Team) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [team.olga.post(f"{team.path}/tickets", json={"title": "x"}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(team.olga.get(f"{team.path}/tickets").json()) == 1
    other = team.olga.post(f"{team.path}/tickets", json={"title": "y"}, headers=headers)
    assert other.status_code == 422


def test_a_rehearsal_tells_the_events_and_files_nothing(team: Team) -> None:
    headers = {"Prefer": "dry-run"}
    answer = team.olga.post(f"{team.path}/tickets", json={"title": "x"}, headers=headers)
    assert [event["type"] for event in answer.json()["events"]] == ["ticket.created"]
    assert team.olga.get(f"{team.path}/tickets").json() == []


def test_a_stale_tag_is_refused(team: Team) -> None:
    ticket = team.file()
    path = f"{team.path}/tickets/{ticket['id']}"
    tag = team.olga.get(path).headers["etag"]
    assert team.olga.patch(path, json={"title": "One"}, headers={"If-Match": tag}).status_code == 200
    assert team.olga.patch(path, json={"title": "Two"}, headers={"If-Match": tag}).status_code == 412
