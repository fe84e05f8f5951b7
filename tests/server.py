"""A real server, as its users start it: ``shipledger serve`` in a process of its own, on a free port."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

PASSWORD = "Correct-Horse-1"
SHIPLEDGER = Path(sys.executable).with_name("shipledger")
START_SECONDS = 40.0
_BASE = re.compile(r"serves on (http://\S+)")


class ServerProcess:
    """``base`` is where it answers. Started again on the same data directory it keeps its port."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self._log = data_dir / "server.log"
        self._environment = environment
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.base = ""

    def start(self, *, workers: int = 1) -> "ServerProcess":
        """Returns once it is ready. Raises AssertionError with its output when it is not after 40 s."""
        offset = self.launch(workers=workers)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self.has_ended:
            if match := _BASE.search(self._said(offset)):
                self.base = match[1]
                self._port = int(self.base.rpartition(":")[2])
                if self._is_ready():
                    return self
            time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self._said(offset)}")

    def launch(self, *, workers: int = 1) -> int:
        """Start it and wait for nothing; where in the log its words begin."""
        with self._log.open("ab") as log:
            offset = log.tell()
            self._process = subprocess.Popen(
                [
                    *(SHIPLEDGER, "serve"),
                    *("--port", str(self._port), "--workers", str(workers), "--data-dir", str(self.data_dir)),
                ],
                cwd=Path(__file__).parents[1],
                env=os.environ | self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return offset

    @property
    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL the process and its workers, not the database."""
        os.killpg(self.pid, signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        if self._process is None:
            return 0
        if not self.has_ended:
            self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Its exit code, once it has ended by itself. Raises TimeoutExpired after 30 s."""
        assert self._process is not None
        return self._process.wait(30)

    def _said(self, offset: int) -> str:
        return self._log.read_bytes()[offset:].decode(errors="replace")

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.base}/api/v1/ready", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


def administrator(base: str, username: str = "ada") -> httpx.Client:
    """Set the installation up, and a client with the administrator's bearer token."""
    person = {"username": username, "name": username.title(), "password": PASSWORD, "email": _email(username)}
    httpx.post(f"{base}/api/auth/setup", json=person)
    return _client(
        base, httpx.post(f"{base}/api/v1/auth/login", json={"email": _email(username), "password": PASSWORD})
    )


def registered(base: str, username: str) -> httpx.Client:
    """A new user's client, with a bearer token."""
    person = {"name": username.title(), "password": PASSWORD, "email": _email(username)}
    return _client(base, httpx.post(f"{base}/api/v1/auth/register", json=person))


def _client(base: str, answer: httpx.Response) -> httpx.Client:
    return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {answer.json()['token']}"}, timeout=10)


def _email(username: str) -> str:
    return f"{username}@example.com"
