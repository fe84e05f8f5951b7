"""A database cluster on disk: how it is made, how it is configured, and who runs it."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil

from infra.postgres.account import Account
from infra.postgres.errors import DatabaseStartFailed
from infra.postgres.installation import Installation

DATABASE = "shipledger"
ADMINISTRATOR, OWNER, SERVER = "postgres", "shipledger_owner", "shipledger_server"
CONFIGURATION = "shipledger.conf"

MIB = 1024 * 1024

# Run once, in single-user mode, one statement a line. The owner may act as the server, so that a dump holds what the
# server's own tables hold.
FIRST_STATEMENTS = """\
create role {owner} login password '{owner_password}'
create role {server} login password '{server_password}'
grant {server} to {owner}
create database {database} owner {owner}
revoke all on database {database} from public
grant connect, temporary on database {database} to {server}
"""


@dataclass(frozen=True)
class Postmaster:
    """What the running server wrote into `postmaster.pid`."""

    pid: int
    port: int
    socket_folder: str  # empty: none
    status: str  # starting, ready, stopping, standby

    @classmethod
    def of(cls, cluster: Path) -> "Postmaster | None":
        """The live server of this cluster; None if there is none, or a dead one left its file behind."""
        try:
            lines = (cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        try:
            pid, port, socket_folder, status = int(lines[0]), int(lines[3]), lines[4], lines[7].strip()
        except (IndexError, ValueError):  # still being written
            pid, port, socket_folder, status = int(lines[0] if lines else 0), 0, "", "starting"
        return cls(pid, port, socket_folder, status) if _serves(pid, cluster) else None


def survivors(cluster: Path, account: Account) -> list[int]:
    """The processes that still work in this cluster: a server, or what a killed one left. Empty without /proc."""
    # Asked as the account: in a container, root may not look at the working directory of another user's process.
    script = 'for entry in /proc/[0-9]*; do [ "$entry/cwd" -ef "$1" ] && cat "$entry/comm" && echo "$entry"; done'
    lines = account.run(["sh", "-c", script, "sh", cluster]).stdout.splitlines()
    return [int(Path(entry).name) for name, entry in pairwise(lines) if name == "postgres"]


def _serves(pid: int, cluster: Path) -> bool:
    # A server has its cluster as working directory, so that a process number used again by another one fools nobody.
    try:
        process = psutil.Process(pid)
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        try:
            return bool(process.cwd() == str(cluster))
        except psutil.AccessDenied:  # root in a container, see above
            return bool(process.uids().real == cluster.stat().st_uid)
    except (psutil.Error, ValueError):
        return False


@dataclass(frozen=True)
class Passwords:
    """The passwords of the three roles, made at first start."""

    administrator: str
    owner: str
    server: str

    @classmethod
    def read(cls, path: Path) -> "Passwords":
        return cls(**json.loads(path.read_text()))

    @classmethod
    def make(cls, path: Path, account: Account) -> "Passwords":
        passwords = cls(*(secrets.token_urlsafe(24) for _ in range(3)))
        write_private(path, json.dumps(vars(passwords)), account)
        return passwords


def write_private(path: Path, text: str, account: Account) -> None:
    """Write a file that only `account` (and root) may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    account.own(path)


def create(cluster: Path, installation: Installation, account: Account, *, durable: bool) -> None:
    """Make the cluster with its roles and its database: whole, or not at all."""
    unfinished = cluster.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    passwords = Passwords.make(cluster.parent / "passwords.json", account)
    password_file = cluster.parent / "initdb.password"
    write_private(password_file, passwords.administrator, account)
    options = [
        f"--pgdata={unfinished.name}",
        f"--username={ADMINISTRATOR}",
        f"--pwfile={password_file.name}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
        *([] if durable else ["--no-sync"]),
    ]
    made = account.run([installation.bin / "initdb", *options], folder=cluster.parent)
    password_file.unlink()
    if made.returncode != 0:
        raise DatabaseStartFailed(f"initdb failed: {made.stderr.strip()}")
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write(f"\ninclude_if_exists '{CONFIGURATION}'  # written anew at each start; what stands below it wins\n")
    statements = FIRST_STATEMENTS.format(
        database=DATABASE,
        owner=OWNER,
        server=SERVER,
        owner_password=passwords.owner,
        server_password=passwords.server,
    )
    single: list[str | Path] = [
        installation.bin / "postgres",
        "--single",
        "-D",
        unfinished.name,
        "-c",
        "exit_on_error=on",
    ]
    filled = account.run([*single, ADMINISTRATOR], folder=cluster.parent, text=statements)
    if filled.returncode != 0:
        raise DatabaseStartFailed(f"The first statements failed: {filled.stderr.strip()}")
    unfinished.rename(cluster)


def configuration(*, socket_folder: Path | None, port: int, overrides: Mapping[str, str]) -> str:
    """The text of the configuration file: a server for one application on a machine that it shares."""
    memory = _memory_mib()
    settings = {
        "listen_addresses": "" if socket_folder else "127.0.0.1",
        "unix_socket_directories": str(socket_folder or ""),
        "unix_socket_permissions": "0700",
        "port": str(port),
        "max_connections": "100",
        "shared_buffers": f"{_within(memory // 4, 128, 4096)}MB",
        "effective_cache_size": f"{_within(memory // 2, 256, 65536)}MB",
        "maintenance_work_mem": f"{_within(memory // 32, 64, 1024)}MB",
        "work_mem": f"{_within(memory // 800, 4, 32)}MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "on",
        "max_wal_size": "2GB",  # bounds how much a restart after a crash has to read
        "min_wal_size": "256MB",
        "checkpoint_timeout": "10min",
        "random_page_cost": "1.1",
        "jit": "off",  # statements here are short: compiling them costs more than it saves
        "log_timezone": "UTC",
        "timezone": "UTC",
        **overrides,
    }
    quoted = {name: value.replace("'", "''") for name, value in settings.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())


def _memory_mib() -> int:
    """Memory of this machine, or of the container around us, in MiB."""
    total = int(psutil.virtual_memory().total)
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        limit = total
    return min(total, limit) // MIB


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))
