"""``shipledger audit``: what auditors take away, and checking it."""

from pathlib import Path

import click
import msgspec

from domain.kernel.ids import main_ledger
from infra.audit.verifier import verify_file
from interfaces.cli.output import Output
from interfaces.cli.running import Desk, at_desk, json_option, tenant_option


@click.group()
def audit() -> None:
    """Checkpoints, exports, and verifying them."""


@audit.command()
@tenant_option
@at_desk
async def checkpoint(desk: Desk, tenant: str) -> None:
    """Sign the ledger as it is now. The public key is what verifiers need to trust."""
    signed = await desk.runtime.audit.checkpoint(main_ledger(tenant))
    desk.out.done(f"{signed.note}\npublic key: {signed.public_key}", **msgspec.structs.asdict(signed))


@audit.command()
@click.option("--from", "first", type=click.IntRange(1), default=1, show_default=True, help="First position.")
@click.option("--to", "last", type=click.IntRange(1), help="Last position; the end unless given.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File; named for what it holds.")
@tenant_option
@at_desk
async def export(desk: Desk, first: int, last: int | None, output: Path | None, tenant: str) -> None:
    """Take a ledger away: events, proofs, public keys and a verifier in one archive."""
    package = await desk.runtime.audit.export(main_ledger(tenant), first, last)
    path = output or Path(package.name)
    written = 0
    with path.open("xb") as file, desk.out.progress("export") as told:
        async for chunk in package.chunks:
            written += file.write(chunk)
            told(written, package.size)
    desk.out.done(f"{path} holds the export; `shipledger audit verify {path}` checks it.", file=path, size=written)


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", help="The public key that you trust; the one in the export unless given.")
@json_option
@click.pass_context
def verify(ctx: click.Context, file: Path, key: str | None, as_json: bool) -> None:
    """Verify an export, offline. Exit code 0: good; 1: bad, and the first bad place is named; 2: this is no export."""
    report = verify_file(file, key=key)
    Output(as_json=as_json).done(report.sentence(), **report._asdict())
    ctx.exit(report.exit_code)
