"""The past without a stream: pages, and NDJSON for all of it, with the filters and rights of the streams."""

import json
from typing import Any

import pytest

from tests.unit.sse.happenings import filed, moved
from tests.unit.sse.world import World

PAGE = "/api/v1/events"
BULK = {"accept": "application/x-ndjson"}


async def test_pages_follow_each_other_to_the_head(world: World) -> None:
    world.user("anna", "forge")
    for number in range(5):
        await world.append(filed(f"t{number}"), project_id="forge")
    first = (await world.request("GET", PAGE, "anna", limit=2)).json()
    assert [event["position"] for event in first["data"]] == [1, 2]
    assert first["meta"] == {"nextCursor": "2"}
    last = (await world.request("GET", PAGE, "anna", limit=3, after=first["meta"]["nextCursor"])).json()
    assert [event["id"] for event in last["data"]] == ["3", "4", "5"]
    assert last["meta"] == {"nextCursor": None}


async def test_a_page_shows_what_the_caller_may_see(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "mill")
    for number in range(600):
        await world.append(filed(f"t{number}"), project_id="mill")
    await world.append(filed("last"), project_id="forge")
    page = (await world.request("GET", PAGE, "anna", limit=1)).json()
    assert [event["subject"] for event in page["data"]] == ["last"]
    assert (await world.request("GET", PAGE)).status == 401
    assert (await world.request("GET", PAGE, "anna", project="mill")).status == 404


async def test_a_page_takes_the_filters_of_the_streams(world: World) -> None:
    world.user("anna", "forge")
    await world.append(filed("t1"), filed("t2"), moved("t1"), moved("t2"), project_id="forge")

    async def found(**query: Any) -> list[int]:
        page = (await world.request("GET", PAGE, "anna", **query)).json()
        return [event["position"] for event in page["data"]]

    assert await found(types="ticket.moved") == [3, 4]
    assert await found(types="ticket.*", stream="t1") == [1, 3]
    assert await found(project="forge") == [1, 2, 3, 4]
    assert await found(correlation="unknown") == []


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("limit", "0", 400),
        ("limit", "1001", 400),
        ("limit", "many", 400),
        ("after", "-1", 400),
        ("after", "x", 400),
        ("after", "7", 409),
        ("types", "ticket", 400),
        ("types", "*", 400),
        ("types", "ticket.*,,", 400),
        ("stream", "a b", 400),
    ],
)
async def test_bad_parameters_are_refused(world: World, field: str, value: str, status: int) -> None:
    world.user("anna", "forge")
    query: dict[str, Any] = {field: value}
    answer = await world.request("GET", PAGE, "anna", **query)
    assert answer.status == status
    if status == 400:
        assert answer.json()["details"][0]["field"] == field


async def test_ndjson_holds_everything_up_to_the_head_one_event_a_line(world: World) -> None:
    world.user("anna", "forge")
    for number in range(1200):
        await world.append(filed(f"t{number}"), project_id="forge")
    answer = await world.request("GET", PAGE, "anna", BULK)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line)["position"] for line in answer.body.splitlines()] == list(range(1, 1201))
    some = await world.request("GET", PAGE, "anna", BULK, after=1000, limit=3)
    assert [json.loads(line)["position"] for line in some.body.splitlines()] == [1001, 1002, 1003]
