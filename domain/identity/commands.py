"""Commands on accounts. Passwords arrive hashed: hashing is slow work for the layers outside."""

from msgspec import UNSET, UnsetType

from domain.identity import rules, usernames
from domain.identity.account_book import ACCOUNT_BOOK_ID, AccountBook
from domain.identity.errors import (
    EmailTaken,
    LastAdministrator,
    NotAdministrator,
    NotOwnAccount,
    OwnAccount,
    SetupCompleted,
    UsernameTaken,
)
from domain.identity.session import SessionStarted
from domain.identity.user import User
from domain.kernel.command import Command, handles
from domain.kernel.forgetting import PersonForgotten
from domain.kernel.unit import Unit

USERNAME_CLAIM = "username"
EMAIL_CLAIM = "email"


class NewAccount(Command, frozen=True, kw_only=True):
    """Without a ``username`` one is made from the address; without a ``name`` it is the user name."""

    username: str = ""
    name: str = ""
    email: str = ""
    password_hash: str


class SetUpAdministrator(NewAccount, frozen=True, kw_only=True):
    """The first account of a tenant, which administers it."""


class RegisterUser(NewAccount, frozen=True, kw_only=True):
    admin: bool = False


class UserCommand(Command, frozen=True, kw_only=True):
    user_id: str

    def primary_stream(self) -> str:
        return self.user_id


class StartSession(UserCommand, frozen=True, kw_only=True):
    """The caller has checked the user's password."""


class ChangePassword(UserCommand, frozen=True, kw_only=True):
    password_hash: str


