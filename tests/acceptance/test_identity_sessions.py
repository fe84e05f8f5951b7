"""Signing in and out with a cookie, as the tracker's clients do it."""

import pytest

from tests.acceptance.people import Person
from tests.server import PASSWORD

COOKIE = "next-auth.session-token"


async def test_a_script_signs_in_with_a_form_and_finds_itself_in_the_session(ada: Person) -> None:
    async with ada.client() as client:
        token = (await client.get("/api/auth/csrf")).json()["csrfToken"]
        assert (await client.post("/api/auth/check-2fa", json=ada.credentials)).json() == {"requires2FA": False}
        form = {**ada.credentials, "csrfToken": token, "callbackUrl": ada.base}
        answer = await client.post("/api/auth/callback/credentials", data=form)
        assert (answer.status_code, answer.headers["location"]) == (302, ada.base)
        session = (await client.get("/api/auth/session")).json()
    assert session["user"]["username"] == ada.username
    assert session["user"]["isSystemAdmin"] is False
    assert session["expires"].endswith("Z")


async def test_the_cookie_is_out_of_reach_of_scripts_and_lasts_thirty_days(ada: Person) -> None:
    async with ada.client() as client:
        answer = await client.post("/api/auth/callback/credentials", json=ada.credentials)
    cookie = answer.headers["set-cookie"]
    assert answer.json() == {"url": ada.base, "ok": True}
    assert cookie.startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"):
        assert part in cookie


async def test_one_signs_in_by_user_name_or_address_in_any_case(ada: Person) -> None:
    for login in (ada.username.upper(), ada.email, ada.email.title()):
        async with ada.signed_in(login=login) as client:
            assert (await client.get("/api/me")).json()["username"] == ada.username


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
async def test_a_login_does_not_send_anybody_to_another_site(ada: Person, wanted: str) -> None:
    async with ada.client() as client:
        answer = await client.post("/api/auth/callback/credentials", json={**ada.credentials, "callbackUrl": wanted})
    assert answer.json()["url"] == ada.base


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}])
async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(ada: Person, wrong: dict[str, str]) -> None:
    body = {**ada.credentials, **wrong}
    async with ada.client() as client:
        for path in ("/api/auth/callback/credentials", "/api/auth/check-2fa", "/api/auth/verify-credentials"):
            answer = await client.post(path, json=body)
            assert (answer.status_code, answer.json()["error"]) == (401, "Invalid credentials")
        assert (await client.get("/api/auth/session")).json() == {}


async def test_signing_out_takes_the_cookie_away(ada: Person) -> None:
    async with ada.signed_in() as client:
        answer = await client.post("/api/auth/signout", json={})
        assert answer.status_code == 200
        assert COOKIE not in client.cookies
        assert (await client.get("/api/auth/session")).json() == {}
        assert (await client.get("/api/me")).status_code == 401


async def test_a_cookie_counts_for_changes_only_from_our_own_pages(ada: Person) -> None:
    async with ada.signed_in() as client:
        change = {"name": "Countess"}
        own = await client.patch("/api/me", json=change, headers={"Origin": ada.base})
        other = await client.patch("/api/me", json=change, headers={"Origin": "https://evil.example"})
        fetched = await client.patch("/api/me", json=change, headers={"Sec-Fetch-Site": "cross-site"})
        read = await client.get("/api/me", headers={"Origin": "https://evil.example"})
    assert [answer.status_code for answer in (own, other, fetched, read)] == [200, 401, 401, 200]


async def test_a_new_password_ends_every_session_also_ones_own(ada: Person) -> None:
    token = await ada.jwt()
    change = {"currentPassword": PASSWORD, "newPassword": "Another-Horse-2"}
    async with ada.signed_in() as one, ada.signed_in() as two, ada.client(token) as program:
        assert (await one.patch("/api/me/password", json=change)).json()["success"] is True
        for client in (one, two, program):
            assert (await client.get("/api/me")).status_code == 401
    async with ada.signed_in("Another-Horse-2") as client:
        assert (await client.get("/api/me")).status_code == 200


async def test_a_new_password_needs_the_present_one_must_differ_and_keep_to_the_rules(ada: Person) -> None:
    async with ada.signed_in() as client:

        async def change(current: str, new: str) -> tuple[int, str]:
            answer = await client.patch("/api/me/password", json={"currentPassword": current, "newPassword": new})
            return answer.status_code, answer.json()["error"]

        assert await change("wrong", "Another-Horse-2") == (401, "Invalid password")
        same = (400, "New password must be different from your current password")
        assert await change(PASSWORD, PASSWORD) == same
        assert await change(PASSWORD, "weak") == (400, "Password does not meet requirements")
        assert (await client.get("/api/me")).status_code == 200


async def test_the_profile_changes_what_is_given_and_nothing_else(ada: Person) -> None:
    async with ada.signed_in() as client:
        coloured = (await client.patch("/api/me", json={"avatarColor": "#aabbcc"})).json()
        assert (coloured["name"], coloured["avatarColor"]) == ("Ada", "#aabbcc")
        cleared = (await client.patch("/api/me", json={"avatarColor": None, "name": "Countess"})).json()
        assert (cleared["name"], cleared["avatarColor"]) == ("Countess", None)
        assert (await client.patch("/api/me", json={"avatarColor": "red"})).status_code == 400
        mine = (await client.get("/api/me")).json()
    assert mine["_count"] == {"projects": 0, "assignedTickets": 0, "createdTickets": 0}
    assert "_count" not in cleared
