"""``python -m tests.bench [--json FILE] [--only NAME] [--seconds S] [--rounds N]``: measure, and print a table."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.figures import Group, Result, summed_up
from tests.bench.registry import GROUPS
from tests.bench.stage import Stage, database_server, prepare

FULL_SECONDS = 10.0
console = Console()


@click.command()
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures to this file.")
@click.option("--only", default="", help="Only the figures whose name begins with this.")
@click.option("--seconds", default=FULL_SECONDS, show_default=True, help="How long one measurement runs.")
@click.option("--rounds", default=3, show_default=True, help="How often each is repeated; medians are shown.")
def main(file: Path | None, only: str, seconds: float, rounds: int) -> None:
    """Measure this machine on a PostgreSQL of its own, with fsync and synchronous_commit on.

    With less than 10 seconds also the history that is loaded beforehand is shorter, in proportion.
    """
    wanted = [group for group in GROUPS if any(figure.name.startswith(only) for figure in group.figures)]
    if not wanted:
        raise click.ClickException(f"No figure is called {only}.")
    with database_server() as (server, folder):
        stage = Stage(server, folder, seconds, rounds, scale=min(1.0, seconds / FULL_SECONDS))
        results = [result for result in uvloop.run(_measure(stage, wanted)) if result.name.startswith(only)]
    console.print(_table(results))
    if file is not None:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(results)))


async def _measure(stage: Stage, groups: Sequence[Group]) -> list[Result]:
    await prepare(stage.server)
    results: list[Result] = []
    for group in groups:
        names = ", ".join(figure.name for figure in group.figures)
        with console.status(names):
            rounds = [samples async for samples in group.rounds(stage)]
        results += [summed_up(figure, rounds) for figure in group.figures]
        console.print(f"measured {names}", style="dim")
    return results


def _table(results: Sequence[Result]) -> Table:
    table = Table(title="Shipledger on this machine: medians")
    for name in ("figure", "value", "unit", "target", "p50 ms", "p99 ms", "ratio", "against"):
        text = name in {"figure", "unit", "against"}
        table.add_column(name, justify="left" if text else "right", no_wrap=name != "against")
    for result in results:
        value = f"[{'green' if result.met else 'red'}]{_number(result.value)}[/]"
        cells = (_number(each) for each in (result.target, result.p50, result.p99, result.ratio))
        target, p50, p99, ratio = cells
        table.add_row(result.name, value, result.unit, target, p50, p99, ratio, result.against or "")
    return table


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
