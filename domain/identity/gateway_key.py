"""The key with which an application calls models through the gateway, or, with ``admin``, manages the gateway."""

from enum import StrEnum
from typing import Self

from eventsourcing.domain import event

from domain.kernel.aggregate import Aggregate, Event, FirstEvent


class GatewayMode(StrEnum):
    """Whether the gateway only watches this key's calls, or also enforces caches, artifacts and policies."""

    OBSERVE = "observe"
    OPTIMIZE = "optimize"


class GatewayKey(Aggregate):
    class Issued(FirstEvent, frozen=True, kw_only=True):
        name: str
        key_hash: str
        prefix: str
        mode: GatewayMode
        admin: bool
        app_id: str | None
        issued_by: str
        """A user's id, or ``""``."""

    class Revoked(Event, frozen=True, kw_only=True):
        pass

    @event(Issued)
    def __init__(
        self,
        *,
        name: str,
        key_hash: str,
        prefix: str,
        mode: GatewayMode,
        admin: bool,
        app_id: str | None,
        issued_by: str,
    ) -> None:
        self.project_id = None
        self.name, self.key_hash, self.prefix = name, key_hash, prefix
        self.mode, self.admin, self.app_id, self.issued_by = mode, admin, app_id, issued_by
        self.revoked = False

    @classmethod
    def issue(
        cls,
        key_id: str,
        *,
        name: str,
        key_hash: str,
        prefix: str,
        mode: GatewayMode,
        admin: bool,
        app_id: str | None,
        issued_by: str,
    ) -> Self:
        return cls._create(
            cls.Issued,
            id=key_id,
            name=name,
            key_hash=key_hash,
            prefix=prefix,
            mode=mode,
            admin=admin,
            app_id=app_id,
            issued_by=issued_by,
        )

    @event(Revoked)
    def revoke(self) -> None:
        self.revoked = True
