"""A good export verifies, and of a bad one the verifier names the first bad position or member."""

import ast
import base64
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.kernel.audit import LedgerContradicted
from infra.audit import entry, note, verifier
from infra.audit.trail import LogAuditTrail
from infra.audit.verifier import verify_file
from tests.unit.audit.conftest import Export, trail_of
from tests.unit.audit.history import LEDGER, History


def lines(path: Path) -> list[bytes]:
    with tarfile.open(path) as archive:
        member = archive.extractfile("events.ndjson")
        assert member is not None
        return member.read().splitlines(keepends=True)


def with_events(path: Path, changed: list[bytes]) -> Path:
    """The archive with other events of the same total length, and nothing else touched."""
    old, new = b"".join(lines(path)), b"".join(changed)
    assert len(old) == len(new)
    path.write_bytes(path.read_bytes().replace(old, new))
    return path


@pytest.mark.parametrize(("first", "last"), [(1, None), (1, 20), (1, 1), (1, 13), (8, 13), (20, 20), (17, None)])
async def test_every_range_of_a_ledger_verifies(export: Export, first: int, last: int | None) -> None:
    report = verify_file(await export(first, last))
    assert report.sentence().startswith("GOOD")
    assert (report.first, report.last, report.events) == (first, last or 20, (last or 20) - first + 1)
    assert (report.exit_code, report.signatures, report.tree_size) == (0, "valid", 20)


async def test_the_export_of_an_empty_ledger_verifies(tmp_path: Path) -> None:
    package = await trail_of(History(0), tmp_path).export(LEDGER)
    (tmp_path / "empty.tar").write_bytes(b"".join([chunk async for chunk in package.chunks]))
    assert verify_file(tmp_path / "empty.tar").exit_code == 0


async def test_the_archive_is_one_that_tar_reads(export: Export) -> None:
    with tarfile.open(await export()) as archive:
        assert archive.getnames() == [
            "manifest.note", "manifest.json", "checkpoint.note", "proofs.json", "public-keys.json", "schemas.json",
            "verify.py", "README.txt", "events.ndjson",
        ]  # fmt: skip


async def test_a_line_is_a_cloud_event_that_also_carries_the_exact_bytes(export: Export, history: History) -> None:
    event, stored = json.loads(lines(await export(7, 7))[0]), history.events[6]
    assert event["specversion"] == "1.0"
    assert (event["id"], event["position"]) == ("7", 7)
    assert event["data"] == {"title": "Schraube №7"}
    assert (base64.b64decode(event["data_base64"]), base64.b64decode(event["salt"])) == (stored.data, stored.salt)


async def test_payloads_that_expired_are_counted_and_everything_else_still_verifies(
    export: Export, history: History
) -> None:
    for position in (3, 4):
        history.change(position, salt=None, data=None)
    report = verify_file(await export())
    assert (report.exit_code, report.expired) == (0, 2)


async def test_payloads_that_are_not_one_line_of_json_are_carried_as_bytes_alone(
    export: Export, history: History
) -> None:
    for data in (b"\xff\x00", b'{"a":\n1}', b"", b"{'a'}", b'{"a":1}\r'):
        history.add(data=data, position=len(history.events) + 1)
    assert verify_file(await export()).exit_code == 0


async def test_leaves_from_before_a_restore_verify_with_the_log_id_of_their_time(
    history: History, trail: LogAuditTrail, export: Export
) -> None:
    await trail.checkpoint(LEDGER)
    history.begin_epoch(UUID(int=2))
    history.grow(5)
    for first, last in ((1, 25), (18, 23), (21, 21)):
        assert verify_file(await export(first, last)).exit_code == 0


@pytest.mark.parametrize("position", [1, 9, 20])
async def test_changing_the_readable_data_names_the_position(export: Export, position: int) -> None:
    path = await export()
    changed = lines(path)
    changed[position - 1] = changed[position - 1].replace(b"Schraube", b"Schrauba")
    report = verify_file(with_events(path, changed))
    assert (report.exit_code, report.position, report.member) == (1, position, "events.ndjson")


@pytest.mark.parametrize("field", ["time", "recordedat", "subject", "type", "salt", "data_base64", "metadata_base64"])
async def test_changing_any_recorded_field_names_the_position(export: Export, field: str) -> None:
    path = await export()
    changed = lines(path)
    value = str(json.loads(changed[4])[field])
    other = value[:3] + ("1" if value[3] != "1" else "2") + value[4:]
    changed[4] = changed[4].replace(f'"{field}":"{value}"'.encode(), f'"{field}":"{other}"'.encode())
    report = verify_file(with_events(path, changed))
    assert (report.exit_code, report.position) == (1, 5)


async def test_the_first_of_several_bad_positions_is_named(export: Export) -> None:
    path = await export()
    changed = [
        line.replace(b"Schraube", b"Schrauba") if number >= 6 else line for number, line in enumerate(lines(path))
    ]
    assert verify_file(with_events(path, changed)).position == 7


