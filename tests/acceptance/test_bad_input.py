"""Whatever is sent to whatever route, it is refused with a field and a message, and the ledger stays as it was."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.server import ServerProcess, registered

MALFORMED = [
    b"{",
    b'{"title": ',
    b"[1, 2",
    b"\xff\xfe",
    b'"\\ud800',
    b"[" * 50_000,
    b'{"a":' * 50_000,
    b"\x00",
    b"NaN",
]
VALUES: list[Any] = [[], {}, [[]], True, 7.5, -1, 10**30, "\x00", "a\x00b", "\ud800", "x" * 100_000, "٣", "", None]
TEXTS = ["x", "-1", "9" * 40, "1.5", "٣", "\x00", "", "x" * 5000, "a,b", "*", "2026-13-45", "%"]
UNREACHABLE_PARTS = ["%00", "%ff", "%ed%a0%80", "x" * 3000, "%2e%2e%2f", "'--", "٣", "%20"]
LOGINS = ["/api/auth/callback/credentials", "/api/auth/verify-credentials", "/api/auth/signout"]

Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def user(server: ServerProcess, admin: httpx.Client) -> Iterator[httpx.Client]:
    with closing(registered(server.base, "fuzz")) as client:
        yield client


@pytest.fixture(scope="module")
def document(user: httpx.Client) -> dict[str, Any]:
    described: dict[str, Any] = user.get("/openapi.json").json()
    return described


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    return [(method, path, what) for path, methods in document["paths"].items() for method, what in methods.items()]


@pytest.fixture(scope="module")
def places(user: httpx.Client) -> dict[str, str]:
    """Things that exist, by the name of the path parameter."""
    project = user.post("/api/projects", json={"name": "Fuzz"}).json()["key"]
    ticket = user.post(f"/api/projects/{project}/tickets", json={"title": "A ticket"}).json()
    member = user.get(f"/api/projects/{project}/members").json()[0]
    return {"project": project, "ticket_id": ticket["id"], "member_id": member["id"]}


def filled(path: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def properties(operation: dict[str, Any], document: dict[str, Any]) -> list[str]:
    text = json.dumps(operation["requestBody"])
    names = [name for name in document["components"]["schemas"] if f'/schemas/{name}"' in text]
    return [field for name in names for field in document["components"]["schemas"][name].get("properties", {})]


def position(user: httpx.Client) -> int:
    return int(user.get("/api/me").headers["x-log-position"])


def require_told(answer: httpx.Response, sent: str) -> None:
    assert answer.status_code < 500, f"{sent}: {answer.text[:300]}"
    if answer.status_code == 400:
        details = answer.json().get("details")
        assert details, f"{sent} tells no field: {answer.text[:300]}"
        assert all(isinstance(each["field"], str) and each["message"] for each in details)


def test_malformed_json_is_a_400_on_every_route_and_appends_nothing(
    user: httpx.Client, operations: list[Operation], places: dict[str, str]
) -> None:
    before = position(user)
    routes = [(method, path) for method, path, what in operations if "requestBody" in what]
    assert len(routes) > 10
    for method, path in [*routes, *(("post", path) for path in LOGINS)]:
        for body in MALFORMED:
            answer = user.request(
                method.upper(), filled(path, places), content=body, headers={"Content-Type": "application/json"}
            )
            sent = f"{method} {path} {body[:20]!r}"
            require_told(answer, sent)
            assert answer.status_code in {400, 403}, f"{sent}: {answer.text[:300]}"
    assert position(user) == before


def test_a_value_of_another_kind_in_any_field_is_no_failure(
    user: httpx.Client, operations: list[Operation], document: dict[str, Any], places: dict[str, str]
) -> None:
    for method, path, what in operations:
        if "requestBody" not in what:
            continue
        for field in properties(what, document):
            for value in VALUES:
                answer = user.request(
                    method.upper(),
                    filled(path, places),
                    content=json.dumps({field: value}).encode(),
                    headers={"Content-Type": "application/json", "Prefer": "dry-run"},
                )
                require_told(answer, f"{method} {path} {field}={value!r:.30}")


def test_any_text_in_a_query_parameter_is_no_failure(
    user: httpx.Client, operations: list[Operation], places: dict[str, str]
) -> None:
    for method, path, what in operations:
        names = [each["name"] for each in what.get("parameters", ()) if each["in"] == "query"]
        for name in names if method == "get" else ():
            for text in TEXTS:
                with user.stream("GET", filled(path, places), params={name: text}) as answer:
                    if answer.status_code != 200:
                        answer.read()
                        require_told(answer, f"{method} {path} ?{name}={text!r:.30}")


def test_any_text_in_a_path_is_no_failure(
    user: httpx.Client, operations: list[Operation], places: dict[str, str]
) -> None:
    for method, path, _ in operations:
        for name in places:
            for part in UNREACHABLE_PARTS if f"{{{name}}}" in path else ():
                url = filled(path.replace(f"{{{name}}}", part), places)
                answer = user.request(method.upper(), url, json={})
                require_told(answer, f"{method} {path} with {name}={part:.30}")
                assert answer.status_code >= 400
