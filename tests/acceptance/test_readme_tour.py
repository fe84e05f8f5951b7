"""The README's tour does what the README says: its commands, as they stand there, on a server as a new user has it."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import SHIPLEDGER, ServerProcess

README = (Path(__file__).parents[2] / "README.md").read_text()
BASE = "http://127.0.0.1:8000"
END_OF_STEP = "=== end of step, code"
STEPS = 7
GEARS, BRASS, CRANK = 6, 7, 8
"""Where the three tickets stand: before them the administrator and the project were made."""


@pytest.fixture
def server(data_dir: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(data_dir)
    yield server.start()
    server.stop()


def test_the_tour_does_what_the_readme_says(server: ServerProcess, tmp_path: Path) -> None:
    answers = _walk(server.base, tmp_path)
    assert len(answers) == STEPS
    set_up, _, filed, followed, resumed, verified, tampered = answers

    assert json.loads(set_up)["success"] is True
    assert [ticket["key"] for ticket in json.loads(filed.splitlines()[-1])] == ["ENG-1", "ENG-2", "ENG-3"]
    assert _headers(filed, "x-log-position") == [str(GEARS), str(BRASS), str(CRANK), str(CRANK)]
    assert _headers(filed, "idempotency-replayed") == ["true"]

    assert _ids(followed) == [GEARS, BRASS, CRANK]
    assert _ids(resumed) == [BRASS, CRANK]
    for stream in (followed, resumed):
        assert stream.index(f"id: {CRANK}") < stream.index("event: stream.caught_up")

    for answer in (verified, tampered):
        assert _quoted(answer[:4], README) in answer
    assert (tmp_path / "ledger.tar").stat().st_size == (tmp_path / "tampered.tar").stat().st_size


def test_make_run_prints_what_the_readme_shows(server: ServerProcess) -> None:
    printed = (server.data_dir / "server.log").read_text()
    announced = "".join(line for line in printed.splitlines(keepends=True) if not line.startswith("{"))
    shown = announced.replace(server.base, BASE).replace(str(server.data_dir), ".data")
    assert f"$ make run\n{shown}```" in README


def _walk(base: str, folder: Path) -> list[str]:
    """Run the steps in one shell, as a reader pastes them; what each printed. Fails if the last command of one did."""
    steps = re.findall(r"^```bash tour\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    script = "".join(f'{step}echo; echo "{END_OF_STEP} $?"\n' for step in steps).replace(BASE, base)
    environment = os.environ | {"PATH": f"{SHIPLEDGER.parent}:{os.environ['PATH']}"}
    shell = subprocess.run(
        ["bash"], input=script, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    answers = re.findall(rf"(.*?)\n{END_OF_STEP} (\d+)\n", shell.stdout, re.DOTALL)
    assert {code for _, code in answers} == {"0"}, shell.stdout + shell.stderr
    return [answer for answer, _ in answers]


def _headers(answers: str, name: str) -> list[str]:
    return re.findall(rf"^{name}: (\S+)", answers, re.MULTILINE | re.IGNORECASE)


def _ids(stream: str) -> list[int]:
    return [int(position) for position in re.findall(r"^id: (\d+)$", stream, re.MULTILINE)]


def _quoted(beginning: str, text: str) -> str:
    """What the README says in code that begins so."""
    quotation = re.search(rf"`({re.escape(beginning)}[^`]*)`", text)
    assert quotation is not None, beginning
    return quotation[1]
