"""People, their tokens and keys, and tenants, from the command line."""

from pathlib import Path

import pytest

from infra.postgres.embedded import Addresses
from tests.acceptance.command_line import PASSWORD, CommandLine


@pytest.fixture
def shipledger(database: Addresses, tmp_path: Path) -> CommandLine:
    return CommandLine.on(database, tmp_path)


@pytest.fixture
def ada(shipledger: CommandLine) -> str:
    """The id of an administrator called ada."""
    made = shipledger.tell("user", "create", "ada", "--email", "ada@example.org", "--admin", stdin=PASSWORD)
    return str(made["id"])


def test_an_account_is_listed_at_once_with_what_it_may_do(shipledger: CommandLine, ada: str) -> None:
    shipledger.say("user", "create", "bob", "--name", "Bob", stdin=PASSWORD)
    shipledger.say("user", "disable", "bob")
    listed = {user["username"]: user for user in shipledger.tell("user", "list")}
    assert (listed["ada"]["id"], listed["ada"]["is_admin"], listed["ada"]["is_active"]) == (ada, True, True)
    assert (listed["bob"]["name"], listed["bob"]["is_admin"], listed["bob"]["is_active"]) == ("Bob", False, False)
    shipledger.say("user", "enable", "bob")
    shipledger.say("user", "admin", "bob")
    assert [user["is_admin"] and user["is_active"] for user in shipledger.tell("user", "list")] == [True, True]


def test_a_refusal_is_one_line_and_exit_code_one(shipledger: CommandLine, ada: str) -> None:
    assert shipledger.refuse("user", "create", "ada", stdin=PASSWORD) == "This username is already taken"
    assert shipledger.refuse("user", "create", "eve", stdin="short\n").startswith("Password must be at least 12")
    assert shipledger.refuse("user", "disable", "ada") == "Cannot remove or disable the last system administrator"
    assert shipledger.refuse("user", "enable", "nobody") == "Nobody has the user name, e-mail address or id nobody"


def test_wrong_usage_is_exit_code_two(shipledger: CommandLine) -> None:
    assert shipledger.refuse("user", "create", code=2) == "Missing argument 'USERNAME'."
    assert shipledger.refuse("usr", code=2) == "No such command 'usr'."


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    said = CommandLine(SHIPLEDGER_WORKERS="many", SHIPLEDGER_DATA_DIR=str(tmp_path)).refuse("user", "list")
    assert said == "SHIPLEDGER_WORKERS must be a whole number from 1 to 64, not 'many'."


def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    nowhere = CommandLine(DATABASE_URL="postgresql://a@127.0.0.1:1/b", SHIPLEDGER_DATA_DIR=str(tmp_path))
    assert nowhere.refuse("user", "list") == "The database cannot be reached at the moment."


def test_a_person_is_found_by_name_address_and_id_and_gone_once_forgotten(shipledger: CommandLine, ada: str) -> None:
    shipledger.say("user", "create", "bob", "--admin", stdin=PASSWORD)
    for who in ("ADA", "ada@example.org", ada):
        assert shipledger.tell("user", "password", who, stdin=PASSWORD) == {"id": ada}
    unsure = shipledger.run("forget", "ada", stdin="n\n")
    assert (unsure.returncode, unsure.stderr.endswith("Aborted!\n")) == (1, True)
    assert shipledger.tell("forget", "ada", "--yes") == {"id": ada}
    assert [user["username"] for user in shipledger.tell("user", "list")] == ["bob"]
    assert "ada" not in shipledger.say("events", "tail", "--after", "0")
    assert shipledger.tell("user", "forget", ada, "--yes") == {"id": ada}


def test_a_token_is_shown_once_and_listed_until_it_is_revoked(shipledger: CommandLine, ada: str) -> None:
    made = shipledger.tell("token", "create", "ada", "--ability", "projects:*", "--name", "phone")
    assert (made["token"].split("|")[0], made["abilities"]) == (made["id"], ["projects:read", "projects:write"])
    (listed,) = shipledger.tell("token", "list", "ada")
    assert (listed["id"], listed["name"], listed["revoked_at"]) == (made["id"], "phone", None)
    shipledger.say("token", "revoke", made["id"])
    (listed,) = shipledger.tell("token", "list", "ada")
    assert listed["revoked_at"] is not None
    assert shipledger.refuse("token", "create", "ada", "--ability", "fly") == "Unknown ability: fly"


def test_keys_of_the_gateway_and_of_the_tracker_are_made_and_revoked(shipledger: CommandLine, ada: str) -> None:
    gateway = shipledger.tell("key", "create", "build robot", "--admin", "--mode", "optimize")
    tracker = shipledger.tell("key", "create", "--user", "ada")
    assert (gateway["key"][:3], tracker["key"][:4]) == ("pk_", "mcp_")
    (listed,) = shipledger.tell("key", "list")
    assert (listed["id"], listed["name"], listed["is_admin"]) == (gateway["id"], "build robot", True)
    (listed,) = shipledger.tell("key", "list", "--user", "ada")
    assert listed["hint"] == tracker["key"][-4:]
    shipledger.say("key", "revoke", gateway["id"])
    shipledger.say("key", "revoke", "--user", "ada")
    assert shipledger.tell("key", "list", "--user", "ada") == []
    assert shipledger.tell("key", "list")[0]["revoked_at"] is not None


def test_a_tenant_has_people_of_its_own(shipledger: CommandLine, ada: str) -> None:
    assert shipledger.tell("tenant", "create", "acme")["ledger_id"] == "acme/main"
    assert shipledger.refuse("tenant", "create", "acme") == "A tenant with this name already exists"
    shipledger.say("user", "create", "carl", "--tenant", "acme", stdin=PASSWORD)
    assert [tenant["id"] for tenant in shipledger.tell("tenant", "list")] == ["acme"]
    assert [user["username"] for user in shipledger.tell("user", "list", "--tenant", "acme")] == ["carl"]
    assert [user["username"] for user in shipledger.tell("user", "list")] == ["ada"]
