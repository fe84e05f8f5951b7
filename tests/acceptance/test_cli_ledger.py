"""Looking at the ledger, its read models and its proofs from the command line."""

from pathlib import Path

import msgspec
import pytest

from infra.postgres.embedded import Addresses
from infra.postgres.pool import connect
from tests.acceptance.command_line import PASSWORD, CommandLine, installation_of


@pytest.fixture
async def shipledger(database: Addresses, tmp_path: Path) -> CommandLine:
    return await installation_of("lovelace", database, tmp_path)


def test_events_are_shown_in_order_and_what_is_personal_stays_sealed(shipledger: CommandLine) -> None:
    lines = shipledger.say("events", "tail").splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert ["account_book.opened" in lines[0], "user.registered" in lines[1]] == [True, True]
    assert "lovelace" not in shipledger.say("events", "show", "2")
    (only,) = shipledger.say("events", "tail", "--type", "user.*", "--json").splitlines()
    event = msgspec.json.decode(only)
    assert (event["position"], event["data"]["name"]) == (2, {"person": event["stream_id"]})


def test_one_event_is_shown_with_its_hashes_and_where_it_came_from(shipledger: CommandLine) -> None:
    event = shipledger.tell("events", "show", "2")
    assert (event["type"], event["metadata"]["via"]) == ("user.registered", "cli")
    assert [len(event[name]) for name in ("payload_digest", "leaf", "chain")] == [64, 64, 64]
    assert shipledger.refuse("events", "show", "3") == "The ledger of default has no position 3"


def test_a_read_model_is_rebuilt_to_what_it_was(shipledger: CommandLine) -> None:
    shipledger.say("user", "list")
    (rebuilt,) = shipledger.tell("projections", "rebuild", "accounts", "--ledger", "default/main")
    assert (rebuilt["position"], rebuilt["equal"]) == (2, True)
    (status,) = (
        row
        for row in shipledger.tell("projections", "status")
        if (row["ledger_id"], row["projection"]) == ("default/main", "accounts")
    )
    assert (status["status"], status["behind"]) == ("live", 0)


async def test_a_parked_read_model_says_why_and_can_try_again(shipledger: CommandLine, database: Addresses) -> None:
    shipledger.say("user", "list")
    owner = await connect(database.server_url, application_name="tests")
    await owner.execute(
        "update checkpoint set status = 'parked', error = 'Traceback: no' where projection = 'accounts'"
    )
    await owner.close()
    assert "Traceback: no" in shipledger.say("projections", "status")
    assert shipledger.tell("projections", "unpark", "accounts", "--ledger", "default/main") == {"ledgers": 1}
    shipledger.say("user", "create", "babbage", stdin=PASSWORD)
    shipledger.say("user", "list")
    statuses = {
        row["ledger_id"]: row["status"]
        for row in shipledger.tell("projections", "status")
        if row["projection"] == "accounts"
    }
    assert statuses == {"default/main": "live", "system/main": "parked"}


def test_an_export_verifies_until_a_byte_of_it_is_changed(shipledger: CommandLine, tmp_path: Path) -> None:
    checkpoint = shipledger.tell("audit", "checkpoint")
    file = tmp_path / "ledger.tar"
    shipledger.say("audit", "export", "--output", file)
    report = shipledger.tell("audit", "verify", file, "--key", checkpoint["public_key"])
    assert (report["events"], report["signatures"], report["problem"]) == (2, "valid", None)
    assert shipledger.refuse("audit", "export", "--output", file) == f"{file}: File exists"

    file.write_bytes(file.read_bytes().replace(b"account_book.opened", b"account_book.closed"))
    ended = shipledger.run("audit", "verify", file)
    assert (ended.returncode, ended.stdout[:4]) == (1, "BAD:")
    (tmp_path / "other.tar").write_bytes(b"something else")
    assert shipledger.run("audit", "verify", tmp_path / "other.tar").returncode == 2
