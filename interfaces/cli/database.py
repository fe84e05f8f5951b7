"""``shipledger migrate``, ``backup`` and ``restore``."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from infra.backup.backup import back_up, keys
from infra.backup.keys import read_keys, write_keys
from infra.backup.restore import restore as put_back
from infra.postgres.database import open_database
from infra.postgres.migrations import migrate as apply_migrations
from interfaces.cli.output import Output
from interfaces.cli.running import data_dir_option, json_option, settings_of

STANDARD = Path("-")
RESTORED = {"ledger_id": "LEDGER", "position": "RESTORED UP TO"}


@click.command()
@data_dir_option
@json_option
def migrate(data_dir: str | None, as_json: bool) -> None:
    """Bring the database to this release's schema. `serve` does so by itself."""
    with open_database(settings_of(data_dir), join=True) as addresses:
        applied = asyncio.run(apply_migrations(addresses.owner_url))
    sentence = f"Applied {', '.join(applied)}." if applied else "The database is up to date."
    Output(as_json=as_json).done(sentence, applied=applied)


@click.command()
@click.option("--output", "-o", type=click.Path(path_type=Path), help="File for the data; - is standard output.")
@click.option("--keys", "keys_file", type=click.Path(path_type=Path), help="File for the keys: keep it elsewhere.")
@data_dir_option
@json_option
def backup(output: Path | None, keys_file: Path | None, data_dir: str | None, as_json: bool) -> None:
    """Take the installation away: the data in one file, the keys in another. Both are needed to restore.

    An old backup of keys can undo a forgetting: keep the newest, and only that.
    """
    if output is None and keys_file is None:
        raise click.UsageError("Say where to: --output FILE for the data, --keys FILE for the keys.")
    settings = settings_of(data_dir)
    out = Output(as_json=as_json)
    written = [str(path) for path in (output, keys_file) if path not in {None, STANDARD}]
    with open_database(settings, join=True) as addresses:
        if output is not None:
            with _new_file(output) as file, out.progress("backup") as told:
                asyncio.run(back_up(settings, addresses, file, told))
        if keys_file is not None:
            write_keys(keys_file, asyncio.run(keys(settings, addresses)))
    if output != STANDARD:
        out.done(f"Written: {', '.join(written)}", files=written)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The newest backup of the keys.",
)
@data_dir_option
@json_option
def restore(file: Path, keys_file: Path, data_dir: str | None, as_json: bool) -> None:
    """Put a backup into an empty database, for example that of a new --data-dir. No server may run on it.

    Every ledger gets a new log id, so that readers who hold positions of the lost future are refused.
    """
    settings = settings_of(data_dir)
    out = Output(as_json=as_json)
    kept = read_keys(keys_file)
    with open_database(settings) as addresses, _opened(file) as source, out.progress("restore") as told:
        restored = asyncio.run(put_back(settings, addresses, source, kept, told))
    out.rows([msgspec.structs.asdict(each) for each in restored], RESTORED)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that only we may read, whole at the end or not there. Raises FileExistsError."""
    if path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink()
            raise


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path == STANDARD:
        yield sys.stdin.buffer
    else:
        with path.open("rb") as file:
            yield file
