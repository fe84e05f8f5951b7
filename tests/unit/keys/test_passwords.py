import asyncio
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters

from domain.kernel.errors import Overloaded
from infra.keys.passwords import LONGEST_QUEUE, Argon2Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    passwords = Argon2Passwords(CHEAP)
    yield passwords
    passwords.close()


async def test_the_right_password_is_accepted_and_another_is_not(passwords: Argon2Passwords) -> None:
    kept = await passwords.hash("Correct1horse")
    assert kept.startswith("$argon2id$")
    assert await passwords.verify(kept, "Correct1horse")
    assert not await passwords.verify(kept, "correct1horse")


async def test_one_password_never_has_the_same_hash_twice(passwords: Argon2Passwords) -> None:
    assert await passwords.hash("same") != await passwords.hash("same")


@pytest.mark.parametrize("password", ["", "anything"])
async def test_no_password_fits_an_unknown_account(passwords: Argon2Passwords, password: str) -> None:
    assert not await passwords.verify(None, password)


def test_an_unknown_account_costs_as_much_as_a_known_one() -> None:
    passwords = Argon2Passwords()
    assert extract_parameters(passwords._nobody) == extract_parameters(PasswordHasher().hash("x"))


@pytest.mark.parametrize("kept", ["", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
async def test_a_damaged_hash_fits_nothing(passwords: Argon2Passwords, kept: str) -> None:
    assert not await passwords.verify(kept, "x")


async def test_a_password_that_is_no_text_is_only_a_wrong_one(passwords: Argon2Passwords) -> None:
    assert not await passwords.verify(await passwords.hash("x"), "\udc80\0")


async def test_past_the_longest_queue_people_are_told_to_come_again(passwords: Argon2Passwords) -> None:
    answers = await asyncio.gather(
        *(passwords.verify(None, "x") for _ in range(LONGEST_QUEUE + 3)), return_exceptions=True
    )
    assert sum(isinstance(answer, Overloaded) for answer in answers) == 3
    assert not await passwords.verify(None, "x")
