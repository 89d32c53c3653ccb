"""Answering: do the work of a command, click or submission, and show its answer where the person is.

A command or a click in a message is answered by words that only this person sees, or by a window. A click in a
window is answered in it, a click in App Home by a window, for nothing else can be shown there. Slack lets a window
be opened within three seconds, so work that takes longer is shown an empty one meanwhile.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from bot import errors, modals
from bot.asks import Click, ReplyTo
from bot.blocks import Message, Then
from bot.filled import Misfilled
from bot.inputs import Option
from bot.modals import Modal
from bot.replies import Replies
from bot.routes import Answer
from bot.views import answers
from bot.windows import Windows
from domain.kernel import request_ids

log = logging.getLogger(__name__)

AT_ONCE_SECONDS = 1.0
"""Work that takes longer is shown an empty window first."""

SEARCH_SECONDS = 2.0

MOST_AT_ONCE = 6
"""Pieces of work; fewer than a bot has connections, so that what comes next is acknowledged however much is done."""

_PATIENCE = 60.0
"""Seconds that a piece of work waits for its turn; behind one that hangs, people hear that it is to be tried later."""


LATEST = timedelta(minutes=25)
"""Slack takes what stands in the place of an answer for half an hour."""

Pressing = Callable[[Click], Coroutine[Any, Any, Answer]]

Calm = Callable[[], Awaitable[None]]


class Answering:
    """Shows answers."""

    def __init__(
        self,
        replies: Replies,
        windows: Windows,
        *,
        patience: float = _PATIENCE,
        press: Pressing | None = None,
        calm: Calm | None = None,
    ) -> None:
        """Put the parts together.

        *press* does what a click asks for that is made after a while; no work begins before *calm* returns.
        """
        self._calm = calm
        self._replies, self._windows, self._patience, self._press = replies, windows, patience, press
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._later: set[asyncio.TimerHandle | asyncio.Task[None]] = set()

    async def answer(self, to: ReplyTo, work: Coroutine[Any, Any, Answer], *, may_open: bool = False) -> None:
        """Do the work and show its answer; whatever goes wrong, the person hears of it."""
        task = asyncio.create_task(self.done(work))
        window = to.window
        if not window and to.trigger and (may_open or to.in_home):
            finished, _ = await asyncio.wait({task}, timeout=AT_ONCE_SECONDS)
            if not finished:
                window = await self._windows.open(to.trigger, modals.waiting())
        shown = await task
        await self._show(to, shown, window=window)
        if isinstance(shown, Message) and shown.then and to.lasting and not window:
            self._plan(to, shown.then)

    def close(self) -> None:
        """Give up what would have been shown later; what is on the screens stays there."""
        for each in self._later:
            each.cancel()
        self._later.clear()

    async def done(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do the work; what is neither refusal nor misunderstanding becomes "try later".

        Raises:
            Misfilled: A form must be filled in otherwise.
        """
        with request_ids.serving(request_ids.current() or None) as request_id:
            try:
                return await self._in_turn(work)
            except Misfilled:
                raise
            except Exception as error:  # the rim: whatever fails, the person hears of it
                log.error("a command, click or form failed, request %s: %s", request_id, errors.trail(error))
                return answers.try_later(request_id)

    async def found(self, search: Coroutine[Any, Any, Sequence[Option]]) -> Sequence[Option]:
        """Return what a search of choices found; nothing when it fails or takes too long for Slack to wait."""
        try:
            async with asyncio.timeout(SEARCH_SECONDS):
                return await search
        except Exception as error:  # the rim: a field that offers nothing can still be left
            log.error("choices could not be looked up: %s", errors.trail(error))
            return ()

    async def change(self, window: str, answer: Answer) -> None:
        """Show the answer in a window that is open."""
        await self._windows.change(window, modals.of(answer))

    def _plan(self, to: ReplyTo, then: Then) -> None:
        """Show the answer anew after a while; when the process has died by then, the screen keeps what it shows."""

        def begin() -> None:
            self._later.discard(timer)
            task = asyncio.create_task(self._again(to, then))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

        if self._press is not None and then.after <= LATEST:
            timer = asyncio.get_running_loop().call_later(then.after.total_seconds(), begin)
            self._later.add(timer)

    async def _again(self, to: ReplyTo, then: Then) -> None:
        assert self._press is not None, "nothing is planned without it"
        answer = await self.done(self._press(Click(then.action, then.value, to.slack_id)))
        if isinstance(answer, Message) and answer.replaces:
            await self._replies.replace(to, answer)

    async def _in_turn(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
            try:
                if self._calm is not None:
                    await self._calm()
                return await work
            finally:
                self._places.release()
        finally:
            work.close()  # of work whose turn never came

    async def _show(self, to: ReplyTo, answer: Answer, *, window: str) -> None:
        if window:
            if await self._windows.change(window, modals.of(answer)):
                return
        elif (isinstance(answer, Modal) or to.in_home) and await self._windows.open(to.trigger, modals.of(answer)):
            return
        await self._replies.send(to, answers.window_lost() if isinstance(answer, Modal) else answer)
