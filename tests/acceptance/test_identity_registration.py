"""Opening accounts, in the tracker and in delivery."""

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.acceptance.people import Person


async def test_registration_answers_with_both_shapes(grace: Person) -> None:
    made = await grace.register()
    assert made["user"] == {"id": made["id"], "username": grace.username, "name": "Grace", "email": grace.email}
    assert (made["success"], made["isSystemAdmin"], made["username"]) == (True, False, grace.username)


async def test_name_and_address_are_optional(grace: Person) -> None:
    async with grace.client() as client:
        answer = await client.post("/api/auth/register", json={**grace.credentials, "email": ""})
    assert (answer.status_code, answer.json()["name"], answer.json()["email"]) == (201, grace.username, None)


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"username": "ab"}, "Username must be between 3 and 30 characters", "username"),
        ({"username": "a" * 31}, "Username must be between 3 and 30 characters", "username"),
        ({"email": "nonsense"}, "Invalid email address", "email"),
    ],
)
async def test_a_malformed_name_or_address_is_a_400_with_its_field(
    grace: Person, change: dict[str, str], error: str, field: str
) -> None:
    async with grace.client() as client:
        answer = await client.post("/api/auth/register", json={**grace.registration, **change})
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert [fault["field"] for fault in answer.json()["details"]] == [field]


async def test_a_taken_name_or_address_in_any_case_is_a_400_with_its_field(ada: Person, grace: Person) -> None:
    async with grace.client() as client:
        for field, value, error in (
            ("username", ada.username.upper(), "This username is already taken"),
            ("email", ada.email.upper(), "An account with this email already exists"),
        ):
            answer = await client.post("/api/auth/register", json={**grace.registration, field: value})
            assert (answer.status_code, answer.json()["error"]) == (400, error)
            assert [fault["field"] for fault in answer.json()["details"]] == [field]


@pytest.mark.parametrize("username", ["with space", "a@b.example", "dots.dots", "ünïcode", "'; drop table", "<b>x</b>"])
async def test_a_user_name_is_letters_digits_hyphens_and_underscores(grace: Person, username: str) -> None:
    async with grace.client() as client:
        answer = await client.post("/api/auth/register", json={**grace.registration, "username": username})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("password", "faults"),
    [("alllowercase1", 1), ("ALLUPPERCASE1", 1), ("NoDigitsInHere", 1), ("Short1", 1), ("x", 3)],
)
async def test_a_weak_password_is_told_rule_by_rule(grace: Person, password: str, faults: int) -> None:
    async with grace.client() as client:
        answer = await client.post("/api/auth/register", json={**grace.registration, "password": password})
    assert (answer.status_code, answer.json()["error"]) == (400, "Password does not meet requirements")
    assert [fault["field"] for fault in answer.json()["details"]] == ["password"] * faults


@pytest.mark.parametrize("name", ["Robert'); drop table users;--", "<script>alert(1)</script>", "Ωμέγα 🙂"])
async def test_any_text_is_a_name_and_comes_back_as_it_was(grace: Person, name: str) -> None:
    async with grace.client() as client:
        answer = await client.post("/api/auth/register", json={**grace.registration, "name": name})
    assert (answer.status_code, answer.json()["name"]) == (201, name)


@pytest.mark.parametrize("value", [[], {}, 7, True, None])
async def test_a_value_of_another_type_is_a_400_with_its_field(grace: Person, value: Any) -> None:
    async with grace.client() as client:
        answer = await client.post("/api/auth/register", json={**grace.registration, "username": value})
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "username")


async def test_of_two_at_the_same_time_one_gets_the_name(grace: Person) -> None:
    async with grace.client() as client:
        answers = await asyncio.gather(
            *(client.post("/api/auth/register", json={**grace.registration, "email": ""}) for _ in range(4))
        )
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]


async def test_a_repeated_request_with_its_key_opens_one_account(grace: Person) -> None:
    headers = {"Idempotency-Key": "first try"}
    async with grace.client() as client:
        first = await client.post("/api/auth/register", json=grace.registration, headers=headers)
        again = await client.post("/api/auth/register", json=grace.registration, headers=headers)
        other = await client.post("/api/auth/register", json=Person(grace.base, "linus").registration, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["x-log-position"] == first.headers["x-log-position"]
    assert other.status_code == 422


async def test_delivery_registers_an_address_and_signs_in(ada: Person) -> None:
    body = {"email": f"{ada.username}@elsewhere.example", "name": "Grace", "password": "eight-ch"}
    async with ada.client() as client:
        made = await client.post("/api/v1/auth/register", json=body)
        taken = await client.post("/api/v1/auth/register", json=body)
    assert made.status_code == 201
    user = made.json()["user"]
    assert (user["email"], user["name"], user["role"]) == (body["email"], "Grace", "user")
    assert (taken.status_code, taken.json()["error"]) == (409, "user with this email already exists")
    async with ada.client(made.json()["token"]) as client:
        assert (await client.get("/api/me")).json()["username"] == f"{ada.username}-2"


@pytest.mark.parametrize(
    "change", [{"email": "nonsense"}, {"email": ""}, {"name": "A"}, {"password": "7-chars"}, {"email": None}]
)
async def test_delivery_refuses_what_is_malformed(grace: Person, change: dict[str, Any]) -> None:
    body = {"email": grace.email, "name": "Grace", "password": "eight-ch", **change}
    async with grace.client() as client:
        answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)
    assert [fault["field"] for fault in answer.json()["details"]] == list(change)


async def test_a_browser_can_read_the_payload_of_a_jwt(ada: Person) -> None:
    payload = (await ada.jwt()).split(".")[1]
    assert not {"-", "_"} & set(payload)
    claims = json.loads(base64.b64decode(payload + "=="))
    assert (claims["email"], claims["exp"] - claims["iat"]) == (ada.email, 24 * 60 * 60)


async def test_deliverys_login_gives_one_answer_to_every_wrong_pair(ada: Person) -> None:
    async with ada.client() as client:
        for email in (ada.email, "nobody@example.org"):
            answer = await client.post("/api/v1/auth/login", json={"email": email, "password": "wrong"})
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid email or password")
