"""``headway serve``."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from time import monotonic

import click

from headway.cli import prepare
from headway.engine.errors import Invalid
from headway.kit.settings import settings

_STEADY = 60.0
"""Seconds after which a worker that falls is started anew without a growing pause."""


@click.command("serve")
@click.option("--host", help="Address to listen on (default: HEADWAY_HOST, 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: HEADWAY_PORT, 8000).")
@click.option(
    "--processes", type=click.IntRange(1, 32), default=1, show_default=True, help="More than one needs PostgreSQL."
)
def command(host: str | None, port: int | None, processes: int) -> None:
    """Serve the pages, the API and the live stream.

    The database is migrated and static files are gathered first.
    """
    prepare()
    ours = settings()
    host, port = host or ours.host, port or ours.port
    _check(host, port, processes)
    _make_ready()
    with _worker(ours.workers):
        _serve(host, port, processes)


def _check(host: str, port: int, processes: int) -> None:
    if processes > 1 and settings().resolved_database_url().startswith("sqlite"):
        raise Invalid(
            f"{processes} processes need PostgreSQL: SQLite takes one writer, and one process serves 300 people. "
            "Set HEADWAY_DATABASE_URL, or leave --processes out.",
            code="processes",
        )
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Invalid(
                f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port or HEADWAY_PORT.",
                code="address",
            ) from None


def _make_ready() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    if not settings().debug:
        call_command("collectstatic", interactive=False, verbosity=0)


@contextlib.contextmanager
def _worker(processes: int) -> Iterator[None]:
    """A worker beside the server, started anew when it falls.

    It is tied to us by a pipe: when we are gone, however suddenly, it ends.
    """
    if not processes:
        yield
        return
    end = threading.Event()
    watch = threading.Thread(target=_keep_worker, args=(processes, end), name="worker-watch", daemon=True)
    watch.start()
    try:
        yield
    finally:
        end.set()
        watch.join(timeout=10)


def _keep_worker(processes: int, end: threading.Event) -> None:
    command = [sys.executable, "-m", "headway.cli", "worker", "--processes", str(processes), "--tied"]
    pause = 1.0
    while not end.is_set():
        with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as worker:  # noqa: S603
            lasted = _lasts(worker, end)
        pause = 1.0 if lasted > _STEADY else min(pause * 2, 60.0)
        end.wait(pause)


def _lasts(worker: "subprocess.Popen[bytes]", end: threading.Event) -> float:
    """Wait until the worker ends, or end it when we do; gives how many seconds it lasted."""
    since = monotonic()
    while worker.poll() is None and not end.wait(0.5):
        continue
    if worker.stdin is not None:
        worker.stdin.close()
    try:
        worker.wait(timeout=8)
    except subprocess.TimeoutExpired:
        worker.kill()
    return monotonic() - since


def _serve(host: str, port: int, processes: int) -> None:
    import uvicorn

    from headway.kit import logs

    ours = settings()
    logs.configure(ours.log_level, ours.log_format)
    click.echo(f"Headway serves at {ours.public_url or f'http://{host}:{port}'}  (stop with Ctrl+C)")
    uvicorn.run(
        "headway.site.asgi:application",
        host=host,
        port=port,
        workers=processes,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(ours.public_url),
        forwarded_allow_ips="*" if ours.public_url else None,
        # Open streams would hold a stopping server for ever.
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,
    )
