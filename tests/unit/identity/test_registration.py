import pytest

from domain.identity.account_book import AccountBook
from domain.identity.commands import RegisterUser, SetUpAdministrator
from domain.identity.errors import EmailTaken, NotAdministrator, SetupCompleted, UsernameTaken
from domain.identity.user import User
from domain.kernel.errors import Invalid
from domain.kernel.personal import Personal
from domain.kernel.testing import Fixture
from domain.kernel.unit import SYSTEM
from tests.unit.identity.world import NOBODY, registration


@pytest.fixture
def world() -> Fixture:
    return Fixture().as_actor(NOBODY)


async def test_the_first_person_can_set_up_an_administrator(world: Fixture) -> None:
    user = await world.when(SetUpAdministrator(username="root", password_hash="hash"))
    world.then(AccountBook.Opened, User.Registered)
    assert user.admin


async def test_setup_is_refused_once_there_is_an_administrator(world: Fixture) -> None:
    await world.given(SetUpAdministrator(username="root", password_hash="hash"))
    await world.refused(SetUpAdministrator(username="other", password_hash="hash"), SetupCompleted, "already exist")


async def test_setup_is_refused_once_anybody_registered(world: Fixture) -> None:
    await world.given(registration("anna"))
    await world.refused(SetUpAdministrator(username="root", password_hash="hash"), SetupCompleted)


async def test_registering_makes_an_ordinary_user(world: Fixture) -> None:
    await world.given(registration("root"))
    user = await world.when(
        RegisterUser(username="anna", name="Anna K.", email="Anna@Example.org", password_hash="hash")
    )
    world.then(
        User.Registered(
            username=Personal(user.id, "anna"),
            name=Personal(user.id, "Anna K."),
            email=Personal(user.id, "Anna@Example.org"),
            password_hash=Personal(user.id, "hash"),
        )
    )
    assert not user.admin


async def test_the_name_is_the_user_name_unless_given(world: Fixture) -> None:
    assert (await world.when(registration("anna"))).name.value == "anna"


@pytest.mark.parametrize("again", ["anna", "ANNA"])
async def test_a_user_name_is_given_once_whatever_its_case(world: Fixture, again: str) -> None:
    await world.given(registration("Anna"))
    await world.refused(registration(again), UsernameTaken, "This username is already taken")


async def test_an_address_has_one_account_whatever_its_case(world: Fixture) -> None:
    await world.given(registration("anna", "anna@example.org"))
    await world.refused(
        registration("other", "ANNA@example.org"), EmailTaken, "An account with this email already exists"
    )


async def test_many_people_can_have_no_address(world: Fixture) -> None:
    await world.given(registration("anna"), registration("boris"))


@pytest.mark.parametrize(
    ("username", "text"),
    [
        ("ab", "between 3 and 30"),
        ("a" * 31, "between 3 and 30"),
        ("", "between 3 and 30"),
        ("anna k", "can only contain"),
        ("ännä", "can only contain"),
        ("anna\n", "can only contain"),
        ("١٢٣", "can only contain"),
    ],
)
async def test_a_user_name_has_a_form(world: Fixture, username: str, text: str) -> None:
    refusal = await world.refused(registration(username), Invalid, text)
    assert isinstance(refusal, Invalid)
    assert refusal.field == "username"


@pytest.mark.parametrize(
    "email", ["anna", "anna@", "@x.org", "a b@x.org", "a@b", "a@b..c", "a\0@b.org", "a" * 250 + "@b.org"]
)
async def test_an_address_has_a_form(world: Fixture, email: str) -> None:
    await world.refused(registration("anna", email), Invalid, "Invalid email address")


@pytest.mark.parametrize("name", [" ", "a\0b", "a\ud800", "x" * 101])
async def test_a_name_is_text_of_some_length(world: Fixture, name: str) -> None:
    await world.refused(RegisterUser(username="anna", name=name, password_hash="hash"), Invalid, "Name")


@pytest.mark.parametrize(
    ("email", "username"),
    [
        ("anna@example.org", "anna"),
        ("anna.maria+x@example.org", "anna-maria-x"),
        ("a@example.org", "a-user"),
        ("ü@example.org", "user"),
        ("x" * 60 + "@example.org", "x" * 24),
    ],
)
async def test_an_address_alone_makes_a_user_name(world: Fixture, email: str, username: str) -> None:
    user = await world.when(RegisterUser(email=email, password_hash="hash"))
    assert user.username.value == username


async def test_a_user_name_made_of_an_address_avoids_those_taken(world: Fixture) -> None:
    await world.given(registration("anna"), registration("Anna-2"))
    user = await world.when(RegisterUser(email="anna@example.org", password_hash="hash"))
    assert user.username.value == "anna-3"


async def test_only_administrators_register_administrators(world: Fixture) -> None:
    await world.refused(registration("anna", admin=True), NotAdministrator)
    assert (await world.as_actor(SYSTEM).when(registration("anna", admin=True))).admin
