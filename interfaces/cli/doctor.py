"""``shipledger doctor``."""

import asyncio

import click

from infra.doctor import Finding, Grade, examine_database, examine_files
from infra.postgres.database import open_database
from infra.postgres.errors import PostgresError
from interfaces.cli.output import Output
from interfaces.cli.running import data_dir_option, json_option, settings_of

COLUMNS = {"grade": "", "check": "CHECK", "text": "FINDING"}


@click.command()
@click.option("--full", is_flag=True, help="Check the hash of every event, not only of the last 1000 of each ledger.")
@data_dir_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, full: bool, data_dir: str | None, as_json: bool) -> None:
    """Look for what is wrong with a set-up. Exit code 0: nothing; 1: a warning; 2: a fault."""
    settings = settings_of(data_dir)
    out = Output(as_json=as_json)
    findings: list[Finding] = []
    try:
        with open_database(settings, join=True) as addresses, out.progress("checking ledgers") as told:

            async def examine() -> None:
                async for finding in examine_database(settings, addresses, full=full, told=told):
                    findings.append(finding)

            asyncio.run(examine())
    except PostgresError as error:
        findings.append(Finding(Grade.FAULT, "database", str(error)))
    findings += examine_files(settings)
    rows = [{"grade": each.grade.name.lower(), "check": each.check, "text": each.text} for each in findings]
    out.rows(rows, COLUMNS)
    ctx.exit(max(finding.grade for finding in findings))
