"""The whole HTTP application around a log in memory, and clients that talk ASGI to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
from litestar import Litestar
from litestar.types import Message, Scope

from domain.kernel.event import Event
from domain.kernel.ids import main_ledger
from domain.kernel.log import Append, Metadata, NewEvent
from infra.eventlog.codec import Codec, encode_metadata
from infra.eventlog.memory import MemoryLog
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from interfaces.http.access import Access, ProjectAccess
from interfaces.http.application import build
from interfaces.http.events import ROUTES
from interfaces.http.ports import HttpSettings, Ports
from interfaces.http.principal import Principal
from interfaces.sse.history import History
from interfaces.sse.hub import Hub
from interfaces.sse.limits import StreamLimits
from interfaces.sse.tracker.pictures import PicturedHistory

LEDGER = main_ledger("default")
WAIT = 5.0
"""Seconds after which a test gives up."""


class Received(msgspec.Struct):
    """One frame as an SSE client sees it."""

    event: str
    id: str
    data: Any


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class World:
    """Callers are named by the header ``x-caller``: a key of ``callers``."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.log = MemoryLog(self.clock)
        self.keys = KeyRing(bytes(32), MemoryVault(), clock=lambda: 0.0)
        self.codec = Codec(self.keys)
        self.memberships: list[tuple[str, str]] = []
        self.pictures: dict[str, Any] = {}
        self.callers: dict[str, Principal] = {}
        history = History(self.log, self.codec)
        self.hub = Hub(self.log, history, _Memberships(self), StreamLimits())
        pictured = PicturedHistory(history, cast("Any", _Level()), {"ticket": self._draw})
        self.tracker_hub = Hub(self.log, pictured, _Memberships(self), StreamLimits())
        self.app = self._build()

    def user(self, name: str, *projects: str, admin: bool = False, **more: Any) -> Principal:
        """A caller who belongs to these projects from the start."""
        self.memberships += ((name, project) for project in projects)
        self.callers[name] = Principal("default", LEDGER, name, more.pop("kind", "session"), admin=admin, **more)
        return self.callers[name]

    async def append(
        self, *events: Event, project_id: str = "", actor: str = "", command: str = "", tab_id: str = ""
    ) -> int:
        """Append events as one command; the position of the last."""
        key = f"{(await self.log.head(LEDGER)).position + 1:032x}"
        metadata = encode_metadata(Metadata(command=command, command_key=key, actor=actor, tab_id=tab_id))
        return await self.append_stored(
            [
                await self.codec.encode(LEDGER, event, version=0, project_id=project_id, metadata=metadata)
                for event in events
            ]
        )

    async def append_stored(self, events: list[NewEvent]) -> int:
        key = (await self.log.head(LEDGER)).position.to_bytes(32, "big")
        return (await self.log.append(Append(LEDGER, key, b"", self.clock.now, events))).position

    @asynccontextmanager
    async def stream(
        self, path: str, caller: str = "", headers: dict[str, str] | None = None, **query: Any
    ) -> AsyncIterator["Listener"]:
        """An open stream, hung up at the end of the block."""
        listener = Listener(self.app, _scope(path, caller, headers or {}, query))
        try:
            yield listener
        finally:
            await listener.hang_up()

    async def request(
        self, method: str, path: str, caller: str = "", headers: dict[str, str] | None = None, **query: Any
    ) -> "Listener":
        """A request whose response has an end."""
        listener = Listener(self.app, {**_scope(path, caller, headers or {}, query), "method": method})
        await asyncio.wait_for(listener.ended.wait(), WAIT)
        await listener.hang_up()
        return listener

    async def _draw(self, ledger_id: str, ids: Any) -> dict[str, msgspec.Raw]:
        return {name: msgspec.Raw(json.dumps(self.pictures[name]).encode()) for name in ids if name in self.pictures}

    async def _resolve(self, scope: Any, headers: dict[bytes, bytes]) -> Principal | None:
        scope["principal"] = self.callers.get(headers.get(b"x-caller", b"").decode())
        scope["principal_problem"] = None
        return cast("Principal | None", scope["principal"])

    def _build(self) -> Litestar:
        used: dict[str, Any] = {
            "settings": HttpSettings(version="1"),
            "log": self.log,
            "progress": _Level(),
            "access": _KnownProjects(self),
            "streams": self.hub,
            "tracker_streams": self.tracker_hub,
            "metrics": _NoMetrics(),
            "now": self.clock,
        }
        ports = Ports(**{**dict.fromkeys(Ports.__struct_fields__), **used})
        return build(ports, ROUTES, resolve=self._resolve)


