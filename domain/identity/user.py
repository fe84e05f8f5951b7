"""A person with an account."""

from typing import Self

from eventsourcing.domain import event

from domain.identity.errors import AccountClosed, AccountDisabled
from domain.kernel.aggregate import Aggregate, Event, FirstEvent
from domain.kernel.personal import Personal


class User(Aggregate):
    """``auth_version`` goes up with whatever must end every session and signed token that was made before."""

    class Registered(FirstEvent, frozen=True, kw_only=True):
        username: Personal[str]
        name: Personal[str]
        email: Personal[str]
        """``""`` if they have none."""
        password_hash: Personal[str]
        admin: bool = False

    class Renamed(Event, frozen=True, kw_only=True):
        name: Personal[str]

    class AvatarColorChanged(Event, frozen=True, kw_only=True):
        color: str | None

    class PasswordChanged(Event, frozen=True, kw_only=True):
        password_hash: Personal[str]

    class SignedOutEverywhere(Event, frozen=True, kw_only=True):
        pass

    class AdminGranted(Event, frozen=True, kw_only=True):
        pass

    class AdminRevoked(Event, frozen=True, kw_only=True):
        pass

    class Disabled(Event, frozen=True, kw_only=True):
        pass

    class Enabled(Event, frozen=True, kw_only=True):
        pass

    class Closed(Event, frozen=True, kw_only=True):
        """For ever: the user name and the address are free again."""

    @event(Registered)
    def __init__(
        self,
        username: Personal[str],
        name: Personal[str],
        email: Personal[str],
        password_hash: Personal[str],
        admin: bool,
    ) -> None:
        self.project_id = None
        self.username, self.name, self.email = username, name, email
        self.password_hash = password_hash
        self.admin = admin
        self.avatar_color: str | None = None
        self.auth_version = 1
        self.active = True
        self.closed = False

    @classmethod
    def register(
        cls, user_id: str, *, username: str, name: str, email: str, password_hash: str, admin: bool = False
    ) -> Self:
        return cls._create(
            cls.Registered,
            id=user_id,
            username=Personal(user_id, username),
            name=Personal(user_id, name),
            email=Personal(user_id, email),
            password_hash=Personal(user_id, password_hash),
            admin=admin,
        )

    @property
    def administers(self) -> bool:
        """Is this an administrator who can sign in?"""
        return self.admin and self.active

    def require_active(self) -> None:
        """Raises AccountClosed, AccountDisabled."""
        if self.closed:
            raise AccountClosed
        if not self.active:
            raise AccountDisabled

    def rename(self, name: str) -> None:
        self.require_active()
        if name != self.name.value:
            self._renamed(name=Personal(self.id, name))

    def choose_avatar_color(self, color: str | None) -> None:
        self.require_active()
        if color != self.avatar_color:
            self._avatar_color_changed(color=color)

    def change_password(self, password_hash: str) -> None:
        self.require_active()
        self._password_changed(password_hash=Personal(self.id, password_hash))

    def sign_out_everywhere(self) -> None:
        self.require_active()
        self._signed_out_everywhere()

    def grant_admin(self) -> None:
        self.require_active()
        if not self.admin:
            self._admin_granted()

    def revoke_admin(self) -> None:
        if self.admin and not self.closed:
            self._admin_revoked()

    def disable(self) -> None:
        if self.active:
            self._disabled()

    def enable(self) -> None:
        if self.closed:
            raise AccountClosed
        if not self.active:
            self._enabled()

    def close(self) -> None:
        if not self.closed:
            self._closed()

    @event(Renamed)
    def _renamed(self, name: Personal[str]) -> None:
        self.name = name

    @event(AvatarColorChanged)
    def _avatar_color_changed(self, color: str | None) -> None:
        self.avatar_color = color

    @event(PasswordChanged)
    def _password_changed(self, password_hash: Personal[str]) -> None:
        self.password_hash = password_hash
        self.auth_version += 1

    @event(SignedOutEverywhere)
    def _signed_out_everywhere(self) -> None:
        self.auth_version += 1

    @event(AdminGranted)
    def _admin_granted(self) -> None:
        self.admin = True

    @event(AdminRevoked)
    def _admin_revoked(self) -> None:
        self.admin = False

    @event(Disabled)
    def _disabled(self) -> None:
        self.active = False
        self.auth_version += 1

    @event(Enabled)
    def _enabled(self) -> None:
        self.active = True

    @event(Closed)
    def _closed(self) -> None:
        self.closed, self.active, self.admin = True, False, False
        self.auth_version += 1
        self.username = self.name = self.email = self.password_hash = Personal(self.id, None)
