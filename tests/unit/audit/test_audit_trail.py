"""What an auditor asks the trail for proves itself."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.kernel.errors import Invalid, NotFound
from infra.audit import merkle, note
from infra.audit.trail import LogAuditTrail
from tests.unit.audit.history import LEDGER, History

PUBLIC = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()


async def test_a_checkpoint_states_size_and_root_and_is_signed_under_its_origin(
    trail: LogAuditTrail, history: History
) -> None:
    point = await trail.checkpoint(LEDGER)
    assert point.origin == "ledger.example.org/default/main/00000000-0000-0000-0000-000000000001"
    stated = note.checkpoint(note.open_note(point.note, point.origin, PUBLIC))
    assert stated == note.Checkpoint(point.origin, 20, merkle.root(event.leaf for event in history.events))
    assert (point.size, point.root, point.chain) == (20, stated.root, history.events[-1].chain)
    assert point.public_key == note.verifier_key(point.origin, PUBLIC)


@pytest.mark.parametrize(("position", "size"), [(1, None), (20, None), (7, 7), (7, 13)])
async def test_inclusion_is_proved(trail: LogAuditTrail, position: int, size: int | None) -> None:
    proof = await trail.inclusion(LEDGER, position, size)
    assert proof.size == (size or 20)
    assert merkle.verify_inclusion(proof.leaf, position - 1, proof.size, proof.hashes, proof.root)


@pytest.mark.parametrize(("first", "second"), [(0, 20), (1, 20), (8, None), (20, 20), (7, 13)])
async def test_growth_is_proved(trail: LogAuditTrail, first: int, second: int | None) -> None:
    proof = await trail.consistency(LEDGER, first, second)
    assert proof.second == (second or 20)
    assert merkle.verify_consistency(first, proof.second, proof.first_root, proof.second_root, proof.hashes)


@pytest.mark.parametrize(("position", "size", "field"), [(0, 20, "position"), (14, 13, "position"), (1, 21, "size")])
async def test_an_inclusion_that_cannot_be_is_refused(
    trail: LogAuditTrail, position: int, size: int, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await trail.inclusion(LEDGER, position, size)
    assert refusal.value.field == field


@pytest.mark.parametrize(("first", "second", "field"), [(-1, 20, "from"), (9, 8, "from"), (1, 21, "to"), (0, -1, "to")])
async def test_a_growth_that_cannot_be_is_refused(trail: LogAuditTrail, first: int, second: int, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await trail.consistency(LEDGER, first, second)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("first", "last", "field"), [(0, None, "from"), (9, 8, "from"), (21, None, "from"), (1, 21, "to")]
)
async def test_an_export_beyond_the_ledger_is_refused(
    trail: LogAuditTrail, first: int, last: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await trail.export(LEDGER, first, last)
    assert refusal.value.field == field


async def test_tiles_are_served_as_far_as_the_ledger_goes(trail: LogAuditTrail, history: History) -> None:
    history.grow(300)
    full = await trail.tile(LEDGER, "0/000")
    assert (full.full, full.hashes) == (True, b"".join(event.leaf for event in history.events[:256]))
    partial = await trail.tile(LEDGER, "0/001.p/64")
    assert (partial.full, partial.hashes) == (False, b"".join(event.leaf for event in history.events[256:]))
    assert (await trail.tile(LEDGER, "0/000.p/20")).hashes == full.hashes[: 20 * 32]
    assert (await trail.tile(LEDGER, "1/000.p/1")).hashes == merkle.root(event.leaf for event in history.events[:256])
    for path in ("0/001", "0/001.p/65", "1/000", "2/000.p/1", "63/000.p/1", "0/x999/x999/x999/999", "nonsense"):
        with pytest.raises(NotFound):
            await trail.tile(LEDGER, path)


async def test_an_unknown_ledger_is_not_found(trail: LogAuditTrail) -> None:
    for ask in (trail.checkpoint, trail.export):
        with pytest.raises(NotFound):
            await ask("nobody/main")


async def test_an_export_that_nobody_reads_leaves_nothing_behind(trail: LogAuditTrail, tmp_path: Path) -> None:
    package = await trail.export(LEDGER)
    assert package.size > 0
    assert list((tmp_path / "exports").iterdir()) == []
