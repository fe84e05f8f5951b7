"""What the commands share: on which installation they work, and how."""

import asyncio
import functools
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from logging import WARNING
from types import FrameType
from typing import Any, NoReturn

import click

from domain.kernel.command import Command
from domain.kernel.dispatch import Context
from domain.kernel.ids import DEFAULT_TENANT
from domain.kernel.unit import SYSTEM
from infra.config import Settings
from infra.postgres.database import open_database
from infra.postgres.reader import PoolReader
from infra.runtime import Runtime
from infra.telemetry.logging import configure
from interfaces.cli.output import Output
from projections.kernel.reader import Reader

LEVEL_SECONDS = 60.0
VIA = "cli"

Work = Callable[..., Coroutine[Any, Any, None]]
Decorator = Callable[[Callable[..., None]], Callable[..., None]]

data_dir_option: Decorator = click.option(
    "--data-dir", help="Folder of the embedded database, keys and files. [SHIPLEDGER_DATA_DIR, .data]"
)
json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for machines.")
tenant_option: Decorator = click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose ledger.")


class Desk:
    """An operator at work on an open installation."""

    def __init__(self, settings: Settings, runtime: Runtime, out: Output) -> None:
        self.settings = settings
        self.runtime = runtime
        self.out = out
        self.reader: Reader = PoolReader(runtime.pool)

    async def do(self, ledger_id: str, command: Command) -> Any:
        """Run a command of the domain as the system itself, and answer with what its handler did."""
        outcome = await self.runtime.dispatcher.dispatch(command, Context(ledger_id, SYSTEM, via=VIA))
        return outcome.result

    async def level(self, ledger_id: str) -> None:
        """Wait until the read models show everything: a server keeps them level, and so do we if none runs."""
        self.runtime.start_projectors()
        head = await self.runtime.log.head(ledger_id)
        if not await self.runtime.progress.reached(ledger_id, head.position, timeout=LEVEL_SECONDS):
            self.out.warn("The read models are behind: what is shown may be old.")


def settings_of(data_dir: str | None) -> Settings:
    """From the environment, and ready to log. Raises SettingError."""
    settings = Settings.from_environment(os.environ, data_dir=data_dir)
    configure(settings.log_format, level=WARNING)
    signal.signal(signal.SIGTERM, _end)
    return settings


def at_desk(work: Work) -> Callable[..., None]:
    """Make ``async def work(desk, ...)`` the body of a command, which gets the options that all of them have."""

    @data_dir_option
    @json_option
    @functools.wraps(work)
    def run(data_dir: str | None, as_json: bool, **parameters: Any) -> None:
        settings = settings_of(data_dir)

        async def opened(addresses: Any) -> None:
            runtime = await Runtime.open(settings, addresses)
            try:
                await work(Desk(settings, runtime, Output(as_json=as_json)), **parameters)
            finally:
                await runtime.close()

        with open_database(settings, join=True) as addresses:
            asyncio.run(opened(addresses))

    return run


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """Leave through every ``finally``, so that a database we started is stopped."""
    sys.exit(128 + number)
