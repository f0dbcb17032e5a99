"""What a board costs the server: its JSON against the floor, its 304, its page."""

import gzip
import json
from http.client import HTTPConnection
from time import perf_counter
from urllib.parse import urlsplit

from tests.live.installation import Installation, Server
from tests.speed.figures import Figure, p50_p99, quantile
from tests.speed.sizes import SIZES, Size

TURNS = 60

IN_PROCESS = """
import itertools, json, sqlite3, sys, time
import django, orjson
django.setup()
from django.db import connection
from headway.features.board import network_queries, queries
from headway.store.actors import actor_for
from headway.store.models import User

slug, turns, database = sys.argv[1], int(sys.argv[2]), sys.argv[3]
actor = actor_for(User.objects.get(email="tess@example.org"), slug)
pi = queries.pi_shown(actor, None)
raw = sqlite3.connect(database)
TABLES = {
    "stories": (queries._STORIES, (actor.train_id, pi.id)),
    "features": (queries._FEATURES, (actor.train_id, pi.id, pi.id)),
    "dependencies": ("SELECT * FROM store_dependency WHERE train_id = %s", (actor.train_id,)),
    "targets": (queries._TARGETS, (pi.id,)),
    "teams": (queries._TEAMS, (actor.train_id,)),
}
COLUMNS = ", ".join(queries.DependencyRow._fields)

def floor():
    found = {}
    for name, (sql, parameters) in TABLES.items():
        found[name] = raw.execute(sql.replace("%s", "?").replace("*", COLUMNS), parameters).fetchall()
    return orjson.dumps(found)

def ours():
    queries._snapshot.cache_clear()
    return queries.board_snapshot(actor, pi, queries.stamp(actor))

def drawn():
    queries._page.cache_clear()
    queries.board_page(actor, pi, queries.View.STORIES, queries.stamp(actor))
    return b""

rows = queries._rows(actor.train_id, pi)
columns = [each.id for each in rows.iterations]
cells = itertools.cycle(itertools.product([story.number for story in rows.stories], columns))

def standing():
    network_queries._kept.clear()
    network_queries._standing(actor.train_id, pi, queries.stamp(actor))
    return b""

def consequences():
    number, iteration = next(cells)
    shown, now = queries.pi_shown(actor, None), queries.stamp(actor)
    return orjson.dumps(network_queries.outlook(actor, shown, now, story=number, iteration_id=iteration))

def timed(function):
    function()
    seconds = []
    for _ in range(turns):
        began = time.perf_counter()
        body = function()
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "bytes": len(body)}

kinds = (floor, ours, drawn, standing, consequences)
print(json.dumps({kind.__name__: timed(kind) for kind in kinds}))
"""


def measure(installation: Installation, server: Server) -> list[Figure]:
    """The figures of both sizes."""
    return [
        figure for size in SIZES for figure in [*_reading(installation, size), *_asking(installation, server, size)]
    ]


def _reading(installation: Installation, size: Size) -> list[Figure]:
    told = installation.python(IN_PROCESS, size.slug, str(TURNS), str(installation.database))
    found = json.loads(told)
    floor, ours, drawn, standing, consequences = (
        found[name]["seconds"] for name in ("floor", "ours", "drawn", "standing", "consequences")
    )
    ratio = quantile(ours, 0.5) / quantile(floor, 0.5)
    return [
        *p50_p99(f"{size}: floor (raw rows + orjson)", floor),
        *p50_p99(f"{size}: snapshot, nothing cached", ours),
        Figure(name=f"{size}: snapshot over floor", value=ratio, unit="×", aim=2),
        Figure(name=f"{size}: snapshot JSON", value=found["ours"]["bytes"] / 1024, unit="KiB"),
        *p50_p99(f"{size}: board drawn, nothing cached", drawn),
        *p50_p99(f"{size}: the network of a board, nothing cached", standing),
        *p50_p99(f"{size}: consequences of a card elsewhere", consequences, aim_p50=20),
    ]


class _Reader:
    """A browser that asks again and again, and believes the server's own clock."""

    def __init__(self, server: Server, cookie: str) -> None:
        place = urlsplit(server.site)
        self._line = HTTPConnection(place.hostname or "", place.port or 80, timeout=30)
        self._headers = {"Cookie": f"headway_session={cookie}", "Accept-Encoding": "gzip"}

    def get(self, path: str, **headers: str) -> tuple[int, float, bytes, str]:
        """Status, server time in seconds, body as sent, entity tag."""
        self._line.request("GET", path, headers=self._headers | headers)
        answer = self._line.getresponse()
        body = answer.read()
        server_time = float(answer.headers["Server-Timing"].split("dur=")[1]) / 1000
        return answer.status, server_time, body, answer.headers.get("ETag") or ""

    def close(self) -> None:
        self._line.close()


def _asking(installation: Installation, server: Server, size: Size) -> list[Figure]:
    reader = _Reader(server, installation.cookies["tess"])
    mover = installation.person(server, "tess")
    snapshot, page = f"/api/v1/trains/{size.slug}/board", f"/trains/{size.slug}/board"
    changed, cached, unchanged, first, again = [], [], [], [], []
    foreseen, known = [], []
    question = f"/api/v1/trains/{size.slug}/board/consequences?story={size.features + 1}"
    for turn in range(TURNS):
        path = f"/api/v1/trains/{size.slug}/stories/{size.features + 2 + turn}"
        mover.call("PATCH", path, {"title": f"Changed {perf_counter()}"})
        foreseen.append(reader.get(question))
        known.append(reader.get(question))
        changed.append(reader.get(snapshot))
        cached.append(reader.get(snapshot))
        unchanged.append(reader.get(snapshot, **{"If-None-Match": changed[-1][3]}))
        if turn % 4 == 0:
            first.append(reader.get(page))
            again.append(reader.get(page))
    reader.close()
    statuses = (
        {each[0] for each in changed + cached + first + again + foreseen + known},
        {each[0] for each in unchanged},
    )
    if statuses != ({200}, {304}):
        raise AssertionError(f"The board answered {statuses}")
    html = again[-1][2]
    return [
        *p50_p99(f"{size}: GET snapshot after a change", [each[1] for each in changed]),
        *p50_p99(f"{size}: GET snapshot, unchanged, kept bytes", [each[1] for each in cached]),
        *p50_p99(f"{size}: GET snapshot, 304", [each[1] for each in unchanged], aim_p50=2),
        *p50_p99(f"{size}: GET consequences, first after a change", [each[1] for each in foreseen], aim_p50=20),
        *p50_p99(f"{size}: GET consequences", [each[1] for each in known], aim_p50=20),
        *p50_p99(f"{size}: GET board page after a change", [each[1] for each in first]),
        *p50_p99(f"{size}: GET board page, unchanged", [each[1] for each in again]),
        Figure(name=f"{size}: board page, compressed", value=len(html) / 1024, unit="KiB"),
        Figure(name=f"{size}: board page, unpacked", value=_unpacked(html) / 1024, unit="KiB"),
    ]


def _unpacked(body: bytes) -> int:
    return len(gzip.decompress(body)) if body[:2] == b"\x1f\x8b" else len(body)
