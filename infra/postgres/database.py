"""Which database serves: the configured one, or an embedded server that runs while we do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from infra.config import Settings
from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.errors import DataDirectoryInUse, PostgresError

REVIVE_SECONDS = 0.5

log = structlog.get_logger(__name__)


@contextmanager
def open_database(settings: Settings, *, join: bool = False) -> Iterator[Addresses]:
    """Yield the addresses of the database. An embedded one is started, restarted if it dies, and at the end stopped.

    With `join`, for commands beside a running server, the server of another process is used and left alone. Without it
    that is DataDirectoryInUse.
    """
    if settings.database_url:
        owner_url = settings.database_owner_url or settings.database_url
        yield Addresses(owner_url=owner_url.reveal(), server_url=settings.database_url.reveal())
        return
    server = EmbeddedPostgres(settings.data_dir)
    try:
        addresses = server.start()
    except DataDirectoryInUse:
        if not join:
            raise
        yield server.attach()
        return
    try:
        with _revived(server):
            yield addresses
    finally:
        server.stop()


@contextmanager
def _revived(server: EmbeddedPostgres) -> Iterator[None]:
    """Watch the server from a thread and start it again when it died."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(REVIVE_SECONDS):
            try:
                server.ensure_running()
            except (PostgresError, OSError) as error:
                log.warning("database.restart_failed", error=str(error))

    thread = threading.Thread(target=watch, name="database-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
