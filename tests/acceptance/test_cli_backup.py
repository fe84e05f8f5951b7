"""Backup beside a running server, and restore into a new data directory, as an operator does it."""

from pathlib import Path

from infra.config import Settings
from infra.postgres.database import open_database
from tests.acceptance.command_line import PASSWORD, CommandLine


def test_an_installation_is_backed_up_while_it_runs_and_restored_elsewhere(data_dir: Path) -> None:
    old, new = (CommandLine(SHIPLEDGER_DATA_DIR=str(data_dir / name)) for name in ("old", "new"))
    data, keys = data_dir / "data.tar", data_dir / "keys.json"
    with open_database(Settings(data_dir=old.data_dir)):
        old.say("user", "create", "ada", "--admin", stdin=PASSWORD)
        old.say("user", "create", "bob", stdin=PASSWORD)
        old.say("backup", "--output", data)
        old.say("forget", "bob", "--yes")
        old.say("backup", "--keys", keys)
        assert old.refuse("backup", "--output", data) == f"{data}: File exists"
        assert "is in use by process" in old.refuse("restore", data, "--keys", keys)

    restored = {row["ledger_id"]: row["position"] for row in new.tell("restore", data, "--keys", keys)}
    assert restored == {"default/main": 3, "system/main": 0}
    with open_database(Settings(data_dir=new.data_dir)):
        assert [user["username"] for user in new.tell("user", "list")] == ["ada"]
        assert new.tell("events", "show", "4")["type"] == "ledger.restored"
        assert new.run("doctor", "--full").returncode == 0


def test_a_backup_goes_somewhere(data_dir: Path) -> None:
    line = CommandLine(SHIPLEDGER_DATA_DIR=str(data_dir))
    assert line.refuse("backup", code=2).startswith("Say where to")
