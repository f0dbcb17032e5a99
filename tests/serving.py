"""A real server for tests: uvicorn in a thread, on a free port of loopback, over the test database."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from django.test import Client

from headway.store.models import User


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve the whole application; gives its address such as ``http://127.0.0.1:40123``."""
    from headway.live.hub import hub
    from headway.site.asgi import application

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(1024)
    config = uvicorn.Config(application, log_config=None, timeout_graceful_shutdown=1, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        _wait_until_it_answers(listening.getsockname(), thread)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        hub.end_streams()
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


def session_cookie(user: User) -> str:
    """The value of a session cookie for somebody signed in."""
    client = Client()
    client.force_login(user)
    return client.cookies["headway_session"].value


def _wait_until_it_answers(address: tuple[str, int], thread: threading.Thread) -> None:
    with socket.create_connection(address, timeout=20) as probe:
        probe.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        if not probe.recv(100) or not thread.is_alive():
            raise RuntimeError("The test server did not come up")