async def test_swapped_events_are_named_by_the_first_place_that_is_wrong(export: Export) -> None:
    path = await export()
    changed = lines(path)
    changed[10], changed[12] = changed[12], changed[10]
    report = verify_file(with_events(path, changed))
    assert (report.position, report.problem) == (11, "the event here says that it stands at position 13")


async def test_an_archive_that_is_cut_short_names_the_first_missing_event(export: Export) -> None:
    path = await export()
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(lines(path)[14])])
    report = verify_file(path)
    assert (report.exit_code, report.position) == (1, 15)


@pytest.mark.parametrize(
    "member",
    [
        *("manifest.note", "manifest.json", "checkpoint.note", "proofs.json", "public-keys.json", "schemas.json"),
        *("verify.py", "README.txt"),
    ],
)
async def test_a_changed_member_is_named(export: Export, member: str) -> None:
    path = await export()
    with tarfile.open(path) as archive:
        info = archive.getmember(member)
    whole = bytearray(path.read_bytes())
    whole[info.offset_data + info.size - 3] ^= 1
    path.write_bytes(whole)
    report = verify_file(path)
    assert (report.exit_code, report.member) == (1, member)
    assert member in str(report.problem)


async def test_a_rewritten_history_does_not_hash_to_the_signed_root(
    export: Export, history: History, trail: LogAuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who changes an event and recomputes every leaf, link and digest still has the root against him."""
    signed = await trail.checkpoint(LEDGER)
    history.rewrite(5, b'{"title":"other"}')

    async def checkpoint(ledger_id: str) -> object:
        return signed

    monkeypatch.setattr(trail, "checkpoint", checkpoint)
    report = verify_file(await export())
    assert (report.exit_code, report.problem) == (
        1,
        "the events do not belong to the signed ledger: they hash to another root than the checkpoint's",
    )


async def test_a_rewritten_history_is_not_signed_again(trail: LogAuditTrail, history: History) -> None:
    await trail.checkpoint(LEDGER)
    history.rewrite(5, b'{"title":"other"}')
    with pytest.raises(LedgerContradicted):
        await trail.export(LEDGER)


async def test_an_export_of_somebody_elses_making_fails_against_the_key_one_trusts(
    export: Export, trail: LogAuditTrail
) -> None:
    path, origin = await export(), (await trail.checkpoint(LEDGER)).origin
    own, other = (verifier_key(origin, number) for number in (0, 1))
    assert verify_file(path, key=own).exit_code == 0
    report = verify_file(path, key=other)
    assert (report.exit_code, report.member) == (1, "manifest.note")
    assert verify_file(path, key="nonsense").exit_code == 2


def verifier_key(origin: str, number: int) -> str:
    return note.verifier_key(origin, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32).public_key())


async def test_what_is_no_export_is_unusable(tmp_path: Path) -> None:
    other = tmp_path / "other.tar"
    with tarfile.open(other, "w") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO())
    (tmp_path / "empty").touch()
    for path in (tmp_path / "missing", tmp_path / "empty", tmp_path, Path(__file__)):
        assert verify_file(path).exit_code == 2
    assert verify_file(other).exit_code in {1, 2}


async def run(*arguments: str | Path, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: ASYNC221


async def test_the_bundled_verifier_stands_alone(export: Export, tmp_path: Path) -> None:
    path = await export()
    with tarfile.open(path) as archive:
        archive.extract("verify.py", tmp_path, filter="data")
    script = tmp_path / "verify.py"
    good = await run(script, path, python=("-I",))
    assert (good.returncode, good.stdout.partition(":")[0], good.stderr) == (0, "GOOD", "")

    without_packages = ("-I", "-S")
    unsigned = await run(script, path, python=without_packages)
    assert unsigned.returncode == 3
    assert "NOT CHECKED" in unsigned.stdout
    wished = await run(script, path, "--no-signature", "--json", python=without_packages)
    assert (wished.returncode, json.loads(wished.stdout)["good"]) == (0, True)

    path.write_bytes(path.read_bytes().replace(b"Schraube", b"Schrauba"))
    bad = await run(script, path, "--json", python=without_packages)
    assert (bad.returncode, json.loads(bad.stdout)["position"]) == (1, 1)


def test_the_verifier_is_written_in_the_oldest_python_it_promises() -> None:
    ast.parse(Path(verifier.__file__).read_text(), feature_version=(3, 9))


def test_the_verifier_encodes_entries_as_the_server_does(history: History) -> None:
    for stored in history.events:
        line = {
            "position": stored.position,
            "subject": stored.stream_id,
            "streamversion": stored.version,
            "type": stored.type,
            "schema": stored.schema,
            "recordedat": f"{stored.recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "time": f"{stored.occurred_at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "projectid": stored.project_id,
            "metadata_base64": base64.b64encode(stored.metadata).decode(),
            "payloaddigest": base64.b64encode(stored.payload_digest).decode(),
        }
        assert verifier.entry(line, str(UUID(int=1))) == entry.encode(stored, UUID(int=1))
