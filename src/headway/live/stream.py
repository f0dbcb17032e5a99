"""The event stream of a train: ``GET /trains/<slug>/stream?after=<journal number>``, as raw ASGI.

Resumes after ``Last-Event-ID`` (or ``after``); says ``resync`` when too much has happened since; ends with
``bye`` when the person may no longer watch.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare

from headway.engine.errors import Missing
from headway.kit.access import Actor
from headway.live.hub import Bell, Channel, hub, resync_message
from headway.live.messages import PING, event
from headway.store.actors import actor_for
from headway.store.models import User

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_ADDRESS = re.compile(r"/trains/([-\w]{1,40})/stream")
CHECK_EVERY = 30.0
"""Seconds after which a stream asks again whether its reader may listen."""
SLOWEST = 30.0
"""Seconds a reader may take for one message before it is let go."""


def is_stream(scope: Message) -> bool:
    """Whether a connection asks for an event stream."""
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and bool(_ADDRESS.fullmatch(scope["path"]))


async def stream(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one stream until either side ends it."""
    slug = _ADDRESS.fullmatch(scope["path"]).group(1)  # type: ignore[union-attr]  # is_stream matched it
    headers = {name.lower(): value for name, value in scope["headers"]}
    actor = await hub.in_thread(_who, headers.get(b"cookie", b"").decode("latin-1"), slug)
    position = _position(headers, scope["query_string"])
    if actor is None or actor.person_id is None or position is None or scope["method"] == "HEAD":
        await _refuse(send, 400 if actor and position is None else 404 if actor is None else 200)
        return
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-store"),
                (b"x-accel-buffering", b"no"),
                *SECURITY_HEADERS,
            ],
        }
    )
    channel, bell = await hub.channel(actor.train_id), Bell()
    channel.bells[bell] = None
    channel.presence.arrive(actor.person_id, actor.name)
    gone = asyncio.create_task(_until_gone(receive))
    gone.add_done_callback(lambda _: bell.ring())
    try:
        await _speak(channel, bell, actor, position, headers, send, gone)
    except (OSError, TimeoutError):
        pass  # the reader went away or could not keep up; it will come back and resume
    finally:
        gone.cancel()
        del channel.bells[bell]
        channel.presence.leave(actor.person_id)


SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


async def _speak(
    channel: Channel,
    bell: Bell,
    actor: Actor,
    position: int,
    headers: dict[bytes, bytes],
    send: Send,
    gone: asyncio.Task[None],
) -> None:
    cookie = headers.get(b"cookie", b"").decode("latin-1")
    # Not all at the same moment, though a thousand may have come at the same moment.
    checked = monotonic() - len(channel.bells) % CHECK_EVERY
    presence_turn = -1
    position = channel.head if position < 0 else position
    await _write(send, b"retry: 1000\n\n")
    while hub.running and not gone.done():
        bell.rung, head = False, channel.head
        news = channel.after(position)
        if news is None:
            news = await hub.catch_up(channel, position, head)
        body, personal = news or (resync_message(head), True)
        position = head if news is None else max(position, head)
        if presence_turn != channel.presence_turn:
            presence_turn = channel.presence_turn
            body += channel.presence_note
        if body or bell.ping:
            await _write(send, body or PING)
            bell.ping = False
        if personal or monotonic() - checked > CHECK_EVERY:
            checked = monotonic()
            if await hub.in_thread(_who, cookie, actor.train_slug) != actor:
                await _write(send, event("bye", {"reason": "What you may do has changed."}), last=True)
                return
        await bell.wait()
    if not gone.done():
        await _write(send, event("bye", {"reason": "The server is stopping."}), last=True)


async def _write(send: Send, body: bytes, *, last: bool = False) -> None:
    async with asyncio.timeout(SLOWEST):
        await send({"type": "http.response.body", "body": body, "more_body": not last})


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *SECURITY_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    sentence = b"" if status == 200 else b"There is no such stream for you; sign in and give a whole number as after."
    await send({"type": "http.response.body", "body": sentence})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _position(headers: dict[bytes, bytes], query: bytes) -> int | None:
    """The number to resume after, -1 for "from now on", None when it is no number."""
    given = headers.get(b"last-event-id", b"").decode("latin-1") or next(
        iter(parse_qs(query.decode("latin-1")).get("after", [])), "-1"
    )
    return int(given) if re.fullmatch(r"-1|\d{1,15}", given) else None


def _who(cookie: str, slug: str) -> Actor | None:
    """The actor behind a session cookie, or None for a stranger."""
    # Python's own jar gives up all cookies for one that it finds odd.
    key = parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if key is None:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    if SESSION_KEY not in session or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=session[SESSION_KEY]).first()
    if user is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    try:
        return actor_for(user, slug)
    except Missing:
        return None
