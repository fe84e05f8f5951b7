"""``shipledger doctor`` finds what is wrong, and its exit code is that of the worst finding."""

from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from infra.postgres.embedded import Addresses
from tests.acceptance.command_line import CommandLine, installation_of


@pytest.fixture
async def shipledger(database: Addresses, tmp_path: Path) -> CommandLine:
    return await installation_of("ada", database, tmp_path)


async def break_it(database: Addresses, statement: str) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(statement)
    await owner.close()


def examined(shipledger: CommandLine, *options: str) -> tuple[int, dict[str, list[str]]]:
    """The exit code, and the checks by grade. That the server of the tests runs without fsync is left out."""
    ended = shipledger.run("doctor", "--json", *options)
    found: list[dict[str, Any]] = msgspec.json.decode(ended.stdout)
    grades: dict[str, list[str]] = {}
    for finding in found:
        if "fsync" not in finding["text"]:
            grades.setdefault(finding["grade"], []).append(finding["check"])
    return ended.returncode, grades


def test_a_sound_installation_is_good_but_for_what_is_switched_off(shipledger: CommandLine) -> None:
    code, grades = examined(shipledger, "--full")
    assert code == 2, "the server of the tests runs without fsync"
    assert set(grades) <= {"good", "warning"}
    assert {"migrations", "roles", "triggers", "heads", "projections", "vault", "chain", "keys"} <= set(grades["good"])


async def test_a_trigger_that_was_switched_off_is_a_fault(shipledger: CommandLine, database: Addresses) -> None:
    await break_it(database, "alter table ledger.event disable trigger event_is_not_deleted")
    assert examined(shipledger)[1]["fault"] == ["triggers"]


async def test_a_changed_event_is_a_fault_of_the_chain(shipledger: CommandLine, database: Addresses) -> None:
    await break_it(
        database,
        """
        alter table ledger.event disable trigger user;
        update ledger.event set type = 'account_book.closed' where position = 1;
        alter table ledger.event enable trigger user;
        """,
    )
    assert examined(shipledger)[1]["fault"] == ["chain"]


async def test_a_missing_last_event_is_a_fault_of_the_head(shipledger: CommandLine, database: Addresses) -> None:
    await break_it(
        database,
        """
        alter table ledger.event disable trigger user;
        delete from ledger.event where position = 2;
        alter table ledger.event enable trigger user;
        """,
    )
    assert set(examined(shipledger)[1]["fault"]) == {"heads", "chain"}


async def test_a_server_that_owns_its_tables_is_a_warning(shipledger: CommandLine, database: Addresses) -> None:
    alone = CommandLine.on(Addresses(owner_url=database.owner_url, server_url=database.owner_url), shipledger.data_dir)
    assert examined(alone)[1]["warning"] == ["roles"]


def test_a_master_key_that_others_can_read_is_a_fault(shipledger: CommandLine) -> None:
    (shipledger.data_dir / "keys" / "master.key").chmod(0o644)
    assert set(examined(shipledger)[1]["fault"]) == {"keys", "vault"}


def test_a_lost_master_key_is_a_fault_and_no_new_one_is_made(shipledger: CommandLine) -> None:
    key = shipledger.data_dir / "keys" / "master.key"
    key.unlink()
    assert examined(shipledger)[1]["fault"] == ["vault"]
    assert not key.exists()


def test_a_database_that_does_not_answer_is_a_fault(tmp_path: Path) -> None:
    nowhere = CommandLine(DATABASE_URL="postgresql://a@127.0.0.1:1/b", SHIPLEDGER_DATA_DIR=str(tmp_path))
    assert examined(nowhere)[1]["fault"] == ["database"]
