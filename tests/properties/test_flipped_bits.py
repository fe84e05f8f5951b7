"""A flipped bit of an export is always found, and named: by position if it is in an event, else by member."""

import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infra.audit.verifier import verify_file
from tests.unit.audit.conftest import trail_of
from tests.unit.audit.history import LEDGER, History


@pytest.fixture(scope="module")
async def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    history = History(9)
    history.change(4, salt=None, data=None)
    package = await trail_of(history, folder).export(LEDGER, 3)
    path = folder / "export.tar"
    path.write_bytes(b"".join([chunk async for chunk in package.chunks]))
    assert verify_file(path).exit_code == 0
    return path


def position_at(archive: bytes, offset: int, events: tarfile.TarInfo) -> int | None:
    """The position of the event that the byte belongs to."""
    if not 0 <= offset - events.offset_data < events.size:
        return None
    return 3 + archive.count(b"\n", events.offset_data, offset)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@example(at=0.0, bit=0)
@example(at=0.999999, bit=7)
def test_any_flipped_bit_is_found_and_named(export: Path, tmp_path: Path, at: float, bit: int) -> None:
    archive = bytearray(export.read_bytes())
    offset = int(at * len(archive))
    with tarfile.open(export) as tar:
        members = tar.getmembers()
    expected = position_at(bytes(archive), offset, members[-1])
    archive[offset] ^= 1 << bit
    flipped = tmp_path / "flipped.tar"
    flipped.write_bytes(archive)
    report = verify_file(flipped)
    assert (report.exit_code, report.position) == (1, expected)
    inside = [m.name for m in members if m.offset <= offset < m.offset_data + -(-m.size // 512) * 512]
    assert report.member in {*inside, "manifest.json", "end of archive"}
