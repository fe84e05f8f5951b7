"""A server that is asked to stop does so cleanly: streams are told, nothing is lost, no database is left running."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.installation import Installation
from tests.faults.patience import until
from tests.server import SHIPLEDGER


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
async def test_a_server_that_is_asked_to_stop_under_load_stops_cleanly(
    installation: Installation, number: signal.Signals
) -> None:
    closings = installation.follower.closings
    async with installation.working():
        await installation.load.acknowledge(20)
        await installation.follower.seen(1)
        assert await installation.stop(number) == 0
        assert installation.postmaster is None
        await until(lambda: installation.follower.closings > closings)
        await installation.start_again()
        await installation.load.acknowledge(20)


async def test_a_second_server_on_the_same_data_directory_says_so_and_ends(installation: Installation) -> None:
    command = [str(SHIPLEDGER), "serve", "--port", "0", "--data-dir", str(installation.data_dir)]
    second = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=30, check=False)  # noqa: ASYNC221
    assert second.returncode == 1
    holder = f"The data directory {installation.data_dir} is in use by process {installation.server.pid}."
    assert second.stderr.startswith(f"Error: {holder}")
    async with installation.working():
        await installation.load.acknowledge(1)
