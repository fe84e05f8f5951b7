"""A backup holds everything but the keys and what can be made again, and a restored ledger goes on from there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from domain.identity.commands import ForgetPerson, RegisterUser
from domain.identity.user import User
from domain.kernel.dispatch import Context
from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from domain.kernel.log import Filter
from domain.kernel.unit import SYSTEM
from infra.audit.checker import check_ledger
from infra.backup import archive
from infra.backup.backup import back_up, keys
from infra.backup.errors import BackupDamaged, BackupError, KeysDoNotFit, NotEmpty
from infra.backup.keys import Keys, read_keys, write_keys
from infra.backup.programs import program
from infra.backup.restore import restore
from infra.config import Secret, Settings
from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.reader import PoolReader
from infra.runtime import Runtime
from projections.accounts import queries
from tests.database import fresh_database

LEDGER = main_ledger(DEFAULT_TENANT)


def unheard(_done: float, _total: float | None = None) -> None:
    pass


class Installation:
    """A database and a data directory."""

    def __init__(self, addresses: Addresses, data_dir: Path) -> None:
        self.addresses = addresses
        self.settings = Settings(data_dir=data_dir)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Runtime]:
        runtime = await Runtime.open(self.settings, self.addresses)
        runtime.start_projectors()
        try:
            yield runtime
        finally:
            await runtime.close()

    async def register(self, name: str) -> str:
        async with self.running() as runtime:
            return await registered(runtime, name)

    async def forget(self, person_id: str) -> None:
        async with self.running() as runtime:
            await runtime.dispatcher.dispatch(ForgetPerson(user_id=person_id), Context(LEDGER, SYSTEM))
            await runtime.keys.destroy(LEDGER, person_id)

    async def back_up(self) -> bytes:
        output = BytesIO()
        await back_up(self.settings, self.addresses, output, unheard)
        return output.getvalue()

    async def keys(self) -> Keys:
        return await keys(self.settings, self.addresses)

    async def restore(self, backup: bytes, kept: Keys) -> None:
        await restore(self.settings, self.addresses, BytesIO(backup), kept, unheard)


async def registered(runtime: Runtime, name: str) -> str:
    register = RegisterUser(username=name, password_hash="-")
    user: User = (await runtime.dispatcher.dispatch(register, Context(LEDGER, SYSTEM))).result
    return user.id


async def name_of(runtime: Runtime, person_id: str) -> str | None:
    """The name on the first event of a person: what their key opens."""
    stored = await runtime.log.stream(LEDGER, person_id)
    event = (await runtime.codec.decode(stored))[0].event
    assert isinstance(event, User.Registered)
    return event.username.value


@pytest.fixture
def source(database: Addresses, tmp_path: Path) -> Installation:
    return Installation(database, tmp_path / "source")


@pytest.fixture
async def target(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation in whose database there is nothing at all."""
    async with fresh_database(postgres, "template0") as addresses:
        yield Installation(addresses, tmp_path / "target")


async def test_a_restored_ledger_has_its_history_and_goes_on_under_a_new_log_id(
    source: Installation, target: Installation
) -> None:
    ada = await source.register("ada")
    async with source.running() as before:
        old = await before.log.head(LEDGER)
    await target.restore(await source.back_up(), await source.keys())

    async with target.running() as after:
        assert await name_of(after, ada) == "ada"
        await registered(after, "bob")
        head = await after.log.head(LEDGER)
        assert await after.progress.reached(LEDGER, head.position)
        assert (await queries.user_named(PoolReader(after.pool), LEDGER, "ada")) is not None

        restored = await after.log.read(LEDGER, only=Filter(types=("ledger.restored",)))
        (event,) = await after.codec.decode(restored)
        assert (event.position, event.event.at, event.event.from_log_id) == (3, 2, str(old.log_id))  # type: ignore[union-attr]
        assert [epoch.first_position for epoch in await after.log.epochs(LEDGER)] == [1, 3]
        assert head.log_id != old.log_id
        findings = await check_ledger(after.log, LEDGER)
        assert (findings.events, findings.problems) == (4, ())


async def test_unique_values_and_numbers_go_on_where_they_were(source: Installation, target: Installation) -> None:
    ada = await source.register("ada")
    async with source.running() as before:
        assert [await before.log.take_number(LEDGER, "ticket") for _ in range(3)] == [1, 2, 3]
    await target.restore(await source.back_up(), await source.keys())
    async with target.running() as after:
        assert await after.log.look_up("username", after.keys.claim_hash("username", "ada")) == (LEDGER, ada)
        assert await after.log.take_number(LEDGER, "ticket") == 4


async def test_a_person_forgotten_after_the_backup_stays_forgotten_with_the_newest_keys(
    source: Installation, target: Installation
) -> None:
    ada, bob = await source.register("ada"), await source.register("bob")
    backup = await source.back_up()
    await source.forget(ada)
    await target.restore(backup, await source.keys())
    async with target.running() as after:
        assert [await name_of(after, person) for person in (ada, bob)] == [None, "bob"]
        said = await after.log.read(LEDGER, only=Filter(types=("person.forgotten",)))
        assert [event.stream_id for event in said] == [ada], "their account is closed on the restored ledger, too"
        await registered(after, "ada")


