"""The command line as operators use it: ``shipledger`` in a process of its own."""

import os
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from domain.identity.commands import RegisterUser
from domain.kernel.dispatch import Context
from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from domain.kernel.unit import SYSTEM
from infra.config import Settings
from infra.postgres.embedded import Addresses
from infra.runtime import Runtime
from tests.server import SHIPLEDGER

PASSWORD = "Correct-Horse-1\n"
SECONDS = 60


class CommandLine:
    """``environment`` names the installation that the commands work on."""

    def __init__(self, **environment: str) -> None:
        self._environment = environment
        self.data_dir = Path(environment["SHIPLEDGER_DATA_DIR"])

    @classmethod
    def on(cls, addresses: Addresses, data_dir: Path) -> "CommandLine":
        return cls(
            DATABASE_URL=addresses.server_url,
            SHIPLEDGER_DATABASE_OWNER_URL=addresses.owner_url,
            SHIPLEDGER_DATA_DIR=str(data_dir),
        )

    def run(self, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SHIPLEDGER, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            env=os.environ | self._environment,
        )

    def say(self, *arguments: str | Path, stdin: str = "") -> str:
        """What it prints. It must succeed, and have nothing to complain about."""
        ended = self.run(*arguments, stdin=stdin)
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
        return ended.stdout

    def tell(self, *arguments: str | Path, stdin: str = "") -> Any:
        """What it tells machines."""
        return msgspec.json.decode(self.say(*arguments, "--json", stdin=stdin))

    def refuse(self, *arguments: str | Path, stdin: str = "", code: int = 1) -> str:
        """The one line that says why it does not."""
        ended = self.run(*arguments, stdin=stdin)
        assert ended.returncode == code, ended
        *_, last = ended.stderr.splitlines()
        assert code == 2 or ended.stderr == f"{last}\n", ended.stderr
        return last.removeprefix("Error: ")


async def installation_of(username: str, addresses: Addresses, data_dir: Path) -> CommandLine:
    """An installation in which one person has an account, at positions 1 and 2."""
    runtime = await Runtime.open(Settings(data_dir=data_dir), addresses)
    register = RegisterUser(username=username, password_hash="-")
    await runtime.dispatcher.dispatch(register, Context(main_ledger(DEFAULT_TENANT), SYSTEM, via="cli"))
    await runtime.close()
    return CommandLine.on(addresses, data_dir)
