"""``shipledger serve``: the database, migrations, and N processes on one listening socket."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import FrameType

import click
import msgspec
import uvicorn
import uvloop

from infra.config import Settings
from infra.postgres.database import open_database
from infra.postgres.embedded import Addresses
from infra.postgres.migrations import migrate
from infra.telemetry.logging import configure
from interfaces.app import Server, server
from interfaces.cli.corked import CorkedProtocol

BACKLOG = 2048
DRAIN_SECONDS = 10
"""How long open requests may take after a stop was asked for."""
WATCH_SECONDS = 0.5


@click.command()
@click.option("--host", help="Address to listen on. [SHIPLEDGER_HOST, 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on, 0 for a free one. [SHIPLEDGER_PORT, 8000]")
@click.option("--data-dir", help="Folder of the embedded database, keys and files. [SHIPLEDGER_DATA_DIR, .data]")
@click.option("--workers", type=int, help="Server processes. [SHIPLEDGER_WORKERS, 1]")
def serve(host: str | None, port: int | None, data_dir: str | None, workers: int | None) -> None:
    """Serve the API, with an embedded PostgreSQL unless DATABASE_URL is set."""
    settings = Settings.from_environment(os.environ, host=host, port=port, data_dir=data_dir, workers=workers)
    configure(settings.log_format)
    with open_database(settings) as addresses:
        asyncio.run(migrate(addresses.owner_url))
        with _listen(settings) as listener:
            settings = msgspec.structs.replace(settings, port=listener.getsockname()[1])
            _announce(settings, listener)
            if settings.workers == 1:
                _serve(settings, addresses, listener)
            else:
                _supervise(settings, addresses, listener)


@contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error
        listener.listen(BACKLOG)
        listener.set_inheritable(True)
        yield listener


def _announce(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    print(f"Shipledger serves on {base} (data in {settings.data_dir}); Ctrl-C stops it.")
    print(f"  API documentation   {base}/docs")
    print(f"  first administrator curl -X POST {base}/api/auth/setup -H 'Content-Type: application/json' \\")
    print("""                        -d '{"username": "ada", "name": "Ada", "password": "Correct-Horse-1"}'""")
    sys.stdout.flush()


def _serve(settings: Settings, addresses: Addresses, listener: socket.socket) -> None:
    uvloop.run(_run(settings, addresses, listener))


async def _run(settings: Settings, addresses: Addresses, listener: socket.socket) -> None:
    async with server(settings, addresses) as serving:
        config = uvicorn.Config(
            serving.app,
            http=CorkedProtocol,
            loop="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        listening = _Uvicorn(config, serving)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, listening.handle_exit, number, None)
        await listening.serve(sockets=[listener])


class _Uvicorn(uvicorn.Server):
    """Leaves signals to us, so that what was queued is finished after the last request; ends streams first."""

    def __init__(self, config: uvicorn.Config, serving: Server) -> None:
        super().__init__(config)
        self._serving = serving

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._serving.close_streams()
        await super().shutdown(sockets)


def _supervise(settings: Settings, addresses: Addresses, listener: socket.socket) -> None:
    """Keep N processes alive until we are told to stop."""
    spawn = multiprocessing.get_context("spawn")
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)

    def start() -> BaseProcess:
        process = spawn.Process(target=_work, args=(settings, addresses, listener), daemon=True)
        process.start()
        return process

    processes = [start() for _ in range(settings.workers)]
    while not stopping:
        for index, process in enumerate(processes):
            process.join(WATCH_SECONDS / len(processes))
            if not process.is_alive() and not stopping:
                processes[index] = start()
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(DRAIN_SECONDS + 5)


def _work(settings: Settings, addresses: Addresses, listener: socket.socket) -> None:
    configure(settings.log_format)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    _serve(settings, addresses, listener)


def _end_with_the_parent() -> None:
    """Without it nobody watches the database, and the socket would stay taken."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
