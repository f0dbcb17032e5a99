"""How long a move takes to the last of many viewers, and what they cost in memory.

The viewers live in a process of their own; one clock serves both, since they share the machine.
"""

import asyncio
import json
import subprocess
import sys
from time import monotonic
from urllib.parse import urlsplit

from tests.live.installation import Installation, Server
from tests.speed.figures import Figure, p50_p99

MOVES = 60
PAUSE = 0.1


def measure(installation: Installation, server: Server, viewers: int) -> list[Figure]:
    """The figures for this many viewers; fails if one of them missed a move."""
    idle = server.memory()
    cookies = sorted({cookie for name, cookie in installation.cookies.items() if name != "otto"})
    command = [sys.executable, "-m", "tests.speed.live", server.site, str(viewers), *cookies]
    crowd = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=installation.env)
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    if crowd.stdout.readline().strip() != "all connected":
        raise AssertionError("Not all viewers could connect")
    told = json.loads(_moved(installation, server, crowd))
    return [
        *p50_p99(f"a move to the last of {viewers:,} viewers", told["seconds"], aim=250),
        Figure(name=f"server's memory with {viewers:,} viewers", value=told["memory"] / 1024, unit="MiB"),
        Figure(name=f"memory a viewer, of {viewers:,}", value=(told["memory"] - idle) / viewers, unit="KiB"),
    ]


def _moved(installation: Installation, server: Server, crowd: "subprocess.Popen[str]") -> str:
    from time import sleep

    mover = installation.person(server, "tess")
    sent: dict[int, float] = {}
    for turn in range(MOVES):
        began = monotonic()
        answer = mover.move(installation.stories[2], installation.iterations[turn % 5])
        sent[answer.body["number"]] = began
        sleep(PAUSE)
    sleep(1)
    memory = server.memory()
    out, _ = crowd.communicate("done\n", timeout=60)
    last: dict[str, float] = json.loads(out)
    if set(last) != {str(number) for number in sent}:
        raise AssertionError(f"Of {len(sent)} moves, {len(last)} reached every viewer")
    return json.dumps({"seconds": [last[str(number)] - began for number, began in sent.items()], "memory": memory})


class _Viewer(asyncio.Protocol):
    """One open stream; notes when each entry arrived."""

    def __init__(self, hall: "_Hall", cookie: str) -> None:
        self._hall = hall
        self._cookie = cookie
        self._seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        request = (
            f"GET /trains/orion/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: headway_session={self._cookie}\r\n\r\n"
        )
        transport.write(request.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = monotonic()
        if b"retry: " in data:
            self._hall.connected += 1
        at = data.find(b"id: ")
        while at != -1:
            number = int(data[at + 4 : data.index(b"\n", at)])
            if number > self._seen:
                self._seen = number
                self._hall.note(number, now)
            at = data.find(b"\nid: ", at)
            at = at + 1 if at != -1 else -1


class _Hall:
    """All viewers, and when the last of them had seen each number."""

    def __init__(self) -> None:
        self.connected = 0
        self._count: dict[int, int] = {}
        self._last: dict[int, float] = {}

    def note(self, number: int, now: float) -> None:
        self._count[number] = self._count.get(number, 0) + 1
        self._last[number] = now

    def seen_by_all(self, viewers: int) -> dict[int, float]:
        return {number: self._last[number] for number, count in self._count.items() if count == viewers}


async def _watch(site: str, viewers: int, cookies: list[str]) -> None:
    place = urlsplit(site)
    hall, loop = _Hall(), asyncio.get_running_loop()
    for turn in range(viewers):
        cookie = cookies[turn % len(cookies)]
        await loop.create_connection(lambda cookie=cookie: _Viewer(hall, cookie), place.hostname, place.port)  # type: ignore[misc]
        if turn % 50 == 49:
            await asyncio.sleep(0.05)
    until = monotonic() + 60
    while hall.connected < viewers and monotonic() < until:
        await asyncio.sleep(0.1)
    await asyncio.sleep(2)  # the last arrivals' presence is told once a second
    print("all connected" if hall.connected == viewers else f"{hall.connected} connected", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps(hall.seen_by_all(viewers)), flush=True)


if __name__ == "__main__":
    asyncio.run(_watch(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
