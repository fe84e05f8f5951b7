"""A served installation under faults, and how many faults a run brought."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.database import reachable_folder
from tests.faults.installation import Installation

KILLS = "kills"
Counted = Callable[[], None]


@pytest.fixture(scope="session")
async def installation() -> AsyncIterator[Installation]:
    """A server with the project ENG in it, shared by all tests: its ledger grows from fault to fault."""
    folder = reachable_folder()
    installation = Installation(folder)
    try:
        await asyncio.to_thread(installation.set_up)
        yield installation
    finally:
        installation.take_down()
        shutil.rmtree(folder)


@pytest.fixture
def killed(record_property: Callable[[str, object], None]) -> Iterator[Counted]:
    """Call it for every kill."""
    kills = 0

    def one_more() -> None:
        nonlocal kills
        kills += 1

    yield one_more
    record_property(KILLS, kills)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.stats.get("passed", ()) if report.when == "teardown"]
    kills = sum(int(str(value)) for report in reports for name, value in report.user_properties if name == KILLS)
    if kills:
        terminalreporter.write_line(f"{kills} kills survived.")
