"""``shipledger``: the command line of operators."""

from importlib import import_module

import click

from domain.kernel.errors import Refusal
from infra.backup.errors import BackupError
from infra.config import SettingError
from infra.keys.errors import KeyRingError
from infra.postgres.errors import PostgresError

EXPECTED = (Refusal, SettingError, PostgresError, KeyRingError, BackupError, OSError)
"""What can go wrong in operation: told in one line. Anything else is a bug, and shows where."""

COMMANDS = {
    "serve": "interfaces.cli.serve:serve",
    "migrate": "interfaces.cli.database:migrate",
    "backup": "interfaces.cli.database:backup",
    "restore": "interfaces.cli.database:restore",
    "doctor": "interfaces.cli.doctor:doctor",
    "user": "interfaces.cli.users:user",
    "forget": "interfaces.cli.users:forget",
    "token": "interfaces.cli.tokens:token",
    "key": "interfaces.cli.keys:key",
    "tenant": "interfaces.cli.tenants:tenant",
    "events": "interfaces.cli.events:events",
    "projections": "interfaces.cli.projections:projections",
    "audit": "interfaces.cli.audit:audit",
}
"""Where each command is. It is imported when it is asked for, so that each starts quickly."""


class Program(click.Group):
    """A refusal ends a command with one line on stderr and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except EXPECTED as error:
            raise click.ClickException(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


@click.command(cls=Program)
@click.version_option(package_name="shipledger", prog_name="shipledger")
def main() -> None:
    """One verifiable event ledger for tickets, agent runs, model calls and deployments.

    Every setting is a SHIPLEDGER_... variable; options win over variables. Commands work beside a running server.
    """
