"""Projects and their members over HTTP."""

import httpx
import pytest

from tests.acceptance.tracker import Team
from tests.server import PASSWORD


def test_a_new_project_comes_with_its_owner_and_four_columns(team: Team) -> None:
    answer = team.olga.post("/api/projects", json={"name": "Billing", "color": "#123456", "description": "Money"})
    assert answer.status_code == 201
    project = answer.json()
    assert (project["role"], project["roleDetails"]["name"], project["roleDetails"]["position"]) == (
        "Owner",
        "Owner",
        0,
    )
    assert (project["name"], project["color"], project["description"]) == ("Billing", "#123456", "Money")
    columns = team.olga.get(f"/api/projects/{project['id']}/columns").json()
    assert [(each["name"], each["order"], each["projectId"]) for each in columns] == [
        (name, order, project["id"]) for order, name in enumerate(["To Do", "In Progress", "Review", "Done"])
    ]


def test_every_system_administrator_becomes_an_admin_of_a_new_project(team: Team, admin: httpx.Client) -> None:
    root = admin.get("/api/me").json()["id"]
    roles = {each["userId"]: each["role"]["name"] for each in team.olga.get(f"{team.path}/members").json()}
    assert roles == {team.ids["olga"]: "Owner", team.ids["mia"]: "Member", root: "Admin"}


def test_a_project_is_found_by_its_key_in_any_case_and_by_its_id(team: Team) -> None:
    for reference in (team.project["key"], team.project["key"].lower(), team.project["id"]):
        answer = team.mia.get(f"/api/projects/{reference}")
        assert answer.status_code == 200
        body = answer.json()
        assert (body["id"], body["role"], body["_count"]) == (
            team.project["id"],
            "Member",
            {"tickets": 0, "members": 3},
        )
        assert (body["showAddColumnButton"], body["effectiveShowAddColumnButton"]) == (None, True)


def test_a_taken_key_is_refused_on_creation_and_on_change(team: Team) -> None:
    other = team.olga.post("/api/projects", json={"name": "Other"}).json()
    for answer in (
        team.olga.post("/api/projects", json={"name": "Again", "key": team.project["key"].lower()}),
        team.olga.patch(f"/api/projects/{other['key']}", json={"key": team.project["key"]}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "Project key already exists")


def test_settings_change_for_who_may_change_them(team: Team) -> None:
    answer = team.mia.patch(team.path, json={"name": "Mine"})
    assert (answer.status_code, answer.json()["error"]) == (403, "Forbidden: Missing permission project.settings")
    answer = team.olga.patch(team.path, json={"name": "Shop", "showAddColumnButton": False})
    body = answer.json()
    assert answer.status_code == 200
    assert (body["name"], body["showAddColumnButton"], body["effectiveShowAddColumnButton"]) == ("Shop", False, False)
    assert "_count" not in body


def test_a_list_shows_the_projects_of_the_caller(team: Team) -> None:
    seen = {each["id"]: each for each in team.signed_in("mia").get("/api/projects").json()}[team.project["id"]]
    assert (seen["key"], seen["role"], seen["_count"]["members"]) == (team.project["key"], "Member", 3)
    assert seen["roleDetails"]["position"] == 2


def test_bearer_tokens_get_pages_that_follow_each_other(newcomers: Team) -> None:
    team = newcomers
    for name in ("Alpha", "Beta"):
        team.olga.post("/api/projects", json={"name": name})
    first = team.olga.get("/api/projects", params={"limit": 2}).json()
    rest = team.olga.get("/api/projects", params={"cursor": first["meta"]["nextCursor"]}).json()
    names = [each["name"] for each in [*first["data"], *rest["data"]]]
    assert names == ["Alpha", "Beta", team.project["name"]]
    assert rest["meta"]["nextCursor"] is None
    answer = team.olga.get("/api/projects", params={"cursor": "nonsense!"})
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "cursor")


def test_a_system_administrator_sees_every_project(team: Team, admin: httpx.Client) -> None:
    seen = {each["id"]: each for each in admin.get("/api/projects", params={"limit": 100}).json()["data"]}
    assert seen[team.project["id"]]["role"] == "admin"
    assert "roleDetails" not in seen[team.project["id"]]


