"""A reader of a train's event stream over a plain socket, as impatient as a test may be."""

import json
import select
import socket
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from headway.store.models import User
from tests.serving import session_cookie


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One server-sent event."""

    name: str
    number: int | None
    data: Any


class Listener:
    """An open stream of one reader (an account, or its session cookie); ``next`` gives its events in order."""

    def __init__(
        self,
        site: str,
        user: User | str | None,
        *,
        slug: str = "orion",
        after: int | str | None = None,
        last_event_id: int | None = None,
        receive_buffer: int | None = None,
    ) -> None:
        place = urlsplit(site)
        self._socket = socket.socket()
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(10)
        self._socket.connect((place.hostname or "127.0.0.1", place.port or 80))
        query = "" if after is None else f"?after={after}"
        lines = [f"GET /trains/{slug}/stream{query} HTTP/1.1", f"Host: {place.netloc}"]
        if user is not None:
            cookie = user if isinstance(user, str) else session_cookie(user)
            lines.append(f"Cookie: headway_session={cookie}")
        if last_event_id is not None:
            lines.append(f"Last-Event-ID: {last_event_id}")
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._raw = b""
        self._text = b""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Go away without a word, as a closed laptop does."""
        self._socket.close()

    def next(self, *names: str, within: float = 5.0) -> Heard:
        """The next event (of one of these names), or TimeoutError after ``within`` seconds."""
        until = monotonic() + within
        while True:
            block = self._block(until)
            heard = _parsed(block)
            if heard is not None and (not names or heard.name in names):
                return heard

    def entries(self, count: int, within: float = 5.0) -> list[Heard]:
        """The next ``count`` journal entries."""
        return [self.next("entry", "resync", "bye", within=within) for _ in range(count)]

    def silent(self, *names: str, seconds: float = 0.3) -> bool:
        """Whether nothing of these names comes for a moment."""
        try:
            self.next(*names, within=seconds)
        except TimeoutError:
            return True
        return False

    def _block(self, until: float) -> bytes:
        while b"\n\n" not in self._text:
            self._text += self._chunk(until)
        block, self._text = self._text.split(b"\n\n", 1)
        return block

    def _chunk(self, until: float) -> bytes:
        size = int(self._until(b"\r\n", until).strip() or b"0", 16)
        if size == 0:
            raise ConnectionError("The stream has ended")
        while len(self._raw) < size + 2:
            self._more(until)
        chunk, self._raw = self._raw[:size], self._raw[size + 2 :]
        return chunk

    def _until(self, mark: bytes, until: float | None = None) -> bytes:
        while mark not in self._raw:
            self._more(until if until is not None else monotonic() + 10)
        found, self._raw = self._raw.split(mark, 1)
        return found

    def _more(self, until: float) -> None:
        left = until - monotonic()
        if left <= 0 or not select.select([self._socket], [], [], left)[0]:
            raise TimeoutError("The stream said nothing of the kind in time")
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionError("The stream has ended")
        self._raw += got


def _parsed(block: bytes) -> Heard | None:
    fields: dict[str, str] = {}
    for line in block.decode().split("\n"):
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
    if "event" not in fields:
        return None
    number = int(fields["id"]) if "id" in fields else None
    return Heard(name=fields["event"], number=number, data=json.loads(fields["data"]))