@asynccontextmanager
async def started_world() -> AsyncIterator[World]:
    world = World()
    await world.log.create_ledger(LEDGER, "default")
    world.hub.start()
    world.tracker_hub.start()
    try:
        yield world
    finally:
        await world.hub.stop()
        await world.tracker_hub.stop()


class Listener:
    """A client. ``blocked`` makes it stop reading, as a full socket would."""

    def __init__(self, app: Any, scope: dict[str, Any]) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.ended = asyncio.Event()
        self.readable = asyncio.Event()
        self.readable.set()
        self._news = asyncio.Event()
        self._gone = asyncio.Event()
        self._asked = False
        self._read = 0
        self._task = asyncio.create_task(self._run(app, cast("Scope", scope)))

    async def frame(self) -> Received:
        """The next frame; comments and retry lines are passed over."""
        async with asyncio.timeout(WAIT):
            while True:
                block, end, _ = self.body[self._read :].partition(b"\n\n")
                if end:
                    self._read += len(block) + 2
                    return _parsed(block.decode())
                assert not self.ended.is_set(), f"{self.status} {self.body[self._read :]!r}"
                self._news.clear()
                await self._news.wait()

    async def frames(self, count: int) -> list[Received]:
        return [await self.frame() for _ in range(count)]

    async def events(self, count: int) -> list[Received]:
        """The next frames that have an id."""
        found: list[Received] = []
        while len(found) < count:
            frame = await self.frame()
            if frame.id:
                found.append(frame)
        return found

    async def until(self, name: str) -> Received:
        """Pass over everything up to the next frame of this name."""
        while (frame := await self.frame()).event != name:
            pass
        return frame

    def json(self) -> Any:
        return json.loads(self.body)

    async def hang_up(self) -> None:
        self._gone.set()
        self.readable.set()
        await asyncio.wait_for(self._task, WAIT)

    async def _run(self, app: Any, scope: Scope) -> None:
        try:
            await app(scope, self._receive, self._send)
        finally:
            self.ended.set()
            self._news.set()

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.readable.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            self.body += message["body"]
            self._news.set()
            if not message["more_body"]:
                self.ended.set()


class _KnownProjects(ProjectAccess):
    """Projects that somebody belongs to; the key is the id in capitals."""

    def __init__(self, world: World) -> None:
        super().__init__(cast("Any", None), cast("Any", _Level()), cast("Any", _Level()))
        self._world = world

    async def _find(self, ledger_id: str, project: str, user_id: str) -> Access | None:
        project_id = project.lower()
        if project_id not in {known for _, known in self._world.memberships}:
            return None
        role = "Member" if (user_id, project_id) in self._world.memberships else None
        return Access(project_id, project_id.upper(), role)


class _Memberships:
    def __init__(self, world: World) -> None:
        self._world = world

    async def memberships(self, ledger_id: str) -> tuple[int, list[tuple[str, str]]]:
        return 0, list(self._world.memberships)


class _Level:
    """Read models that are always level."""

    def position(self, ledger_id: str) -> int:
        return 0

    def changed_at(self, ledger_id: str) -> int:
        return 0

    async def reached(self, *args: Any, **more: Any) -> bool:
        return True


class _NoMetrics:
    def answered(self, *args: Any) -> None: ...

    def reader_opened(self, stream: str) -> None: ...

    def reader_closed(self, stream: str) -> None: ...


def _scope(path: str, caller: str, headers: dict[str, str], query: dict[str, Any]) -> dict[str, Any]:
    sent = {"host": "localhost", "x-caller": caller, **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": urlencode(query).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


def _parsed(block: str) -> Received:
    fields = {"event": "", "id": "", "data": "null"}
    for line in block.splitlines():
        name, _, value = line.partition(": ")
        if name in fields:
            fields[name] = value
    return Received(fields["event"], fields["id"], json.loads(fields["data"]))
