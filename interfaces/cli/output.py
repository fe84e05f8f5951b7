"""What commands print: tables and sentences for people, JSON for machines."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

PIPED_COLUMNS = 10_000
"""So that nothing is cut where no terminal sets the width."""


class Told:
    """A long work in progress, shown on a terminal."""

    def __init__(self, progress: Progress, text: str) -> None:
        self._progress = progress
        self._task = progress.add_task(text, total=None)

    def __call__(self, done: float, total: float | None = None) -> None:
        self._progress.update(self._task, completed=done, total=total)


class Output:
    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        width = None if sys.stdout.isatty() else PIPED_COLUMNS
        self._console = Console(highlight=False, width=width)

    def rows(self, rows: Sequence[Any], columns: Mapping[str, str]) -> None:
        """A list. ``columns``: field name to heading, for people; machines get every field."""
        if self.as_json:
            self._json(rows)
            return
        table = Table(*columns.values(), box=None, pad_edge=False, header_style="bold")
        for row in rows:
            values = msgspec.structs.asdict(row) if isinstance(row, msgspec.Struct) else row
            table.add_row(*(Text(_cell(values[name])) for name in columns))
        self._console.print(table)

    def fields(self, fields: Mapping[str, Any]) -> None:
        """One thing, a line for each of its fields."""
        if self.as_json:
            self._json(fields)
            return
        for name, value in fields.items():
            click.echo(f"{name}: {_cell(value)}")

    def done(self, sentence: str, **fields: Any) -> None:
        """What a command did: ``fields`` for machines, and for people one sentence."""
        if self.as_json:
            self._json(fields)
        else:
            click.echo(sentence)

    def line(self, text: str, **fields: Any) -> None:
        """One of many lines, written at once."""
        click.echo(msgspec.json.encode(fields) if self.as_json else text)

    def warn(self, text: str) -> None:
        click.echo(text, err=True)

    @contextmanager
    def progress(self, text: str) -> Iterator[Told]:
        """A bar on the terminal, and nothing when stderr is piped."""
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        on_terminal = sys.stderr.isatty()
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=not on_terminal) as progress:
            yield Told(progress, text)

    def _json(self, value: Any) -> None:
        click.echo(msgspec.json.format(msgspec.json.encode(value, enc_hook=str)))


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        case list() | tuple():
            return " ".join(map(str, value))
        case dict():
            return msgspec.json.encode(value).decode()
        case _:
            return str(value)
