"""The generic stream, its pages and its tickets, through clients that know nothing of the server."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.listening import events, listening, until
from tests.acceptance.tracker import Team, new_team
from tests.server import ServerProcess

STREAM = "/api/v1/events/stream"


@pytest.fixture
def team(server: ServerProcess, admin: httpx.Client) -> Iterator[Team]:
    with new_team(server.base) as team:
        yield team


def test_history_comes_first_then_what_happens_and_a_resumed_reader_misses_nothing(team: Team) -> None:
    first = team.file(title="Cut the brass")
    with listening(team.mia, STREAM, types="ticket.*") as frames:
        opened = next(frames)
        assert opened.event == "stream.opened"
        assert opened.id == ""
        [history] = until(frames, "stream.caught_up")
        assert history.event == "ticket.created"
        assert history.json()["subject"] == first["id"]
        assert history.json()["data"]["title"] == "Cut the brass"
        team.change(first["id"], title="Cut the steel")
        [live] = events(frames, 1)
        assert (live["type"], live["data"]) == ("ticket.retitled", {"title": "Cut the steel"})
        assert live["position"] == int(live["id"])
    second = team.file(title="Polish it")
    team.change(second["id"], priority="high")
    with listening(team.mia, STREAM, last_event_id=live["id"], types="ticket.*") as frames:
        missed = until(frames, "stream.caught_up")[1:]
        assert [frame.event for frame in missed] == ["ticket.created", "ticket.priority_changed"]


def test_membership_decides_while_the_stream_is_open(team: Team) -> None:
    with listening(team.sam, STREAM, types="ticket.*") as frames:
        assert until(frames, "stream.caught_up")[1:] == []
        team.file(title="Unseen")
        team.add("sam", "Member")
        seen = team.file(title="Seen")
        assert events(frames, 1)[0]["subject"] == seen["id"]


def test_pages_bulk_and_stream_show_the_same_events(team: Team) -> None:
    for number in range(5):
        team.file(title=f"Ticket {number}")
    query = {"project": team.project["key"], "types": "ticket.*"}
    with listening(team.olga, STREAM, **query) as frames:
        streamed = [json.loads(frame.data) for frame in until(frames, "stream.caught_up")[1:]]
    paged: list[object] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = team.olga.get("/api/v1/events", params={**query, "after": cursor, "limit": 2}).json()
        paged += page["data"]
        cursor = page["meta"]["nextCursor"]
    bulk = team.olga.get("/api/v1/events", params=query, headers={"Accept": "application/x-ndjson"})
    assert streamed == paged == [json.loads(line) for line in bulk.text.splitlines()]
    assert len(streamed) == 5


def test_a_browser_opens_a_stream_with_a_ticket_or_a_token_in_the_url(team: Team) -> None:
    filed = team.file()
    ticket = team.mia.post("/api/v1/events/ticket").json()["ticket"]
    token = team.mia.headers["Authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=team.base, timeout=10) as browser:
        for credential in ({"ticket": ticket}, {"token": token}):
            with listening(browser, STREAM, types="ticket.*", **credential) as frames:
                assert events(frames, 1)[0]["subject"] == filed["id"]
        assert browser.get(STREAM, params={"ticket": ticket}).status_code == 401


def test_a_stream_of_a_revoked_token_ends(team: Team) -> None:
    client = team.with_access_token("mia", "events:read", "projects:read")
    with listening(client, STREAM, types="ticket.*") as frames:
        until(frames, "stream.caught_up")
        assert client.post("/api/auth/logout").status_code == 204
        until(frames, "stream.closing")


@pytest.mark.parametrize(("cursor", "status"), [("x", 400), ("-1", 400), ("999999999", 409)])
def test_a_bad_cursor_is_refused_with_a_problem(team: Team, cursor: str, status: int) -> None:
    answer = team.mia.get(STREAM, headers={"Last-Event-ID": cursor})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_catalog_lists_what_the_stream_carries(team: Team) -> None:
    team.file()
    described = {entry["type"] for entry in team.olga.get("/api/v1/events/catalog").json()["data"]}
    page = team.olga.get("/api/v1/events", params={"limit": 1000}).json()["data"]
    assert {event["type"] for event in page} <= described
    assert team.olga.get("/api/v1/events/asyncapi").json()["asyncapi"] == "3.0.0"
