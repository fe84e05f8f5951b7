"""The tracker's three streams as its web client hears them."""

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.listening import listening, message
from tests.acceptance.tracker import Team, new_team
from tests.server import ServerProcess


@pytest.fixture
def team(server: ServerProcess, admin: httpx.Client) -> Iterator[Team]:
    with new_team(server.base) as team:
        yield team


def test_the_project_stream_tells_what_happens_to_tickets(team: Team) -> None:
    mia = team.signed_in("mia")
    with listening(mia, f"{team.path}/events") as frames:
        assert message(frames) == {"type": "connected", "userId": team.ids["mia"]}
        filed = team.olga.post(f"{team.path}/tickets", json={"title": "A"}, headers={"X-Tab-Id": "tab-7"}).json()
        created = message(frames)
        assert (created["type"], created["ticketId"], created["tabId"]) == ("ticket.created", filed["id"], "tab-7")
        assert (created["projectId"], created["userId"]) == (team.project["id"], team.ids["olga"])
        assert created["timestamp"].endswith("Z")
        assert created["data"] == mia.get(f"{team.path}/tickets/{filed['id']}").json()
        team.change(filed["id"], title="B", priority="High")
        updated = message(frames)
        assert (updated["type"], updated["data"]["title"], "tabId" in updated) == ("ticket.updated", "B", False)
        team.change(filed["id"], columnId=team.columns["In Progress"], title="C")
        assert message(frames)["type"] == "ticket.moved"
        team.olga.delete(f"{team.path}/tickets/{filed['id']}")
        deleted = message(frames)
        assert (deleted["type"], deleted["data"]) == ("ticket.deleted", {"id": filed["id"]})


def test_frames_carry_an_id_to_come_back_with_and_no_event_line(team: Team) -> None:
    with listening(team.mia, f"{team.path}/events") as frames:
        next(frames)
        team.file(title="A")
        frame = next(frames)
        assert frame.event == "message"
    missed = team.file(title="B")
    with listening(team.mia, f"{team.path}/events", last_event_id=frame.id) as frames:
        assert message(frames)["type"] == "connected"
        assert message(frames)["ticketId"] == missed["id"]


def test_the_projects_stream_tells_of_projects_one_belongs_to(team: Team) -> None:
    with listening(team.mia, "/api/projects/events") as frames:
        assert message(frames)["type"] == "connected"
        team.sam.post("/api/projects", json={"name": "Not Mia's"})
        own = team.mia.post("/api/projects", json={"name": "Mia's own"}).json()
        created = message(frames)
        assert (created["type"], created["projectId"], created["data"]["name"]) == (
            "project.created",
            own["id"],
            "Mia's own",
        )
        team.olga.patch(team.path, json={"name": "Renamed", "color": "#112233"})
        assert message(frames)["data"]["name"] == "Renamed"
        team.olga.delete(team.path)
        deleted = message(frames)
        assert (deleted["type"], deleted["projectId"]) == ("project.deleted", team.project["id"])


def test_the_users_stream_tells_of_members_and_of_ones_account(team: Team) -> None:
    mia = team.signed_in("mia")
    with listening(mia, "/api/users/events") as frames:
        assert message(frames)["listenerId"]
        team.add("sam", "Member")
        added = message(frames)
        assert (added["type"], added["targetUserId"]) == ("member.added", team.ids["sam"])
        mia.patch("/api/me", json={"name": "Maria"})
        assert message(frames)["changes"] == {"name": "Maria"}


def test_somebody_else_hears_nothing(team: Team) -> None:
    answer = team.sam.get(f"{team.path}/events")
    assert (answer.status_code, answer.json()["error"]) == (403, "Forbidden: Not a project member")
    with httpx.Client(base_url=team.base) as nobody:
        for path in (f"{team.path}/events", "/api/projects/events", "/api/users/events"):
            assert nobody.get(path).status_code == 401
