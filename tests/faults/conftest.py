"""A served installation under faults, and how many faults a run brought."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable

import pytest

from tests.database import reachable_folder
from tests.faults.installation import Installation

KILL = "kill"
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
def killed(record_property: Callable[[str, object], None]) -> Counted:
    """Call it for every kill."""
    return lambda: record_property(KILL, "")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    kills = sum(name == KILL for report in reports for name, _ in report.user_properties)
    if kills:
        terminalreporter.write_line(f"{kills} kills in {len(reports)} tests")
