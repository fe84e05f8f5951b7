"""Rules of the house that no other tool checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATEMENT = re.compile(r"^-- (?P<name>[a-z_]+): .+\n(?P<text>(?:(?!^-- [a-z_]+: ).*\n?)*)", re.MULTILINE)
ACROSS_TENANTS = {"tenants"}
"""Queries that run on the system ledger, which holds the tenants themselves."""


def modules(folder: str) -> Iterator[Path]:
    yield from (ROOT / folder).rglob("*.py")


def test_the_domain_imports_nothing_of_the_eventsourcing_library_but_its_domain() -> None:
    for path in modules("domain"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("eventsourcing"):
                assert node.module == "eventsourcing.domain", path


def test_nothing_in_the_domain_reads_a_clock_or_draws_randomness() -> None:
    banned = re.compile(
        r"datetime\.(utc)?now\(|time\.time\(|uuid[47]\(|^(import|from) (random|secrets)\b", re.MULTILINE
    )
    for path in modules("domain"):
        assert not banned.search(path.read_text()), path


@pytest.mark.parametrize("path", sorted((ROOT / "projections").rglob("queries.sql")), ids=lambda path: path.parent.name)
def test_every_query_of_a_read_model_is_scoped_by_its_ledger(path: Path) -> None:
    for statement in STATEMENT.finditer(path.read_text()):
        if statement["name"] not in ACROSS_TENANTS:
            assert "ledger_id = $1" in statement["text"], f"{path}: {statement['name']}"


@pytest.mark.parametrize("path", sorted((ROOT / "projections").rglob("tables.sql")), ids=lambda path: path.parent.name)
def test_every_key_of_a_read_model_begins_with_the_ledger(path: Path) -> None:
    tables = re.findall(r"create table (\w+) \((.+?)\n\)", path.read_text(), re.DOTALL)
    assert tables
    for name, columns in tables:
        assert re.search(r"_v\d+$", name), name
        assert re.search(r"primary key \(ledger_id,", columns), name


@pytest.mark.parametrize("folder", ["domain", "projections"])
def test_no_file_of_the_core_is_longer_than_400_lines(folder: str) -> None:
    for path in modules(folder):
        assert len(path.read_text().splitlines()) <= 400, path
