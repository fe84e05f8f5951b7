"""A bearer token that may do what is listed on it, at most what its user may."""

from datetime import datetime
from typing import Self

from eventsourcing.domain import event

from domain.kernel.aggregate import Aggregate, Event, FirstEvent
from domain.kernel.personal import Personal


class AccessToken(Aggregate):
    class Issued(FirstEvent, frozen=True, kw_only=True):
        user_id: str
        name: Personal[str]
        """What the owner calls it, such as the name of a device."""
        token_hash: str
        abilities: tuple[str, ...]
        expires_at: datetime

    class Revoked(Event, frozen=True, kw_only=True):
        pass

    @event(Issued)
    def __init__(
        self, user_id: str, name: Personal[str], token_hash: str, abilities: tuple[str, ...], expires_at: datetime
    ) -> None:
        self.project_id = None
        self.user_id, self.name, self.token_hash = user_id, name, token_hash
        self.abilities, self.expires_at = abilities, expires_at
        self.revoked = False

    @classmethod
    def issue(
        cls,
        token_id: str,
        *,
        user_id: str,
        name: str,
        token_hash: str,
        abilities: tuple[str, ...],
        expires_at: datetime,
    ) -> Self:
        return cls._create(
            cls.Issued,
            id=token_id,
            user_id=user_id,
            name=Personal(user_id, name),
            token_hash=token_hash,
            abilities=abilities,
            expires_at=expires_at,
        )

    @event(Revoked)
    def revoke(self) -> None:
        self.revoked = True
