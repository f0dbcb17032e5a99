"""The hub: one per process. It learns of new journal entries, renders each once and wakes the streams.

A stream keeps nothing but its position (a journal number) and takes what follows from the channel of its train,
so a slow reader costs nobody else anything, and one that fell too far behind is told to load the page again.
"""

import asyncio
import contextlib
import logging
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from types import FrameType
from typing import Any, NamedTuple, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connections

from headway.live.messages import entry_messages, event, presence_message
from headway.live.presence import PROCESS, Presence
from headway.live.tail import Tail, announce_presence
from headway.store.change import journal_grew
from headway.store.models import Train

log = logging.getLogger(__name__)
T = TypeVar("T")

KEPT = 1000
"""Messages a channel keeps: who is further behind loads the page again."""

BURST = 150
"""Entries that are rendered one by one; of more at once (an import) the page is better loaded again."""

PING_EVERY = 15
"""Seconds between two signs of life on a silent stream."""

THREADS = 2
"""Threads that read the database for the loop."""


class Bell:
    """Wakes one stream. With a thousand of them, one plain future each costs far less than waiting for several."""

    def __init__(self) -> None:
        self.rung = False
        self.ping = False
        self._waiting: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Let the stream look for news, now or as soon as it is done with the last."""
        self.rung = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self) -> None:
        """Until it rings; at once if it has rung since it was last silenced."""
        if not self.rung:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting


class News(NamedTuple):
    """What follows some position, and whether it could change what its readers may do."""

    body: bytes
    personal: bool


@dataclass(kw_only=True)
class Channel:
    """What has lately been said on one train, and the bells of its streams."""

    train_id: int
    head: int
    messages: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=KEPT))
    presence: Presence = field(default_factory=Presence)
    presence_note: bytes = b""
    presence_turn: int = 0
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: bool = False
    bells: dict[Bell, None] = field(default_factory=dict)
    _latest: tuple[int, int, News] = (-1, -1, News(b"", False))

    def after(self, position: int) -> News | None:
        """What follows ``position``, or None when that is no longer all here."""
        if position == self.head:
            return News(b"", False)
        if position > self.head or not self.messages or position < self.messages[0][0] - 1:
            return None
        # Nearly all streams stand at the same place and get the same bytes.
        if self._latest[:2] != (position, self.head):
            body = b"".join(message for number, message in self.messages if number > position)
            self._latest = (position, self.head, news_of(body))
        return self._latest[2]

    def wake(self) -> None:
        """Let every stream look again."""
        for bell in self.bells:
            bell.ring()

    def ping(self, turn: int) -> None:
        """Let every fifteenth stream show that it is still there."""
        for bell in islice(self.bells, turn % PING_EVERY, None, PING_EVERY):
            bell.ping = True
            bell.ring()


class Hub:
    """Knows the channels of all trains that somebody watches in this process."""

    def __init__(self) -> None:
        self._channels: dict[int, Channel] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._soon: set[asyncio.Task[None]] = set()
        self._tail = Tail(self._heard, self._heard_presence)
        self._threads: ThreadPoolExecutor | None = None
        self._ending = False

    async def start(self) -> None:
        """Begin to listen; called once the server's loop runs."""
        self._loop = asyncio.get_running_loop()
        self._ending = False
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="hub")
        journal_grew.connect(self._on_journal_grew)
        self._tail.start()
        self._tasks = [asyncio.create_task(self._tell_presence())]
        if threading.current_thread() is threading.main_thread():
            self._end_streams_on(signal.SIGINT, signal.SIGTERM)

    async def stop(self) -> None:
        """Stop listening and let every stream end."""
        self.end_streams()
        journal_grew.disconnect(self._on_journal_grew)
        self._tail.stop()
        for task in [*self._tasks, *self._soon]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._soon, return_exceptions=True)
        if self._threads is not None:
            close_connections(self._threads, THREADS)
            self._threads.shutdown(wait=False)
        self._channels.clear()
        self._loop = None

    def end_streams(self) -> None:
        """Let every stream say goodbye and end; callable from any thread."""
        self._ending = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._wake_all)

    @property
    def running(self) -> bool:
        """Whether streams are being served."""
        return self._loop is not None and not self._ending

    @property
    def viewers(self) -> int:
        """How many streams are open in this process."""
        return sum(len(channel.bells) for channel in self._channels.values())

    async def in_thread(self, function: Callable[..., T], *args: Any) -> T:
        """Run something that reads the database off the loop; once more if its connection turns out to be dead."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _twice, function, args)

    async def channel(self, train_id: int) -> Channel:
        """The channel of a train, opened on first use."""
        if train_id not in self._channels:
            head = await self.in_thread(_newest_number, train_id)
            self._channels.setdefault(train_id, Channel(train_id=train_id, head=head))
        return self._channels[train_id]

    async def catch_up(self, channel: Channel, position: int, head: int) -> News | None:
        """What lies between ``position`` and ``head`` when the channel does not hold it; None if that is too much.

        A page can be ahead of the channel for a moment: it was rendered after a write that is yet to be read here.
        """
        if position > head:
            return News(b"", False) if position <= await self.in_thread(_newest_number, channel.train_id) else None
        if head - position > BURST:
            return None
        found = await self.in_thread(entry_messages, channel.train_id, position, head - position)
        return news_of(b"".join(message for _, message in found))

    def tell(self, train_id: int, person_id: int, name: str, page: str, holding: str) -> None:
        """Note what a person looks at; callable from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._note, train_id, person_id, name, page, holding)

    def _note(self, train_id: int, person_id: int, name: str, page: str, holding: str) -> None:
        channel = self._channels.get(train_id)
        if channel is not None:
            channel.presence.tell(person_id, name, page, holding)

    def _wake_all(self) -> None:
        for channel in self._channels.values():
            channel.wake()

    def _end_streams_on(self, *signals: signal.Signals) -> None:
        # A server tells us that it stops only once all streams have ended, so we have to hear it earlier.
        for each in signals:
            before = signal.getsignal(each)

            def end(number: int, frame: FrameType | None, before: Any = before) -> None:
                self.end_streams()
                if callable(before):
                    before(number, frame)

            if callable(before):
                signal.signal(each, end)

    def _on_journal_grew(self, train_id: int, **_: Any) -> None:
        self._heard(train_id)

    def _heard(self, train_id: int | None) -> None:
        """From any thread: something was written in this train (in some train when None)."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended between the two lines
                self._loop.call_soon_threadsafe(self._read_soon, train_id)

    def _heard_presence(self, train_id: int, process: str, people: list[dict[str, Any]]) -> None:
        if self._loop is not None and process != PROCESS:
            self._loop.call_soon_threadsafe(self._hear, train_id, process, people)

    def _hear(self, train_id: int, process: str, people: list[dict[str, Any]]) -> None:
        if train_id in self._channels:
            self._channels[train_id].presence.hear(process, people)

    def _read_soon(self, train_id: int | None) -> None:
        for channel in list(self._channels.values()):
            if train_id in (None, channel.train_id):
                task = asyncio.create_task(self._read(channel))
                self._soon.add(task)
                task.add_done_callback(self._soon.discard)

    async def _read(self, channel: Channel) -> None:
        if channel.asked:
            return  # whoever waits already will read all that is new
        channel.asked = True
        async with channel.reading:
            channel.asked = False
            try:
                await self._read_new(channel)
            except DatabaseError as error:
                # The tail tells us to look again once it is connected anew.
                log.warning("Could not read the journal: %s", error)

    async def _read_new(self, channel: Channel) -> None:
        newest = await self.in_thread(_newest_number, channel.train_id)
        while channel.head < newest:
            if newest - channel.head > BURST:
                channel.messages.clear()
                channel.head = newest
                break
            found = await self.in_thread(entry_messages, channel.train_id, channel.head, 200)
            if not found:
                break
            channel.messages.extend(found)
            channel.head = found[-1][0]
        channel.wake()

    async def _tell_presence(self) -> None:
        turns = 0
        while True:
            await asyncio.sleep(1)
            turns += 1
            for channel in list(self._channels.values()):
                channel.ping(turns)
                if channel.presence.changed or turns % 20 == 0:
                    try:
                        await self._tell_presence_of(channel)
                    except DatabaseError as error:
                        log.warning("Could not tell the other processes who is here: %s", error)

    async def _tell_presence_of(self, channel: Channel) -> None:
        presence = channel.presence
        if presence.changed or presence.connected:
            await self.in_thread(announce_presence, channel.train_id, presence.here())
        presence.changed = False
        note = presence_message(presence.everybody())
        if note != channel.presence_note:
            channel.presence_note = note
            channel.presence_turn += 1
            channel.wake()


def _twice(function: Callable[..., T], args: tuple[Any, ...]) -> T:
    try:
        return function(*args)
    except (InterfaceError, OperationalError):
        connections.close_all()
        return function(*args)


def _newest_number(train_id: int) -> int:
    return Train.objects.filter(pk=train_id).values_list("seq", flat=True).first() or 0


def close_connections(threads: ThreadPoolExecutor, count: int) -> None:
    """Let each of the ``count`` threads of an idle pool close its own database connection, as nobody else may."""
    all_there = threading.Barrier(count, timeout=2)

    def close() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            all_there.wait()
        connections.close_all()

    wait([threads.submit(close) for _ in range(count)], timeout=4)


def news_of(body: bytes) -> News:
    """These messages, looked through for changes of who may do what."""
    return News(body, any(mark in body for mark in (b'"kind":"role"', b'"kind":"membership"', b'"kind":"person"')))


def resync_message(number: int) -> bytes:
    """Tells a page that it has to load afresh; what follows ``number`` will be sent."""
    return event("resync", {"number": number}, number)


hub = Hub()
"""The hub of this process."""
