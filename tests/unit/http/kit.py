"""The application in memory: real routing and edge, a dispatcher and read models that do as they are told."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import httpx
from litestar.types import ControllerRouterHandler

from domain.kernel.command import Command
from domain.kernel.dispatch import Context, Outcome
from interfaces.http.application import build
from interfaces.http.ports import HttpSettings, Ports
from interfaces.http.principal import Principal
from interfaces.http.throttle import Throttle

USER = Principal("default", "default/main", "user-1", "session")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Levels:
    """Read models of one ledger: they stand at ``at``, and a wait brings them there unless they are ``stuck``."""

    def __init__(self, at: int = 7) -> None:
        self.at = at
        self.stuck = False
        self.changed = 0
        self.waited: list[tuple[int, frozenset[str]]] = []

    def position(self, ledger_id: str) -> int:
        return self.at

    async def reached(
        self,
        ledger_id: str,
        position: int,
        *,
        types: frozenset[str] = frozenset(),
        timeout: float = 2.0,  # noqa: ASYNC109 - the port's name for it
    ) -> bool:
        self.waited.append((position, types))
        if not self.stuck:
            self.at = max(self.at, position)
        return self.at >= position

    def changed_at(self, ledger_id: str) -> int:
        return self.changed


class Recorder:
    """A dispatcher that answers with ``outcome`` (or raises it) and keeps what it was asked."""

    def __init__(self) -> None:
        self.outcome: Outcome | Exception = Outcome(9, "id-1", types=frozenset({"ticket.created"}))
        self.asked: list[tuple[Command, Context]] = []

    async def dispatch(self, command: Command, context: Context, *, remember: Any = None) -> Outcome:
        self.asked.append((command, context))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Figures:
    def __init__(self) -> None:
        self.answers: list[tuple[str, str, int]] = []

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self.answers.append((method, route, status))

    def exposition(self) -> tuple[bytes, str]:
        return b"up 1\n", "text/plain; version=0.0.4; charset=utf-8"


class Hashes:
    def claim_hash(self, scope: str, value: str) -> bytes:
        return f"{scope} {value}".encode()


class Up:
    """A database that answers, and read models that are level, unless told otherwise."""

    def __init__(self) -> None:
        self.answers = True
        self.level = True

    async def database(self) -> bool:
        return self.answers

    def ready(self) -> bool:
        return self.level


class World:
    """The ports, and a client of an application with these routes."""

    def __init__(
        self,
        *routes: ControllerRouterHandler,
        principal: Principal | None = USER,
        throttle: Throttle | None = None,
        **ports: Any,
    ) -> None:
        self.levels = Levels()
        self.dispatcher = Recorder()
        self.figures = Figures()
        self.health = Up()
        given: dict[str, Any] = {
            "settings": HttpSettings(version="1.2.3"),
            "dispatcher": self.dispatcher,
            "progress": self.levels,
            "freshness": self.levels,
            "metrics": self.figures,
            "health": self.health,
            "keys": Hashes(),
            "now": lambda: NOW,
            "shutting_down": asyncio.Event(),
            **ports,
        }
        unused = dict.fromkeys(Ports.__struct_fields__)
        self.ports = Ports(**cast("Any", {**unused, **given}))

        async def resolve(scope: Any, headers: Any) -> Principal | None:
            scope["principal"] = principal
            return principal

        self.app = build(self.ports, routes, resolve=resolve, throttle=throttle)

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=cast("Any", self.app), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")