async def test_old_keys_do_not_bring_back_whom_the_backup_says_is_forgotten(
    source: Installation, target: Installation
) -> None:
    ada = await source.register("ada")
    old_keys = await source.keys()
    await source.forget(ada)
    await target.restore(await source.back_up(), old_keys)
    async with target.running() as after:
        assert await name_of(after, ada) is None


async def test_a_key_that_the_targets_own_vault_marks_destroyed_is_not_brought_back(
    source: Installation, target: Installation
) -> None:
    ada, bob = await source.register("ada"), await source.register("bob")
    backup, kept = await source.back_up(), await source.keys()
    master_key = Secret(kept.master_key)
    target.settings = Settings(data_dir=target.settings.data_dir, master_key=master_key)
    async with target.running() as empty:
        await empty.keys.destroy(LEDGER, ada)
    await target.restore(backup, kept)
    async with target.running() as after:
        assert [await name_of(after, person) for person in (ada, bob)] == [None, "bob"]


async def test_a_backup_shows_nothing_about_anybody(source: Installation, tmp_path: Path) -> None:
    await source.register("lovelace")
    async with source.running() as before:
        assert await before.progress.reached(LEDGER, 2)
    manifest = archive.unpack(BytesIO(await source.back_up()), tmp_path, unheard)
    assert manifest.members[0].name == "database.dump"
    owner = await asyncpg.connect(source.addresses.owner_url)
    pg_restore = program("pg_restore", owner.get_server_version().major)
    await owner.close()
    to_text = await asyncio.create_subprocess_exec(
        pg_restore, "--file=-", tmp_path / "database.dump", stdout=asyncio.subprocess.PIPE
    )
    text = (await to_text.communicate())[0].decode()
    assert "COPY ledger.event" in text
    assert ["lovelace" in text, "COPY vault" in text, "COPY read" in text] == [False, False, False]


async def test_checkpoints_and_blobs_come_along_and_never_replace_what_is_there(
    source: Installation, target: Installation
) -> None:
    await source.register("ada")
    async with source.running() as before:
        checkpoint = await before.audit.checkpoint(LEDGER)
    blob = Path("blobs", "ab", "abcdef")
    (source.settings.data_dir / blob).parent.mkdir(parents=True)
    (source.settings.data_dir / blob).write_bytes(b"a large body")
    kept = target.settings.data_dir / "checkpoints" / "other%2Fmain.note"
    kept.parent.mkdir(parents=True)
    kept.write_text("kept")

    await target.restore(await source.back_up(), await source.keys())
    assert (target.settings.data_dir / blob).read_bytes() == b"a large body"
    assert (kept.parent / "default%2Fmain.note").read_text() == checkpoint.note
    assert kept.read_text() == "kept"
    async with target.running() as after:
        signed = await after.audit.checkpoint(LEDGER)
    assert (signed.size, signed.public_key.split("+")[2]) == (3, checkpoint.public_key.split("+")[2])


async def test_a_database_with_events_is_left_alone(source: Installation) -> None:
    await source.register("ada")
    backup, kept = await source.back_up(), await source.keys()
    with pytest.raises(NotEmpty):
        await source.restore(backup, kept)
    async with source.running() as still:
        assert (await still.log.head(LEDGER)).position == 2


async def test_keys_of_another_installation_are_refused_before_anything_happens(
    source: Installation, target: Installation
) -> None:
    await source.register("ada")
    async with target.running() as other:
        log_id = (await other.log.head(LEDGER)).log_id
    backup, others = await source.back_up(), await target.keys()
    with pytest.raises(KeysDoNotFit):
        await target.restore(backup, others)
    with pytest.raises(KeysDoNotFit, match="another master key"):
        await target.restore(backup, await source.keys())
    assert await log_id_of(target) == log_id


async def test_a_damaged_backup_is_refused_before_anything_happens(source: Installation, target: Installation) -> None:
    await source.register("ada")
    backup, kept = bytearray(await source.back_up()), await source.keys()
    backup[backup.index(b"PGDMP") + 100] ^= 1
    with pytest.raises(BackupDamaged, match=r"database\.dump"):
        await target.restore(bytes(backup), kept)
    with pytest.raises(BackupDamaged):
        await target.restore(bytes(backup[:2000]), kept)
    with pytest.raises(BackupError):
        await target.restore(b"no archive at all", kept)
    assert not (target.settings.data_dir / "keys").exists()


async def test_keys_are_written_for_us_alone_and_never_over_others(source: Installation, tmp_path: Path) -> None:
    await source.register("ada")
    kept, file = await source.keys(), tmp_path / "keys.json"
    write_keys(file, kept)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_keys(file) == kept
    with pytest.raises(FileExistsError):
        write_keys(file, kept)
    file.write_text("{}")
    with pytest.raises(BackupError, match="no backup of keys"):
        read_keys(file)


async def log_id_of(installation: Installation) -> UUID:
    async with installation.running() as runtime:
        return (await runtime.log.head(LEDGER)).log_id
