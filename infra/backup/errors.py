"""What goes wrong with a backup. A docstring is the default message."""

import inspect


class BackupError(Exception):
    """The backup cannot be made or used."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.getdoc(type(self)))


class NotEmpty(BackupError):
    """The database already holds events: restore into an empty one, for example with another --data-dir."""


class KeysDoNotFit(BackupError):
    """The keys are those of another installation."""


class BackupDamaged(BackupError):
    """The backup was damaged or changed."""
