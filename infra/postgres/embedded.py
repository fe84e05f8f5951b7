"""The embedded server: PostgreSQL's own programs, started and stopped with us, on a folder of the data directory."""

import fcntl
import hashlib
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from infra.postgres.account import Account
from infra.postgres.cluster import (
    ADMINISTRATOR,
    CONFIGURATION,
    DATABASE,
    OWNER,
    SERVER,
    Passwords,
    Postmaster,
    configuration,
    create,
    survivors,
    write_private,
)
from infra.postgres.errors import DatabaseNotRunning, DatabaseStartFailed, DataDirectoryInUse, NoInstallation
from infra.postgres.installation import Installation, installations

POINTER = "postgres.location"  # names the folder used instead of `postgres`, if that cannot be reached
ELSEWHERE = Path("/var/lib")
SOCKET_PORT = 5432
LONGEST_SOCKET_PATH = 100  # bytes; the system's limit is 104 to 108
START_SECONDS = 60
LOG_BYTES = 16 * 1024 * 1024  # a bigger log is set aside at the next start


@dataclass(frozen=True)
class Addresses:
    """Where the database answers, as URLs with passwords in them, for the role that owns it and the one that serves."""

    owner_url: str = field(repr=False)
    server_url: str = field(repr=False)


class EmbeddedPostgres:
    """One PostgreSQL server on one data directory.

    The folder `postgres` below the data directory holds the cluster, the socket, the log and the passwords. As root the
    server runs as an unprivileged account; if that one cannot reach the folder, it lies below /var/lib instead, and a
    file in the data directory says where. Whoever started the server holds a lock until it is stopped.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        candidates: Sequence[Installation] | None = None,
    ) -> None:
        """Start nothing yet. `settings` override the server's own; `candidates` replace the search for programs."""
        self.data_dir = data_dir.resolve()
        self._settings = dict(settings or {})
        self._candidates = candidates
        self._lock: int | None = None
        self._port: int | None = None

    def start(self) -> Addresses:
        """Start the server, making it first if need be, or adopt the one that was left running.

        Raises DataDirectoryInUse if another process has it, DatabaseStartFailed and NoInstallation.
        """
        self._take_lock()
        try:
            return self.ensure_running()
        except BaseException:
            self._release_lock()
            raise

    def ensure_running(self) -> Addresses:
        """Start the server again if it died; the addresses stay the same. Only for the holder of the lock."""
        postmaster = self._ready_postmaster()
        if postmaster is None:
            self._launch()
            postmaster = self._ready_postmaster()
        if postmaster is None:
            raise DatabaseStartFailed(self._last_words())
        self._port = postmaster.port
        return self._addresses(postmaster)

    def attach(self) -> Addresses:
        """The addresses of the server that another process runs here, once it is ready. Raises DatabaseNotRunning."""
        deadline = time.monotonic() + START_SECONDS
        while not (self.home.exists() and (postmaster := self._ready_postmaster())):
            if time.monotonic() > deadline or not self._locked_by_another():
                raise DatabaseNotRunning(f"No database runs on {self.data_dir}.")
            time.sleep(0.05)
        return self._addresses(postmaster)

    def stop(self) -> None:
        """End every connection and stop the server, adopted or not; nothing happens if none runs."""
        if self.home.exists() and Postmaster.of(self.cluster):
            account = self._account()
            pg_ctl = self._installation(account).bin / "pg_ctl"
            stop = ("stop", "-D", "cluster", "-w", "-t", str(START_SECONDS))
            if account.run([pg_ctl, *stop, "-m", "fast"], folder=self.home).returncode != 0:
                account.run([pg_ctl, *stop, "-m", "immediate"], folder=self.home)
        self._release_lock()

    @property
    def home(self) -> Path:
        """The folder of everything that belongs to this database."""
        pointer = self.data_dir / POINTER
        return Path(pointer.read_text().strip()) if pointer.exists() else self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def administrator_url(self) -> str:
        """The superuser's URL of a running server, on its maintenance database: for making databases, and repairs."""
        postmaster = Postmaster.of(self.cluster)
        if postmaster is None:
            raise DatabaseNotRunning
        return _url(postmaster, ADMINISTRATOR, self._passwords().administrator, database="postgres")

    def _account(self) -> Account:
        return Account.for_folders(self.cluster, self.home, self.data_dir)

    def _make_home(self) -> None:
        if not self.data_dir.exists():
            self.data_dir.mkdir(parents=True)
            self.data_dir.chmod(0o711)  # the database's account passes through, nobody lists
        account = self._account()
        if not self.home.exists() and not account.may_enter(self.data_dir):
            digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
            (self.data_dir / POINTER).write_text(f"{ELSEWHERE / f'shipledger-{digest}'}\n")
        self.home.mkdir(mode=0o700, exist_ok=True)
        if not self.cluster.exists():
            account.own(self.home)

    def _take_lock(self) -> None:
        self._make_home()
        lock = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode() or "unknown"
            os.close(lock)
            raise DataDirectoryInUse(
                f"The data directory {self.data_dir} is in use by process {holder}. Stop that one first, or choose "
                "another directory with --data-dir."
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._lock = lock

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _locked_by_another(self) -> bool:
        try:
            self._take_lock()
        except DataDirectoryInUse:
            return True
        self._release_lock()
        return False

    def _installation(self, account: Account) -> Installation:
        """The programs for this cluster: of the same major version, and within the account's reach."""
        found = installations() if self._candidates is None else list(self._candidates)
        if not found:
            raise NoInstallation
        version_file = self.cluster / "PG_VERSION"
        if version_file.exists():
            major = int(version_file.read_text())
            fitting = [installation for installation in found if installation.major == major]
            if not fitting:
                here = ", ".join(sorted({str(installation.major) for installation in found}))
                raise DatabaseStartFailed(
                    f"The database in {self.home} was made by PostgreSQL {major}, but this machine has version {here}. "
                    f"Install PostgreSQL {major}, or restore a backup into a new data directory."
                )
            found = fitting
        chosen = found[0]
        if account.may_enter(chosen.bin / "postgres") or not chosen.in_wheel:
            return chosen
        return chosen.copied_below(self.home)

    def _ready_postmaster(self) -> Postmaster | None:
        """The running server, waited for while it starts or stops; None if there is none (any more)."""
        deadline = time.monotonic() + START_SECONDS
        while postmaster := Postmaster.of(self.cluster):
            if postmaster.status == "ready":
                return postmaster
            if time.monotonic() > deadline:
                raise DatabaseStartFailed(f"PostgreSQL is {postmaster.status} for {START_SECONDS} s, see {self._log}.")
            time.sleep(0.02)
        return None

    def _launch(self) -> None:
        account = self._account()
        installation = self._installation(account)
        if self.cluster.exists():
            self._clear_crash(account)
        else:
            create(self.cluster, installation, account, durable=self._settings.get("fsync") != "off")
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        over_socket = len(os.fsencode(self.home / f".s.PGSQL.{SOCKET_PORT}")) <= LONGEST_SOCKET_PATH
        text = configuration(
            socket_folder=self.home if over_socket else None,
            port=SOCKET_PORT if over_socket else self._port or _free_port(),
            overrides=self._settings,
        )
        write_private(self.cluster / CONFIGURATION, text, account)
        # Relative names, since pg_ctl hands them to a shell.
        start = ["start", "-D", "cluster", "-l", self._log.name, "-w", "-t", str(START_SECONDS)]
        started = account.run([installation.bin / "pg_ctl", *start], folder=self.home)
        if started.returncode != 0:
            raise DatabaseStartFailed(self._last_words())

    def _clear_crash(self, account: Account) -> None:
        """Take the last server's lock files away after a crash, once nothing of that server runs any more.

        PostgreSQL would refuse to start while the process number in them is in use, even by a zombie.
        """
        deadline = time.monotonic() + START_SECONDS
        while leftovers := survivors(self.cluster, account):
            if time.monotonic() > deadline:
                raise DatabaseStartFailed(f"Processes of a killed PostgreSQL do not end: {leftovers}.")
            for pid in leftovers:
                try:
                    os.kill(pid, signal.SIGQUIT)
                except ProcessLookupError:
                    continue
            time.sleep(0.05)
        for file in (self.cluster / "postmaster.pid", *self.home.glob(".s.PGSQL.*")):
            file.unlink(missing_ok=True)

    @property
    def _log(self) -> Path:
        return self.home / "server.log"

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join([f"PostgreSQL did not start; {self._log} ends with:", *lines[-8:]])

    def _passwords(self) -> Passwords:
        return Passwords.read(self.home / "passwords.json")

    def _addresses(self, postmaster: Postmaster) -> Addresses:
        passwords = self._passwords()
        return Addresses(
            owner_url=_url(postmaster, OWNER, passwords.owner),
            server_url=_url(postmaster, SERVER, passwords.server),
        )


def _url(postmaster: Postmaster, role: str, password: str, database: str = DATABASE) -> str:
    host = postmaster.socket_folder or "127.0.0.1"
    return f"postgresql://{role}:{password}@/{database}?host={quote(host, safe='')}&port={postmaster.port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