class ChangeProfile(UserCommand, frozen=True, kw_only=True):
    """What is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    avatar_color: str | UnsetType | None = UNSET


class SignOutEverywhere(UserCommand, frozen=True, kw_only=True):
    pass


class GrantAdmin(UserCommand, frozen=True, kw_only=True):
    pass


class LeavingCommand(UserCommand, frozen=True, kw_only=True):
    """May take an administrator away. ``successor_id`` is another who stays, if the actor is not one such already."""

    successor_id: str = ""


class RevokeAdmin(LeavingCommand, frozen=True, kw_only=True):
    pass


class DisableUser(LeavingCommand, frozen=True, kw_only=True):
    pass


class EnableUser(UserCommand, frozen=True, kw_only=True):
    pass


class ForgetPerson(LeavingCommand, frozen=True, kw_only=True):
    """Close the account and say that the person is forgotten. The caller then destroys their key."""


@handles(SetUpAdministrator)
async def set_up_administrator(command: SetUpAdministrator, unit: Unit) -> User:
    if await unit.find(AccountBook, ACCOUNT_BOOK_ID) is not None:
        raise SetupCompleted
    return await _open_account(command, unit, admin=True)


@handles(RegisterUser)
async def register_user(command: RegisterUser, unit: Unit) -> User:
    if command.admin:
        _require_administrator(unit)
    return await _open_account(command, unit, admin=command.admin)


@handles(StartSession)
async def start_session(command: StartSession, unit: Unit) -> User:
    user = await unit.get(User, command.user_id)
    user.require_active()
    unit.record(SessionStarted(originator_id=unit.new_id(), timestamp=unit.now, user_id=user.id))
    return user


@handles(ChangePassword)
async def change_password(command: ChangePassword, unit: Unit) -> User:
    user = await _own_account(command, unit)
    user.change_password(command.password_hash)
    return user


@handles(ChangeProfile)
async def change_profile(command: ChangeProfile, unit: Unit) -> User:
    user = await _own_account(command, unit)
    if command.name is not UNSET:
        user.rename(rules.name(command.name))
    if command.avatar_color is not UNSET:
        user.choose_avatar_color(rules.color(command.avatar_color))
    return user


@handles(SignOutEverywhere)
async def sign_out_everywhere(command: SignOutEverywhere, unit: Unit) -> User:
    user = await _own_account(command, unit)
    user.sign_out_everywhere()
    return user


@handles(GrantAdmin)
async def grant_admin(command: GrantAdmin, unit: Unit) -> User:
    _require_administrator(unit)
    user = await unit.get(User, command.user_id)
    user.grant_admin()
    return user


@handles(RevokeAdmin)
async def revoke_admin(command: RevokeAdmin, unit: Unit) -> User:
    _require_administrator(unit)
    user = await unit.get(User, command.user_id)
    await _keep_an_administrator(command, user, unit)
    user.revoke_admin()
    return user


@handles(DisableUser)
async def disable_user(command: DisableUser, unit: Unit) -> User:
    _require_administrator(unit)
    if command.user_id == unit.actor.id:
        raise OwnAccount
    user = await unit.get(User, command.user_id)
    await _keep_an_administrator(command, user, unit)
    user.disable()
    return user


@handles(EnableUser)
async def enable_user(command: EnableUser, unit: Unit) -> User:
    _require_administrator(unit)
    user = await unit.get(User, command.user_id)
    user.enable()
    return user


@handles(ForgetPerson)
async def forget_person(command: ForgetPerson, unit: Unit) -> User:
    user = await _own_account(command, unit)
    await _keep_an_administrator(command, user, unit, "Cannot delete the only system administrator account")
    if not user.closed:
        _release(USERNAME_CLAIM, user.username.value, user, unit)
        _release(EMAIL_CLAIM, user.email.value, user, unit)
        user.close()
        unit.record(PersonForgotten(originator_id=user.id, timestamp=unit.now, person_id=user.id))
    return user


async def _open_account(command: NewAccount, unit: Unit, *, admin: bool) -> User:
    email = rules.email(command.email)
    username = rules.username(command.username or await _free_username(email, unit))
    name = rules.name(command.name or username)
    await _require_free(username, email, unit)
    user = User.register(
        unit.new_id(), username=username, name=name, email=email, password_hash=command.password_hash, admin=admin
    )
    if await unit.find(AccountBook, ACCOUNT_BOOK_ID) is None:
        unit.add(AccountBook.open(first_user_id=user.id))
    unit.claim(USERNAME_CLAIM, rules.normalized(username), user.id, everywhere=True)
    if email:
        unit.claim(EMAIL_CLAIM, rules.normalized(email), user.id, everywhere=True)
    return unit.add(user)


async def _free_username(email: str, unit: Unit) -> str:
    if not email:
        return ""
    for candidate in usernames.candidates(email):
        if await unit.holder(USERNAME_CLAIM, rules.normalized(candidate), everywhere=True) is None:
            return candidate
    raise AssertionError("candidates never end")


async def _require_free(username: str, email: str, unit: Unit) -> None:
    """Raises UsernameTaken, EmailTaken."""
    if await unit.holder(USERNAME_CLAIM, rules.normalized(username), everywhere=True) is not None:
        raise UsernameTaken
    if email and await unit.holder(EMAIL_CLAIM, rules.normalized(email), everywhere=True) is not None:
        raise EmailTaken


def _release(scope: str, value: str | None, user: User, unit: Unit) -> None:
    if value:
        unit.release(scope, rules.normalized(value), user.id, everywhere=True)


async def _own_account(command: UserCommand, unit: Unit) -> User:
    """The user, if it is they or an administrator who asks. Raises NotOwnAccount."""
    if unit.actor.id != command.user_id and not unit.actor.admin:
        raise NotOwnAccount
    return await unit.get(User, command.user_id)


def _require_administrator(unit: Unit) -> None:
    """Raises NotAdministrator."""
    if not unit.actor.admin:
        raise NotAdministrator


async def _keep_an_administrator(command: LeavingCommand, leaving: User, unit: Unit, text: str | None = None) -> None:
    """An administrator leaves only if another stays. Raises LastAdministrator.

    Whoever stays is read here, so that the append fails if they leave at the same time.
    """
    if not leaving.administers:
        return
    for stays_id in (unit.actor.id, command.successor_id):
        stays = await unit.find(User, stays_id) if stays_id else None
        if stays is not None and stays is not leaving and stays.administers:
            return
    raise LastAdministrator(text)
