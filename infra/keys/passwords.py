"""Passwords: argon2id in worker threads, few at a time, since each takes 64 MiB and a core for tens of milliseconds."""

import asyncio
import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.kernel.errors import Overloaded

R = TypeVar("R")

THREADS = 2
LONGEST_QUEUE = 64  # a few seconds of work: whoever comes later is told to come again


class Argon2Passwords:
    """Hashes with the second recommended option of RFC 9106 (t=3, 64 MiB, 4 lanes), unless told otherwise."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = _hash_of_nothing(self._hasher)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(_bytes(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return await self._run(lambda: self._matches(password_hash or self._nobody, password))

    def close(self) -> None:
        """Drop what waits, let what runs finish."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], R]) -> R:
        if self._waiting >= LONGEST_QUEUE:
            raise Overloaded("Too many people are signing in at the moment; try again shortly.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _bytes(password: str) -> bytes:
    """Form posts may hold what is no text; it must be refused as a wrong password, not as an error."""
    return password.encode("utf-8", "surrogatepass")


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A well-formed hash, with the parameters of the real ones, that no password has: as slow to verify as they are."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, value = (base64.b64encode(bytes(length)).rstrip(b"=").decode() for length in (16, hasher.hash_len))
    return f"$argon2id$v=19${cost}${salt}${value}"