@pytest.mark.parametrize("who", ["session", "access token"])
def test_a_deleted_project_is_gone_and_its_key_is_free(team: Team, who: str) -> None:
    assert team.mia.delete(team.path).status_code == 403
    if who == "session":
        answer = team.signed_in("olga").delete(team.path)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    else:
        assert team.with_access_token("olga", "projects:write").delete(team.path).status_code == 204
    assert team.olga.get(team.path).status_code == 404
    assert team.olga.post("/api/projects", json={"name": "New", "key": team.project["key"]}).status_code == 201


def test_a_password_given_with_a_deletion_must_be_right(team: Team) -> None:
    answer = team.olga.request("DELETE", team.path, json={"confirmPassword": "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (401, "Invalid password")
    assert team.olga.request("DELETE", team.path, json={"confirmPassword": PASSWORD}).status_code == 200


def test_access_tokens_need_the_ability(team: Team) -> None:
    reader = team.with_access_token("olga", "projects:read")
    assert reader.get(team.path).status_code == 200
    answer = reader.patch(team.path, json={"name": "x"})
    assert (answer.status_code, answer.json()["requiredAbility"]) == (403, "projects:write")


def test_members_are_added_changed_and_removed(team: Team) -> None:
    path = f"{team.path}/members"
    answer = team.olga.post(path, json={"userId": "nobody", "roleId": team.role_id("Member")})
    assert (answer.status_code, answer.json()["error"]) == (404, "User not found")
    team.add("sam", "Member")
    sam = team.member_id("sam")
    answer = team.olga.patch(f"{path}/{sam}", json={"roleId": team.role_id("Admin"), "overrides": ["project.delete"]})
    body = answer.json()
    assert (answer.status_code, body["role"]["name"], body["overrides"]) == (200, "Admin", ["project.delete"])
    assert "project.delete" in body["effectivePermissions"]
    assert team.sam.get(f"{path}/{sam}").json()["user"]["email"] == f"{team.names['sam']}@example.com"
    assert team.olga.delete(f"{path}/{sam}").json() == {"success": True}
    assert team.sam.get(team.path).status_code == 403


def test_rights_follow_the_role_at_once(team: Team) -> None:
    assert team.mia.patch(team.path, json={"name": "x"}).status_code == 403
    team.olga.patch(f"{team.path}/members/{team.member_id('mia')}", json={"roleId": team.role_id("Admin")})
    assert team.mia.patch(team.path, json={"name": "x"}).status_code == 200


def test_roles_come_by_rank_with_their_members(team: Team) -> None:
    roles = team.mia.get(f"{team.path}/roles").json()
    assert [(each["name"], each["memberCount"], len(each["permissions"])) for each in roles] == [
        ("Owner", 1, 13),
        ("Admin", 1, 11),
        ("Member", 1, 2),
    ]


def test_a_project_shows_how_it_was(team: Team) -> None:
    before = team.olga.get(team.path).headers["x-log-position"]
    team.olga.patch(team.path, json={"name": "Renamed"})
    assert team.olga.get(team.path, params={"as_of": before}).json()["name"] == team.project["name"]
    assert team.olga.get(team.path, params={"as_of": "2000-01-01"}).status_code == 404
    assert team.olga.get(team.path, params={"as_of": "yesterday"}).status_code == 400


def test_a_stale_tag_is_refused(team: Team) -> None:
    tag = team.olga.get(team.path).headers["etag"]
    assert team.olga.patch(team.path, json={"name": "One"}, headers={"If-Match": tag}).status_code == 200
    assert team.olga.patch(team.path, json={"name": "Two"}, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name"}),
        ({"name": ""}, {"name"}),
        ({"name": 7, "color": "red"}, {"name", "color"}),
        ({"name": "x", "key": "TOOLONGAKEY"}, {"key"}),
        ({"name": "x", "key": "A/B"}, {"key"}),
        ({"name": "x", "key": "events"}, {"key"}),
        ({"name": "nul\0"}, {"name"}),
    ],
)
def test_each_field_at_fault_is_named(team: Team, body: dict[str, object], fields: set[str]) -> None:
    answer = team.olga.post("/api/projects", json=body)
    assert answer.status_code == 400
    assert {detail["field"] for detail in answer.json()["details"]} == fields
