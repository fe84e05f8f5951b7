"""What goes wrong with keys. A docstring is the default message."""

import inspect

from domain.kernel.errors import Gone


class KeyRingError(Exception):
    """A key cannot be used."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.getdoc(type(self)))


class KeyDestroyed(Gone):
    """This person was forgotten: nothing can be written about them any more."""


class KeyNotLoaded(KeyRingError):
    """The key was not loaded before it was used: a bug in the caller."""


class MasterKeyUnusable(KeyRingError):
    """The master key cannot be used."""


class SealBroken(KeyRingError):
    """Sealed bytes were changed, or belong to somebody else."""
