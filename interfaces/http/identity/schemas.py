"""Bodies of the account routes. Texts are bounded here so that nothing long is ever hashed or looked up."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.identity.rules import LONGEST_EMAIL, LONGEST_PASSWORD

Password = Annotated[str, Meta(min_length=1, max_length=LONGEST_PASSWORD)]
Login = Annotated[str, Meta(min_length=1, max_length=LONGEST_EMAIL)]
Line = Annotated[str, Meta(max_length=1000)]


class Credentials(msgspec.Struct, rename="camel"):
    """A user name or e-mail address, and a password. ``callback_url`` is where a login page wants to go on."""

    username: Login
    password: Password
    callback_url: Annotated[str, Meta(max_length=2000)] = ""


class TokenRequest(msgspec.Struct, rename="camel"):
    """``abilities`` may hold wildcards; none are those of a mobile device."""

    password: Password
    email: Login = ""
    username: Login = ""
    device_name: Line = ""
    abilities: Annotated[list[Line], Meta(max_length=50)] | None = None


class TrackerRegistration(msgspec.Struct):
    username: Line
    password: Annotated[str, Meta(max_length=LONGEST_PASSWORD)]
    name: Line | None = None
    email: Line | None = None


class DeliveryRegistration(msgspec.Struct):
    email: Annotated[str, Meta(min_length=3, max_length=LONGEST_EMAIL)]
    name: Annotated[str, Meta(min_length=2, max_length=1000)]
    password: Annotated[str, Meta(max_length=LONGEST_PASSWORD)]


class DeliveryLogin(msgspec.Struct):
    email: Annotated[str, Meta(max_length=LONGEST_EMAIL, pattern=r"^[^\s@]+@[^\s@]+$")]
    password: Password


class ProfileChange(msgspec.Struct, rename="camel"):
    name: Line | UnsetType = UNSET
    avatar_color: Line | UnsetType | None = UNSET


class PasswordChange(msgspec.Struct, rename="camel"):
    current_password: Password
    new_password: Annotated[str, Meta(max_length=LONGEST_PASSWORD)]


class Confirmation(msgspec.Struct):
    """The caller's own password once more."""

    password: Password


class TrackerUser(msgspec.Struct, rename="camel"):
    """A user as the tracker's registration shows them."""

    id: str
    username: str
    name: str
    email: str | None


class Registered(msgspec.Struct, rename="camel"):
    """Both shapes that clients of the tracker know: flat, and with ``user``."""

    id: str
    username: str
    email: str | None
    name: str
    is_system_admin: bool
    success: bool
    message: str
    user: TrackerUser


class SetUp(msgspec.Struct):
    success: bool
    message: str
    user: TrackerUser


class SessionUser(msgspec.Struct, rename="camel"):
    id: str
    username: str
    name: str
    email: str | None
    image: str | None
    is_system_admin: bool
    avatar: str | None
    avatar_color: str | None


class Session(msgspec.Struct, omit_defaults=True):
    """Empty for somebody who is not signed in."""

    user: SessionUser | None = None
    expires: str | None = None


class Counts(msgspec.Struct, rename="camel"):
    projects: int
    assigned_tickets: int
    created_tickets: int


class Me(
    msgspec.Struct,
    rename={
        "avatar_color": "avatarColor",
        "is_system_admin": "isSystemAdmin",
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "counts": "_count",
    },
):
    id: str
    username: str
    email: str | None
    name: str
    avatar: str | None
    avatar_color: str | None
    is_system_admin: bool
    created_at: str
    updated_at: str
    counts: Counts | UnsetType = UNSET


class WorkspaceUser(msgspec.Struct, rename="camel"):
    id: str
    name: str
    email: str | None
    abilities: tuple[str, ...]
    created_at: str


class IssuedToken(msgspec.Struct, rename="camel"):
    """The only time that the token is shown."""

    token: str
    abilities: tuple[str, ...]
    expires_at: str


class DeliveryUser(msgspec.Struct):
    """``role`` is ``admin`` or ``user``."""

    id: str
    created_at: str
    updated_at: str
    email: str
    name: str
    role: str


class SignedIn(msgspec.Struct):
    token: str
    user: DeliveryUser
