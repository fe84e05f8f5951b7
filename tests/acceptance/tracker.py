"""People who share a project on the shared server."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from typing import Any

import httpx

from tests.server import PASSWORD, registered

_numbers = count(1)


class Trio:
    """Olga, Mia and Sam, with bearer tokens."""

    def __init__(self, base: str, stack: ExitStack) -> None:
        self.base = base
        self.stack = stack
        tag = next(_numbers)
        self.names = {name: f"{name}{tag}" for name in ("olga", "mia", "sam")}
        self.clients = {
            name: stack.enter_context(closing(registered(base, username))) for name, username in self.names.items()
        }
        self.ids = {name: client.get("/api/me").json()["id"] for name, client in self.clients.items()}


class Team:
    """A new project: Olga owns it, Mia is a Member, Sam is a stranger."""

    def __init__(self, people: Trio) -> None:
        self.base, self.names, self.ids = people.base, people.names, people.ids
        self.olga, self.mia, self.sam = people.clients.values()
        self._stack = people.stack
        self.project = self.olga.post("/api/projects", json={"name": f"Web Shop {next(_numbers)}"}).json()
        self.path = f"/api/projects/{self.project['key']}"
        self.columns = {each["name"]: each["id"] for each in self.olga.get(f"{self.path}/columns").json()}
        self.add("mia", "Member")

    def role_id(self, name: str) -> str:
        roles = self.olga.get(f"{self.path}/roles").json()
        return str(next(role["id"] for role in roles if role["name"] == name))

    def add(self, name: str, role: str) -> None:
        answer = self.olga.post(f"{self.path}/members", json={"userId": self.ids[name], "roleId": self.role_id(role)})
        assert answer.status_code == 200, answer.text

    def member_id(self, name: str) -> str:
        members = self.olga.get(f"{self.path}/members").json()
        return str(next(each["id"] for each in members if each["userId"] == self.ids[name]))

    def file(self, client: httpx.Client | None = None, **fields: Any) -> dict[str, Any]:
        answer = (client or self.olga).post(f"{self.path}/tickets", json={"title": "A ticket", **fields})
        assert answer.status_code == 201, answer.text
        filed: dict[str, Any] = answer.json()
        return filed

    def ticket(self, ticket_id: str) -> dict[str, Any]:
        answer = self.olga.get(f"{self.path}/tickets/{ticket_id}")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    def change(self, ticket_id: str, **changes: Any) -> httpx.Response:
        return self.olga.patch(f"{self.path}/tickets/{ticket_id}", json=changes)

    def signed_in(self, name: str) -> httpx.Client:
        """The same person with a session cookie."""
        client = self._stack.enter_context(httpx.Client(base_url=self.base, timeout=10))
        login = {"username": f"{self.names[name]}@example.com", "password": PASSWORD}
        answer = client.post("/api/auth/callback/credentials", json=login)
        assert answer.status_code == 200, answer.text
        return client

    def with_tracker_key(self, name: str) -> httpx.Client:
        """The same person with a tracker key."""
        answer = self.signed_in(name).post("/api/me/mcp-key", json={"password": PASSWORD})
        assert answer.status_code == 200, answer.text
        headers = {"X-MCP-API-Key": answer.json()["apiKey"]}
        return self._stack.enter_context(httpx.Client(base_url=self.base, timeout=10, headers=headers))

    def with_access_token(self, name: str, *abilities: str) -> httpx.Client:
        """The same person with an access token of these abilities."""
        body = {"email": f"{self.names[name]}@example.com", "password": PASSWORD, "abilities": abilities}
        answer = httpx.post(f"{self.base}/api/auth/token", json=body)
        assert answer.status_code == 201, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        return self._stack.enter_context(httpx.Client(base_url=self.base, timeout=10, headers=headers))


@contextmanager
def new_people(base: str) -> Iterator[Trio]:
    with ExitStack() as stack:
        yield Trio(base, stack)


@contextmanager
def new_team(base: str) -> Iterator[Team]:
    """A project of three people who have no other."""
    with new_people(base) as people:
        yield Team(people)
