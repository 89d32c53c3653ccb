"""The inbox: many sessions' mails are stored together, and each session learns whether its own was committed."""

import asyncio
import logging
from collections import deque

from domain.deliverability import inbound
from domain.deliverability.inbound import Arrival
from domain.kernel import request_ids
from domain.kernel.core import Core

log = logging.getLogger(__name__)

WRITERS = 2
"""Transactions at a time: while one waits for the disk, the next one is filled."""

MAX_BATCH_BYTES = 4 * 1024 * 1024
"""A larger mail travels alone, and keeps nobody waiting but itself."""


class NotStored(Exception):
    """The mail was not committed; the sender keeps it and comes again."""


class Inbox:
    """Stores what arrives while a transaction is under way in the next one: one flush of the disk for all of them."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._waiting: deque[tuple[Arrival, asyncio.Future[None]]] = deque()
        self._writers: set[asyncio.Task[None]] = set()

    def store(self, arrival: Arrival) -> "asyncio.Future[None]":
        """Take a mail; what is returned ends when it is committed, or with ``NotStored``.

        If the session ends meanwhile, the mail is stored all the same.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, done))
        if len(self._writers) < WRITERS:
            writer = asyncio.create_task(self._write())
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        return done

    async def close(self) -> None:
        """Wait until everything that was taken is stored."""
        while self._writers:
            await asyncio.wait(self._writers)

    async def _write(self) -> None:
        while self._waiting:
            batch = self._batch()
            with request_ids.serving():
                stored = await self._stored(batch)
            for (_, done), well in zip(batch, stored, strict=True):
                done.set_result(None) if well else done.set_exception(NotStored())

    def _batch(self) -> list[tuple[Arrival, "asyncio.Future[None]"]]:
        batch, size = [self._waiting.popleft()], 0
        size = len(batch[0][0].body)
        while self._waiting and len(batch) < inbound.MAX_BATCH:
            size += len(self._waiting[0][0].body)
            if size > MAX_BATCH_BYTES:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _stored(self, batch: list[tuple[Arrival, "asyncio.Future[None]"]]) -> list[bool]:
        """Store a batch, or each mail by itself when one of them spoils it; give up when none gets through."""
        if await self._committed([arrival for arrival, _ in batch]):
            return [True] * len(batch)
        result = [False] * len(batch)
        if len(batch) > 1:
            for n, (arrival, _) in enumerate(batch):
                result[n] = await self._committed([arrival])
                if n == 1 and not any(result):
                    break  # not a mail's fault: the database is away, or the disk is full
        return result

    async def _committed(self, arrivals: list[Arrival]) -> bool:
        try:
            await inbound.store_many(self._core, arrivals)
        except Exception as error:  # the rim: whatever it was, the senders keep their mails and come again
            log.error("inbound mail not stored: %s", type(error).__name__)
            return False
        return True
