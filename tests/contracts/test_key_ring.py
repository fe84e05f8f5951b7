"""What a key ring promises, whichever vault it stands on."""

import asyncpg
import pytest

from infra.keys.errors import KeyDestroyed, KeyNotLoaded, MasterKeyUnusable, SealBroken
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from infra.keys.vault import PostgresVault, Vault

LEDGER = "default/main"
MASTER = bytes(range(32))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["memory", "postgres"])
def vault(request: pytest.FixtureRequest) -> Vault:
    if request.param == "memory":
        return MemoryVault()
    pool: asyncpg.Pool = request.getfixturevalue("pool")
    return PostgresVault(pool)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(vault: Vault, clock: Clock) -> KeyRing:
    return KeyRing(MASTER, vault, clock=clock)


@pytest.fixture
def other_process(vault: Vault, clock: Clock) -> KeyRing:
    return KeyRing(MASTER, vault, clock=clock)


async def test_what_was_sealed_opens_in_another_process(ring: KeyRing, other_process: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    sealed = ring.seal(LEDGER, "anna", b"Anna Karenina")
    await other_process.load(LEDGER, ["anna"])
    assert other_process.open(LEDGER, "anna", sealed) == b"Anna Karenina"
    assert b"Anna" not in sealed


async def test_the_same_text_never_looks_the_same_twice(ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    assert ring.seal(LEDGER, "anna", b"text") != ring.seal(LEDGER, "anna", b"text")


async def test_sealed_bytes_open_only_where_they_belong(ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna", "boris"])
    await ring.ensure("other/main", ["anna"])
    sealed = ring.seal(LEDGER, "anna", b"text")
    with pytest.raises(SealBroken):
        ring.open(LEDGER, "boris", sealed)
    with pytest.raises(SealBroken):
        ring.open("other/main", "anna", sealed)


@pytest.mark.parametrize("place", [0, 5, -1])
async def test_a_flipped_bit_is_found(ring: KeyRing, place: int) -> None:
    await ring.ensure(LEDGER, ["anna"])
    broken = bytearray(ring.seal(LEDGER, "anna", b"text"))
    broken[place] ^= 1
    with pytest.raises(SealBroken):
        ring.open(LEDGER, "anna", bytes(broken))


async def test_a_truncated_seal_is_broken(ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    with pytest.raises(SealBroken):
        ring.open(LEDGER, "anna", ring.seal(LEDGER, "anna", b"text")[:9])


async def test_a_destroyed_key_opens_nothing_and_seals_nothing(ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    sealed = ring.seal(LEDGER, "anna", b"text")
    await ring.destroy(LEDGER, "anna")
    assert ring.open(LEDGER, "anna", sealed) is None
    with pytest.raises(KeyDestroyed):
        ring.seal(LEDGER, "anna", b"text")


async def test_a_destroyed_key_is_never_made_again(ring: KeyRing, other_process: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    await ring.destroy(LEDGER, "anna")
    for process in (ring, other_process):
        with pytest.raises(KeyDestroyed):
            await process.ensure(LEDGER, ["anna"])


async def test_a_key_can_be_destroyed_before_it_was_ever_made(ring: KeyRing) -> None:
    await ring.destroy(LEDGER, "anna")
    await ring.destroy(LEDGER, "anna")
    with pytest.raises(KeyDestroyed):
        await ring.ensure(LEDGER, ["anna"])


async def test_another_process_stops_using_a_destroyed_key_within_a_second(
    ring: KeyRing, other_process: KeyRing, clock: Clock
) -> None:
    await ring.ensure(LEDGER, ["anna"])
    sealed = ring.seal(LEDGER, "anna", b"text")
    await other_process.load(LEDGER, ["anna"])
    await ring.destroy(LEDGER, "anna")
    clock.now += 1.0
    await other_process.load(LEDGER, ["anna"])
    assert other_process.open(LEDGER, "anna", sealed) is None


async def test_a_key_made_elsewhere_is_found_at_once(ring: KeyRing, other_process: KeyRing) -> None:
    await other_process.load(LEDGER, ["anna"])
    await ring.ensure(LEDGER, ["anna"])
    sealed = ring.seal(LEDGER, "anna", b"text")
    await other_process.load(LEDGER, ["anna"])
    assert other_process.open(LEDGER, "anna", sealed) == b"text"


async def test_two_processes_that_make_a_key_at_once_share_it(vault: Vault, ring: KeyRing) -> None:
    early = KeyRing(MASTER, vault)
    await early.load(LEDGER, ["anna"])
    await ring.ensure(LEDGER, ["anna"])
    await early.ensure(LEDGER, ["anna"])
    assert early.open(LEDGER, "anna", ring.seal(LEDGER, "anna", b"text")) == b"text"


async def test_what_a_subject_without_a_key_sealed_stays_closed(ring: KeyRing, other_process: KeyRing) -> None:
    await ring.load(LEDGER, ["nobody"])
    assert ring.open(LEDGER, "nobody", b"\1sealed elsewhere") is None
    with pytest.raises(KeyNotLoaded):
        ring.seal(LEDGER, "nobody", b"text")


async def test_a_key_must_be_loaded_before_it_is_used(ring: KeyRing) -> None:
    with pytest.raises(KeyNotLoaded):
        ring.open(LEDGER, "anna", b"\1...")


async def test_the_least_used_keys_leave_memory_first(vault: Vault, clock: Clock) -> None:
    ring = KeyRing(MASTER, vault, clock=clock, capacity=2)
    await ring.ensure(LEDGER, ["anna", "boris"])
    await ring.load(LEDGER, ["anna"])
    await ring.ensure(LEDGER, ["clara"])
    ring.seal(LEDGER, "anna", b"text")
    with pytest.raises(KeyNotLoaded):
        ring.seal(LEDGER, "boris", b"text")


async def test_a_page_with_more_people_than_memory_holds_still_opens(vault: Vault, clock: Clock) -> None:
    ring = KeyRing(MASTER, vault, clock=clock, capacity=2)
    people = [f"person-{number}" for number in range(5)]
    await ring.ensure(LEDGER, people)
    assert all(ring.open(LEDGER, person, ring.seal(LEDGER, person, b"text")) == b"text" for person in people)


async def test_another_master_key_says_that_it_does_not_fit(vault: Vault, ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    with pytest.raises(MasterKeyUnusable, match="does not fit"):
        await KeyRing(bytes(32), vault).load(LEDGER, ["anna"])


def test_derived_keys_and_claim_hashes_depend_on_master_key_and_purpose(ring: KeyRing) -> None:
    stranger = KeyRing(bytes(32), MemoryVault())
    assert len({ring.derived("a"), ring.derived("b"), stranger.derived("a")}) == 3
    assert ring.claim_hash("email", "a@b.c") == KeyRing(MASTER, MemoryVault()).claim_hash("email", "a@b.c")
    hashes = {ring.claim_hash("email", "x"), ring.claim_hash("username", "x"), stranger.claim_hash("email", "x")}
    assert len(hashes) == 3
