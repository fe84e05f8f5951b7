"""PostgreSQL's own programs for dumping and restoring, in a version that fits the server."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from infra.backup.errors import BackupError
from infra.postgres.installation import installations

LOOK_SECONDS = 0.2


def program(name: str, server_major: int) -> Path:
    """The program of the server's own version, else the oldest newer one. Raises BackupError."""
    found = [(major, path) for path in _candidates(name) if (major := _major(path)) >= server_major]
    if not found:
        raise BackupError(f"No {name} for PostgreSQL {server_major} was found: install its client programs.")
    return min(found, key=lambda candidate: candidate[0])[1]


async def run(program_path: Path, url: str, *options: str, looked: Callable[[], None] = lambda: None) -> None:
    """Run it on a database; ``looked`` is called a few times a second meanwhile. Raises BackupError with its words."""
    address, password = _apart(url)
    process = await asyncio.create_subprocess_exec(
        program_path,
        f"--dbname={address}",
        *options,
        env=os.environ | {"PGPASSWORD": password, "PGOPTIONS": ""},  # a password among the options shows in ps
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    ended = asyncio.ensure_future(process.communicate())
    try:
        while not (await asyncio.wait({ended}, timeout=LOOK_SECONDS))[0]:
            looked()
    except BaseException:
        process.kill()
        await ended
        raise
    _, errors = ended.result()
    if process.returncode != 0:
        raise BackupError(f"{program_path.name} failed: {errors.decode(errors='replace').strip()}")


def _candidates(name: str) -> Iterator[Path]:
    for installation in installations():
        yield installation.bin / name
    if found := shutil.which(name):
        yield Path(found)


def _major(path: Path) -> int:
    """0 for what is not there or does not run."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match else 0


def _apart(url: str) -> tuple[str, str]:
    """A URL without its password, and the password."""
    parts = urlsplit(url)
    user_and_password, at, host = parts.netloc.rpartition("@")
    user, _, password = user_and_password.partition(":")
    return parts._replace(netloc=f"{user}{at}{host}").geturl(), unquote(password)
