"""The work that is measured: tickets of one project, as the server appends them."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from uuid_utils import uuid7

from domain.kernel.command import Command
from domain.kernel.dispatch import Context
from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from domain.kernel.log import Append, ClaimChange, Expectation, Metadata, Receipt
from domain.kernel.unit import Actor
from domain.projects.commands import CreateProject
from domain.projects.project import Project
from domain.tracker.commands import CreateTicket
from domain.tracker.kinds import Priority, TicketType
from domain.tracker.rank import of_number
from domain.tracker.ticket import Ticket
from infra.eventlog.codec import encode_metadata
from infra.runtime import Runtime

LEDGER = main_ledger(DEFAULT_TENANT)
ADA = Actor(id=str(uuid7()), admin=True)
TITLE = "The export of an empty project fails"
DESCRIPTION = "Open the board of a project without tickets, choose Export, and see a blank page instead of a file."
CLAIM_EVERY = 16
"""Every so many appends one takes a unique value as well, as a new project or account does."""


class Tickets:
    """Appends of new tickets: one event each on a new stream, its project read, a receipt, now and then a claim."""

    def __init__(self, runtime: Runtime, project_id: str, column_id: str, project_version: int) -> None:
        self._runtime = runtime
        self._project_id = project_id
        self._column_id = column_id
        self._project_version = project_version

    @classmethod
    def of_no_project(cls, runtime: Runtime) -> "Tickets":
        """In a ledger that has nothing else."""
        return cls(runtime, str(uuid7()), str(uuid7()), 0)

    @classmethod
    def of(cls, runtime: Runtime, project: Project) -> "Tickets":
        return cls(runtime, project.id, project.first_column.id, project.version)

    async def file(self, number: int, ledger_id: str = LEDGER) -> Receipt:
        now = datetime.now(UTC)
        ticket_id = str(uuid7())
        created = Ticket.Created(
            originator_id=ticket_id,
            originator_version=1,
            timestamp=now,
            project_id=self._project_id,
            number=number,
            title=TITLE,
            column_id=self._column_id,
            rank=of_number(number),
            creator_id=ADA.id,
            type=TicketType.TASK,
            priority=Priority.MEDIUM,
            description=DESCRIPTION,
        )
        key = os.urandom(32)
        metadata = Metadata(
            command="create_ticket", command_key=key.hex()[:16], actor=ADA.id, correlation_id=ticket_id, via="session"
        )
        event = await self._runtime.codec.encode(
            ledger_id, created, version=1, project_id=self._project_id, metadata=encode_metadata(metadata)
        )
        claims = [] if number % CLAIM_EVERY else [ClaimChange("ticket_number", key, ticket_id)]
        return await self._runtime.log.append(
            Append(
                ledger_id=ledger_id,
                key=key,
                fingerprint=key,
                expires_at=now + timedelta(hours=1),
                events=[event],
                expectations=[Expectation(self._project_id, self._project_version), Expectation(ticket_id, 0)],
                claims=claims,
                result=b'{"id":"%b"}' % ticket_id.encode(),
            )
        )


class Commands:
    """The same through the dispatcher: the domain's handlers, numbers, and the aggregates they read."""

    def __init__(self, runtime: Runtime, project_id: str) -> None:
        self._runtime = runtime
        self.project_id = project_id

    @classmethod
    async def on_new_project(cls, runtime: Runtime) -> "Commands":
        return cls(runtime, (await new_project(runtime)).id)

    async def create(self, number: int) -> Ticket:
        command = CreateTicket(project_id=self.project_id, title=f"{TITLE} {number}", description=DESCRIPTION)
        ticket: Ticket = await dispatched(self._runtime, command)
        return ticket


async def new_project(runtime: Runtime, name: str = "Bench") -> Project:
    project: Project = await dispatched(runtime, CreateProject(name=name))
    return project


async def dispatched(runtime: Runtime, command: Command) -> Any:
    """What the handler of a command of ours returned."""
    return (await runtime.dispatcher.dispatch(command, Context(LEDGER, ADA, via="session"))).result
