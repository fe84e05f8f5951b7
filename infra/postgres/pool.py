"""Connections to the database, and what it means when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from infra.postgres.errors import DatabaseUnavailable

CONNECT_SECONDS = 4  # a request that finds the database gone says so within 5 s
STATEMENT_SECONDS = 30  # longer work goes in pages
IDLE_TRANSACTION_SECONDS = 60  # a forgotten transaction would keep old row versions alive

GONE = (
    OSError,  # refused, reset, no such socket; TimeoutError too
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,  # starting or stopping
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # the server said goodbye while the connection was idle, and has not hung up yet
)
# The last is what a connection says that broke while it was checked out.
CLOSED = ("connection is closed", "pool is closed", "pool is closing", "connection was closed", "released back")


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """Nothing here sets session state, so there is none to reset: that saves a round trip a query."""

    def get_reset_query(self) -> str:
        return ""


async def connect(url: str, *, application_name: str, **settings: str) -> asyncpg.Connection:
    """A connection for keeps, outside any pool: for a writer, a listener, a lock. Raises DatabaseUnavailable."""
    with unavailable_when_gone():
        return await asyncpg.connect(
            url,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS + 5,
            connection_class=_Connection,
            server_settings=_settings(application_name) | settings,
        )


async def open_pool(url: str, *, minimum: int, maximum: int, application_name: str) -> asyncpg.Pool:
    """Open `minimum` connections at once and up to `maximum` on demand. Raises DatabaseUnavailable.

    Connections speak asyncpg's own types. A statement ends after 30 s: on the server first, so that it stops working.
    """
    with unavailable_when_gone():
        return await asyncpg.create_pool(
            url,
            min_size=minimum,
            max_size=maximum,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS + 5,
            connection_class=_Connection,
            server_settings=_settings(application_name),
        )


def _settings(application_name: str) -> dict[str, str]:
    return {
        "application_name": application_name,
        "search_path": "read",
        "jit": "off",
        "plan_cache_mode": "force_generic_plan",  # every statement is a probe by key: planning it again costs more
        "enable_seqscan": "off",  # plans are kept, perhaps from when the tables were still empty
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_SECONDS}s",
    }


@contextmanager
def unavailable_when_gone() -> Iterator[None]:
    """Turn the driver's ways to say "the database is gone" into DatabaseUnavailable, which keeps the cause.

    Whether a statement that was under way took effect is then unknown.
    """
    try:
        yield
    except Exception as error:
        if not means_gone(error):
            raise
        raise DatabaseUnavailable from error


def means_gone(error: Exception) -> bool:
    """Whether this error of the driver says that the database is not there."""
    if isinstance(error, asyncpg.InterfaceError):
        return any(text in str(error) for text in CLOSED)
    return isinstance(error, (*GONE, DatabaseUnavailable))
