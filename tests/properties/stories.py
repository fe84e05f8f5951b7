"""Stories: what people do to a project and its tickets, refusals included, drawn step by step."""

from typing import Any

from hypothesis import strategies as st
from msgspec import UNSET

from domain.identity.commands import ChangeProfile, ForgetPerson, RegisterUser
from domain.kernel.command import Command
from domain.kernel.dispatch import Dispatcher
from domain.kernel.errors import Refusal
from domain.kernel.unit import Actor
from domain.projects.commands import AddMember, ChangeMember, ChangeProject, CreateProject, DeleteProject, RemoveMember
from domain.projects.project import Project
from domain.tracker.changes import Changes
from domain.tracker.commands import ChangeTicket, CreateTicket, DeleteTicket, MoveTickets
from domain.tracker.kinds import Priority, Resolution, TicketType
from domain.tracker.rank import Gap, of_number
from tests.ledgers import context

PEOPLE = ("olga", "mia", "sam")
_which = st.integers(0, 9)
_who = st.sampled_from([0, 0, 0, 0, 1, 1, 2])
_text = st.sampled_from(["Paint it", "Grüße", "a\nb", "🚢"])
_gaps = st.builds(lambda n: Gap(above=of_number(n), below=of_number(n + 1)), st.integers(1, 5)) | st.just(Gap())
_changes = st.fixed_dictionaries(
    {},
    optional={
        "title": _text,
        "description": _text | st.none(),
        "type": st.sampled_from(TicketType),
        "priority": st.sampled_from(Priority),
        "column": _which,
        "gap": _gaps,
        "story_points": st.integers(0, 9) | st.none(),
        "resolution": st.sampled_from(Resolution) | st.none(),
        "assignee": _which | st.none(),
        "watchers": st.lists(_which, max_size=3),
        "parent": _which | st.none(),
    },
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("file"), _who, _changes),
        st.tuples(st.just("change"), _who, _which, _changes),
        st.tuples(st.just("move"), _who, st.lists(_which, max_size=3), _which, _gaps),
        st.tuples(st.just("delete"), _who, _which),
        st.tuples(st.just("rename"), _who, _text),
        st.tuples(st.just("let in"), _who, _which, _which),
        st.tuples(st.just("promote"), _who, _which, _which),
        st.tuples(st.just("put out"), _who, _which),
        st.tuples(st.just("call oneself"), _who, _text),
    ),
    min_size=10,
    max_size=40,
)
ENDINGS = st.lists(st.sampled_from(["forget", "close"]), max_size=2, unique=True)


class Story:
    """Olga opens a project, lets Mia in, and both file a ticket; all then do what the steps say, as far as they may."""

    def __init__(self, dispatcher: Dispatcher, ledger_id: str) -> None:
        self._dispatcher = dispatcher
        self.ledger_id = ledger_id
        self.people: list[str] = []
        self.tickets: list[str] = []
        self.project: Project
        self._members: dict[str, str] = {}

    async def begin(self) -> None:
        for name in PEOPLE:
            username = f"{name}-{self.ledger_id.replace('/', '-')}"
            user = await self._do(RegisterUser(username=username, email="", password_hash="h"), Actor())
            self.people.append(user.id)
        self.project = await self._do(CreateProject(name="Web Shop", key="SHOP"), self._actor(0))
        await self.take(("let in", 0, 1, 2))
        await self.take(("file", 0, {}))
        await self.take(("file", 1, {}))

    async def take(self, step: tuple[Any, ...]) -> None:
        """A refusal is a step as well."""
        match step:
            case "file", who, fields:
                given = {"title": "New"} | self._fields(fields)
                given.pop("gap", None)
                command: Command = CreateTicket(project_id=self.project.id, **given)
            case "change", who, ticket, fields:
                changes = Changes(**self._fields(fields))
                command = ChangeTicket(project_id=self.project.id, ticket_id=self._ticket(ticket), changes=changes)
            case "move", who, tickets, column, gap:
                command = MoveTickets(
                    project_id=self.project.id,
                    ticket_ids=tuple(dict.fromkeys(map(self._ticket, tickets))),
                    column_id=self._column(column),
                    gap=gap,
                )
            case "delete", who, ticket:
                command = DeleteTicket(project_id=self.project.id, ticket_id=self._ticket(ticket))
            case "rename", who, name:
                command = ChangeProject(project_id=self.project.id, name=name, description=name)
            case "let in", who, whom, role:
                command = AddMember(project_id=self.project.id, user_id=self._person(whom), role_id=self._role(role))
            case "promote", who, whom, role:
                command = ChangeMember(
                    project_id=self.project.id, member_id=self._member(whom), role_id=self._role(role), overrides=UNSET
                )
            case "put out", who, whom:
                command = RemoveMember(project_id=self.project.id, member_id=self._member(whom))
            case "call oneself", who, name:
                command = ChangeProfile(user_id=self._person(who), name=name)
            case _:
                raise AssertionError(step)
        await self.attempt(command, self._actor(who))

    async def attempt(self, command: Command, actor: Actor) -> None:
        try:
            result = await self._do(command, actor)
        except Refusal:
            return
        if isinstance(command, CreateTicket):
            self.tickets.append(result.id)
        if isinstance(command, AddMember):
            self._members[command.user_id] = result.id

    async def close(self) -> None:
        await self.attempt(DeleteProject(project_id=self.project.id), self._actor(0))

    async def forget(self) -> str:
        """The person to be forgotten; their key is still to be destroyed."""
        await self._do(ForgetPerson(user_id=self.people[1]), self._actor(1))
        return self.people[1]

    async def _do(self, command: Command, actor: Actor) -> Any:
        return (await self._dispatcher.dispatch(command, context(ledger_id=self.ledger_id, actor=actor))).result

    def _actor(self, who: int) -> Actor:
        return Actor(id=self._person(who))

    def _person(self, who: int) -> str:
        return self.people[who % len(self.people)]

    def _member(self, whom: int) -> str:
        return self._members.get(self._person(whom), "nobody")

    def _role(self, which: int) -> str:
        return list(self.project.roles)[which % len(self.project.roles)]

    def _column(self, which: int) -> str:
        return list(self.project.columns)[which % len(self.project.columns)]

    def _ticket(self, which: int) -> str:
        return self.tickets[which % len(self.tickets)] if self.tickets else "nothing"

    def _fields(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """Indexes into what there is as ids."""
        fields = dict(drawn)
        if "column" in fields:
            fields["column_id"] = self._column(fields.pop("column"))
        if "assignee" in fields:
            who = fields.pop("assignee")
            fields["assignee_id"] = None if who is None else self._person(who)
        if "watchers" in fields:
            fields["watcher_ids"] = tuple(map(self._person, fields.pop("watchers")))
        if "parent" in fields:
            which = fields.pop("parent")
            fields["parent_id"] = None if which is None else self._ticket(which)
        return fields
