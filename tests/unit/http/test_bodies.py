"""What is wrong with a body is told with the field and a message for each, whatever the body holds."""

from typing import Annotated, Any

import msgspec
import pytest
from litestar import Request, post
from litestar.params import FromPath, FromQuery, JSONBody

from interfaces.http.bodies import decode
from interfaces.http.problems import BadInput, Detail
from tests.unit.http.kit import World


class Item(msgspec.Struct, rename="camel"):
    title: Annotated[str, msgspec.Meta(max_length=5)]
    story_points: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    tags: list[str] = []


class Nothing(msgspec.Struct):
    name: str = ""


@post("/items/{place:str}")
async def create(request: Request[Any, Any, Any], place: FromPath[str], data: JSONBody[Item]) -> dict[str, str]:
    return {"title": data.title}


@post("/optional")
async def optional(data: JSONBody[Nothing | None] = None) -> dict[str, bool]:
    return {"empty": data is None}


@post("/query")
async def query(limit: FromQuery[int] = 5) -> dict[str, int]:
    return {"limit": limit}


def faults(body: bytes) -> list[Detail]:
    with pytest.raises(BadInput) as refused:
        decode(body, Item)
    return refused.value.details


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"title": 5, "storyPoints": "3"}', ["title", "storyPoints"]),
        (b'{"title": "too long", "storyPoints": 101}', ["title", "storyPoints"]),
        (b'{"storyPoints": 1}', ["title"]),
        (b'{"title": null}', ["title"]),
        (b'{"title": "a", "tags": ["x", 7]}', ["tags[1]"]),
        (b'{"title": "a", "storyPoints": 1e400}', ["storyPoints"]),
        (b'{"title": "a", "storyPoints": ' + b"9" * 6000 + b"}", ["storyPoints"]),
        (b'{"title": "a\\u0000"}', ["title"]),
        (b'{"title": "\\ud800"}', ["title"]),
        (b'{"title": "a", "unknown": {"deep": ["\\u0000"]}}', ["unknown.deep[0]"]),
        (b'{"title": "a", "\\ud800": 1}', ["(name)"]),
        (b'["title"]', [""]),
        (b'"title"', [""]),
        (b"null", [""]),
        (b'{"title": ', [""]),
        (b'{"title": "\xff"}', [""]),
        (b"[" * 100_000, [""]),
        (b'{"title": "a", "tags": ' + b"[" * 100_000, [""]),
    ],
)
def test_every_field_at_fault_is_named(body: bytes, fields: list[str]) -> None:
    assert [fault.field for fault in faults(body)] == fields


def test_unknown_properties_are_ignored_and_an_escaped_backslash_is_no_nul() -> None:
    assert decode(b'{"title": "a", "note": "\\\\u0000"}', Item) == Item("a")


async def test_a_refused_body_is_a_problem_with_details() -> None:
    async with World(create).client() as client:
        answer = await client.post("/items/1", json={"title": 5})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["details"] == [{"field": "title", "message": "Expected `str`, got `int`"}]
    assert answer.json()["error"] == "Invalid request data"


async def test_a_missing_body_is_told_as_such() -> None:
    async with World(create).client() as client:
        answer = await client.post("/items/1", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["details"] == [{"field": "", "message": "A JSON body is required"}]


async def test_an_empty_json_body_is_fine_where_the_body_is_optional() -> None:
    async with World(optional).client() as client:
        answer = await client.post("/optional", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (201, {"empty": True})


async def test_a_body_over_one_mebibyte_is_413() -> None:
    async with World(create).client() as client:
        answer = await client.post("/items/1", content=b'{"title": "' + b"a" * 1024 * 1024 + b'"}')
    assert answer.status_code == 413
    assert answer.json()["error"] == "The body is too large"


@pytest.mark.parametrize("limit", ["x", "٣", "9" * 5000, "1.5", "-"])
async def test_a_query_parameter_that_is_no_number_is_named(limit: str) -> None:
    async with World(query).client() as client:
        answer = await client.post("/query", params={"limit": limit})
    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["details"]] == ["limit"]


@pytest.mark.parametrize("url", ["/items/%00", "/items/a?x=%00"])
async def test_nul_characters_in_path_or_query_are_refused(url: str) -> None:
    async with World(create).client() as client:
        answer = await client.post(url, json={"title": "a"})
    assert answer.status_code == 400


async def test_bytes_that_are_no_utf_8_in_path_or_query_are_no_failure() -> None:
    async with World(create).client() as client:
        answer = await client.post("/items/%ff%ed%a0%80?x=%ff", json={"title": "a"})
    assert answer.status_code == 201
