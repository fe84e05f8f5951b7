"""A server of its own, with limits on: how many streams one user may open, and how they end when it stops."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.acceptance.listening import listening, until
from tests.database import reachable_folder
from tests.server import ServerProcess, administrator

STREAM = "/api/v1/events/stream"


@pytest.fixture(scope="module")
def limited() -> Iterator[ServerProcess]:
    server = ServerProcess(reachable_folder())
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def root(limited: ServerProcess) -> Iterator[httpx.Client]:
    with administrator(limited.base) as client:
        yield client


def test_a_fifth_stream_is_refused_until_one_hangs_up(root: httpx.Client) -> None:
    with ExitStack() as four:
        streams = [four.enter_context(listening(root, STREAM)) for _ in range(4)]
        assert [next(frames).event for frames in streams] == ["stream.opened"] * 4
        refused = root.get(STREAM)
        assert (refused.status_code, refused.json()["error"]) == (429, "Too many connections")
    with listening(root, STREAM) as frames:
        assert next(frames).event == "stream.opened"


def test_every_stream_ends_cleanly_when_the_server_stops(limited: ServerProcess, root: httpx.Client) -> None:
    with listening(root, STREAM) as generic, listening(root, "/api/users/events") as tracker:
        until(generic, "stream.caught_up")
        next(tracker)
        code = limited.stop()
        closing = next(generic)
        assert (closing.event, closing.json()) == ("stream.closing", {"reason": "shutdown"})
        assert closing.retry
        assert list(tracker) == []
    assert code == 0
