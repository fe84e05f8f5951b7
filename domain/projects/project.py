"""The project: its name and key, its columns, and who may do what in it."""

from collections.abc import Sequence
from typing import Self

import msgspec
from eventsourcing.domain import event

from domain.kernel.aggregate import Aggregate, Event, FirstEvent
from domain.kernel.unit import Actor
from domain.projects.columns import Column
from domain.projects.errors import (
    AlreadyAMember,
    ForeignRole,
    LastOwner,
    MemberNotFound,
    MemberOutranks,
    MissingPermission,
    NotAMember,
    RoleOutranks,
    SelfPromotion,
    UnknownPermissions,
)
from domain.projects.members import Member
from domain.projects.permissions import EVERY_PERMISSION, Permission, known
from domain.projects.roles import OWNER, SYSTEM_ADMIN_POSITION, Role


class Project(Aggregate):
    class Created(FirstEvent, frozen=True, kw_only=True):
        project_id: str
        name: str
        key: str
        description: str | None
        color: str
        roles: tuple[Role, ...]
        columns: tuple[Column, ...]

    class Renamed(Event, frozen=True, kw_only=True):
        name: str

    class KeyChanged(Event, frozen=True, kw_only=True):
        key: str

    class Described(Event, frozen=True, kw_only=True):
        description: str | None

    class Recoloured(Event, frozen=True, kw_only=True):
        color: str

    class AddColumnButtonConfigured(Event, frozen=True, kw_only=True):
        """``shown`` None: as the system's settings say."""

        shown: bool | None

    class MemberAdded(Event, frozen=True, kw_only=True):
        member_id: str
        user_id: str
        role_id: str

    class MemberRoleChanged(Event, frozen=True, kw_only=True):
        member_id: str
        user_id: str
        role_id: str

    class MemberOverridesChanged(Event, frozen=True, kw_only=True):
        member_id: str
        user_id: str
        overrides: tuple[Permission, ...] | None

    class MemberRemoved(Event, frozen=True, kw_only=True):
        member_id: str
        user_id: str

    class Deleted(Event, frozen=True, kw_only=True):
        pass

    @event(Created)
    def __init__(
        self,
        *,
        project_id: str,
        name: str,
        key: str,
        description: str | None,
        color: str,
        roles: tuple[Role, ...],
        columns: tuple[Column, ...],
    ) -> None:
        self.project_id = project_id
        self.name, self.key, self.description, self.color = name, key, description, color
        self.add_column_button: bool | None = None
        self.roles = {role.id: role for role in roles}
        self.columns = {column.id: column for column in columns}
        self.members: dict[str, Member] = {}
        self.deleted = False

    @classmethod
    def create(
        cls,
        project_id: str,
        *,
        name: str,
        key: str,
        description: str | None,
        color: str,
        roles: Sequence[Role],
        columns: Sequence[Column],
    ) -> Self:
        return cls._create(
            cls.Created,
            id=project_id,
            project_id=project_id,
            name=name,
            key=key,
            description=description,
            color=color,
            roles=tuple(roles),
            columns=tuple(columns),
        )

    @property
    def first_column(self) -> Column:
        return next(iter(self.columns.values()))

    @property
    def first_done_column(self) -> Column | None:
        return next((column for column in self.columns.values() if column.is_done), None)

    def role_named(self, name: str) -> Role:
        return next(role for role in self.roles.values() if role.name == name)

    def is_member(self, user_id: str) -> bool:
        return user_id in self.members

    def permissions_of(self, actor: Actor) -> frozenset[Permission]:
        """The role's permissions with the member's overrides. A system administrator has all. Raises NotAMember."""
        if actor.admin:
            return frozenset(EVERY_PERMISSION)
        member = self.members.get(actor.id)
        if member is None:
            raise NotAMember
        return frozenset(self.roles[member.role_id].permissions).union(member.overrides or ())

    def require(self, actor: Actor, permission: Permission) -> None:
        """Raises NotAMember, MissingPermission."""
        if permission not in self.permissions_of(actor):
            raise MissingPermission(permission)

    def rename(self, name: str) -> None:
        if name != self.name:
            self._renamed(name=name)

    def change_key(self, key: str) -> None:
        if key != self.key:
            self._key_changed(key=key)

    def describe(self, description: str | None) -> None:
        if description != self.description:
            self._described(description=description)

    def recolour(self, color: str) -> None:
        if color != self.color:
            self._recoloured(color=color)

    def configure_add_column_button(self, shown: bool | None) -> None:
        if shown != self.add_column_button:
            self._add_column_button_configured(shown=shown)

    def add_member(self, member_id: str, user_id: str, role_id: str) -> Member:
        if role_id not in self.roles:
            raise ForeignRole(field="roleId")
        if self.is_member(user_id):
            raise AlreadyAMember(field="userId")
        self._member_added(member_id=member_id, user_id=user_id, role_id=role_id)
        return self.members[user_id]

    def member(self, member_id: str) -> Member:
        """Raises MemberNotFound."""
        for member in self.members.values():
            if member.id == member_id:
                return member
        raise MemberNotFound

    def change_member_role(self, actor: Actor, member: Member, role_id: str) -> None:
        """Only somebody of higher rank than both the member and the new role may do this; anybody may step down."""
        role = self.roles.get(role_id)
        if role is None:
            raise ForeignRole(field="roleId")
        if member.user_id == actor.id:
            if not actor.admin and role_id != member.role_id and role.position <= self.roles[member.role_id].position:
                raise SelfPromotion(field="roleId")
        else:
            self.require(actor, Permission.MEMBERS_MANAGE)
            self._require_higher_rank(actor, member)
            if self._rank_of(actor) >= role.position:
                raise RoleOutranks
        if role_id == member.role_id:
            return
        if role.name != OWNER and self._is_last_owner(member):
            raise LastOwner(field="roleId")
        self._member_role_changed(member_id=member.id, user_id=member.user_id, role_id=role_id)

    def override_permissions(self, actor: Actor, member: Member, names: Sequence[str] | None) -> None:
        """Give a member permissions beyond the role's. Raises UnknownPermissions."""
        self.require(actor, Permission.MEMBERS_ADMIN)
        overrides = None if names is None else known(names)
        if unknown := sorted(set(names or ()).difference(overrides or ())):
            raise UnknownPermissions(field="overrides", invalid=unknown)
        if overrides != member.overrides:
            self._member_overrides_changed(member_id=member.id, user_id=member.user_id, overrides=overrides)

    def remove_member(self, actor: Actor, member: Member) -> None:
        """Anybody may leave; others are removed by somebody of higher rank. The last Owner stays."""
        if member.user_id == actor.id:
            if self._is_last_owner(member):
                raise LastOwner("Cannot leave as the last Owner. Transfer ownership first.")
        else:
            self.require(actor, Permission.MEMBERS_MANAGE)
            self._require_higher_rank(actor, member, "Cannot remove members with equal or higher rank")
            if self._is_last_owner(member):
                raise LastOwner
        self._member_removed(member_id=member.id, user_id=member.user_id)

    def delete(self) -> None:
        """The members are told by an event each, after the project's own, while they may still see it."""
        self._deleted()
        for member in tuple(self.members.values()):
            self._member_removed(member_id=member.id, user_id=member.user_id)

    def _rank_of(self, actor: Actor) -> int:
        return SYSTEM_ADMIN_POSITION if actor.admin else self.roles[self.members[actor.id].role_id].position

    def _require_higher_rank(self, actor: Actor, member: Member, text: str | None = None) -> None:
        if self._rank_of(actor) >= self.roles[member.role_id].position:
            raise MemberOutranks(text)

    def _is_last_owner(self, member: Member) -> bool:
        owner = self.role_named(OWNER).id
        return member.role_id == owner and sum(other.role_id == owner for other in self.members.values()) == 1

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name

    @event(KeyChanged)
    def _key_changed(self, key: str) -> None:
        self.key = key

    @event(Described)
    def _described(self, description: str | None) -> None:
        self.description = description

    @event(Recoloured)
    def _recoloured(self, color: str) -> None:
        self.color = color

    @event(AddColumnButtonConfigured)
    def _add_column_button_configured(self, shown: bool | None) -> None:
        self.add_column_button = shown

    @event(MemberAdded)
    def _member_added(self, member_id: str, user_id: str, role_id: str) -> None:
        self.members[user_id] = Member(member_id, user_id, role_id)

    @event(MemberRoleChanged)
    def _member_role_changed(self, member_id: str, user_id: str, role_id: str) -> None:  # noqa: ARG002
        self.members[user_id] = msgspec.structs.replace(self.members[user_id], role_id=role_id)

    @event(MemberOverridesChanged)
    def _member_overrides_changed(
        self,
        member_id: str,  # noqa: ARG002
        user_id: str,
        overrides: tuple[Permission, ...] | None,
    ) -> None:
        self.members[user_id] = msgspec.structs.replace(self.members[user_id], overrides=overrides)

    @event(MemberRemoved)
    def _member_removed(self, member_id: str, user_id: str) -> None:  # noqa: ARG002
        del self.members[user_id]

    @event(Deleted)
    def _deleted(self) -> None:
        self.deleted = True
