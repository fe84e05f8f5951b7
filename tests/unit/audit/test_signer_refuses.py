"""Two signed checkpoints of one ledger never contradict each other."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.kernel.audit import LedgerContradicted
from infra.audit import merkle, note
from infra.audit.signer import Signer
from tests.unit.audit.history import FIRST_LOG, LEDGER, History

SEED = bytes(32)
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key()


async def sign(
    signer: Signer, history: History, *, host: str = "h", log_id: UUID = FIRST_LOG, restored_from: int | None = None
) -> note.Checkpoint:
    async def root_at(size: int) -> bytes:
        return merkle.root(event.leaf for event in history.events[:size])

    async def now() -> note.Checkpoint:
        size = len(history.events)
        return note.Checkpoint(note.origin(host, LEDGER, log_id), size, await root_at(size))

    signed = await signer.checkpoint(LEDGER, now, root_at, restored_from)
    origin = note.origin(host, LEDGER, log_id)
    return note.checkpoint(note.open_note(signed, origin, PUBLIC))


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(SEED, tmp_path / "checkpoints")


async def test_a_growing_ledger_is_signed_again_and_again(signer: Signer) -> None:
    history = History()
    for size in (0, 3, 3, 10):
        history.grow(size - len(history.events))
        assert (await sign(signer, history)).size == size


async def test_a_ledger_that_shrank_is_refused_also_after_a_restart(signer: Signer, tmp_path: Path) -> None:
    history = History(5)
    await sign(signer, history)
    del history.events[4:]
    for again in (signer, Signer(SEED, tmp_path / "checkpoints")):
        with pytest.raises(LedgerContradicted):
            await sign(again, history)


@pytest.mark.parametrize("growth", [0, 4])
async def test_a_rewritten_past_is_refused_at_any_size(signer: Signer, growth: int) -> None:
    history = History(5)
    await sign(signer, history)
    history.rewrite(2, b'{"title":"other"}')
    history.grow(growth)
    with pytest.raises(LedgerContradicted):
        await sign(signer, history)


async def test_a_refusal_leaves_the_last_checkpoint_as_it_was(signer: Signer) -> None:
    history, honest = History(5), History(5)
    await sign(signer, history)
    history.rewrite(2, b"{}")
    with pytest.raises(LedgerContradicted):
        await sign(signer, history)
    assert (await sign(signer, honest)).size == 5


async def test_another_public_host_changes_the_name_but_not_the_past(signer: Signer) -> None:
    history = History(5)
    await sign(signer, history)
    assert (await sign(signer, history, host="elsewhere")).origin.startswith("elsewhere/")
    history.rewrite(1, b"{}")
    with pytest.raises(LedgerContradicted):
        await sign(signer, history, host="h")


async def test_a_restored_ledger_may_have_lost_its_future_but_not_changed_its_past(signer: Signer) -> None:
    history, restored = History(5), History(4)
    await sign(signer, history)
    assert (await sign(signer, restored, log_id=UUID(int=2), restored_from=4)).size == 4

    restored.rewrite(1, b"{}")
    with pytest.raises(LedgerContradicted):
        await sign(signer, restored, log_id=UUID(int=3), restored_from=4)


async def test_a_ledger_made_anew_without_a_restore_is_refused(signer: Signer) -> None:
    await sign(signer, History(5))
    with pytest.raises(LedgerContradicted):
        await sign(signer, History(0), log_id=UUID(int=2))


async def test_the_checkpoint_of_a_lost_future_is_kept_as_evidence(signer: Signer, tmp_path: Path) -> None:
    await sign(signer, History(5))
    await sign(signer, History(4), log_id=UUID(int=2), restored_from=4)
    notes = [file.read_text() for file in (tmp_path / "checkpoints").glob("*.note")]
    assert sorted(text.split("\n")[1] for text in notes) == ["4", "5"]


async def test_a_checkpoint_file_that_was_changed_stops_signing(signer: Signer, tmp_path: Path) -> None:
    history = History(5)
    await sign(signer, history)
    (file,) = (tmp_path / "checkpoints").glob("*.note")
    file.write_text(file.read_text().replace("\n5\n", "\n4\n"))
    with pytest.raises(LedgerContradicted):
        await sign(signer, history)


async def test_signers_that_share_a_folder_take_turns(signer: Signer, tmp_path: Path) -> None:
    history, other = History(0), Signer(SEED, tmp_path / "checkpoints")

    async def grow_and_sign(signer: Signer) -> None:
        history.grow(1)
        await sign(signer, history)

    await asyncio.gather(*(grow_and_sign((signer, other)[turn % 2]) for turn in range(20)))
    assert (await sign(signer, history)).size == 20
