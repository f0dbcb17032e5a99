"""The server's one application: the event stream as raw ASGI, all else through Django's WSGI handler on threads.

Django under plain ASGI opens a database connection for every request; on a fixed pool of threads each thread
keeps its own.
"""

import gc
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.urls import get_resolver

from headway.features.calendar.public_holidays import warm_up
from headway.kit.settings import settings
from headway.live.hub import close_connections, hub
from headway.live.stream import is_stream, stream
from headway.site.wsgi import application as pages

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# a2wsgi's own types describe the same protocols more narrowly than Django's and ours.
_pages: Any = WSGIMiddleware(cast(Any, pages), workers=settings().threads)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif is_stream(scope):
        await stream(scope, receive, send)
    else:
        await _pages(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await hub.start()
            get_resolver().url_patterns  # noqa: B018 - loads the code of every page now, not at the first visit
            warm_up()
            # What has been loaded by now stays; collecting it over and over costs tens of milliseconds a time.
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 50, 50)
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            close_connections(_pages.executor, settings().threads)
            await send({"type": "lifespan.shutdown.complete"})
            return
