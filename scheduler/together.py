"""Together: what several jobs ask at about the same time is asked at once, and each gets its own answer.

While one round of questions is worked out, those that come wait for the next, and a round waits a moment for jobs that
are under way; so a job that is alone never waits, and the more there is to do, the more is done at once. Only jobs of
one request share a round, since what they cause is written down under its number.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

import psycopg
import structlog

from domain.kernel import request_ids
from domain.kernel.core import Core

log = structlog.get_logger(__name__)

A = TypeVar("A")

MOST = 20
"""Questions of one round: its transaction holds locks for all of them until the last is answered."""


PATIENCE_SECONDS = 0.01
"""How long a round waits for more; an answer takes several times as long, and most of that is the same for many."""

_GLANCES = 5


class Question(Protocol):
    """A command or query about a page of mailings."""

    def __call__(self, core: Core, *, mailing_ids: Sequence[UUID]) -> Awaitable[Any]:
        """Answer, for each mailing of which there is something to say."""


@dataclass(slots=True)
class _Asked:
    mailing_id: UUID
    answer: "asyncio.Future[Any]"


@dataclass
class Together:
    """The questions of one process."""

    _present: int = 0
    _waiting: dict[tuple[Question, int, str], list[_Asked]] = field(default_factory=dict)
    _rounds: set["asyncio.Task[None]"] = field(default_factory=set)

    @asynccontextmanager
    async def present(self) -> AsyncIterator[None]:
        """Count as somebody who may ask."""
        self._present += 1
        try:
            yield
        finally:
            self._present -= 1

    async def ask(
        self,
        core: Core,
        question: Callable[..., Awaitable[Mapping[UUID, A]]] | Callable[..., Awaitable[None]],
        mailing_id: UUID,
    ) -> A | None:
        """Ask it about one mailing, with whoever else asks the same; return the answer to this one, if there is any.

        Of two who ask about one mailing the second is asked in a later round, and so gets an answer of its own.
        """
        kind = (question, id(core), request_ids.current())
        asked = _Asked(mailing_id, asyncio.get_running_loop().create_future())
        if kind in self._waiting:
            self._waiting[kind].append(asked)
        else:
            self._waiting[kind] = [asked]
            self._rounds.add(task := asyncio.create_task(self._answered(core, kind)))
            task.add_done_callback(self._rounds.discard)
        answer: A | None = await asked.answer
        return answer

    async def _answered(self, core: Core, kind: tuple[Question, int, str]) -> None:
        """Hold one round after the other until nobody waits."""
        waiting = self._waiting[kind]
        try:
            while waiting:
                await self._company(waiting)
                chosen: dict[UUID, _Asked] = {}
                for each in list(waiting):
                    if len(chosen) < MOST and each.mailing_id not in chosen:
                        waiting.remove(each)
                        if not each.answer.cancelled():
                            chosen[each.mailing_id] = each
                await _round(core, kind[0], chosen)
        finally:
            del self._waiting[kind]
            for each in waiting:
                each.answer.cancel()

    async def _company(self, waiting: Sequence[_Asked]) -> None:
        """Wait for the others, not for long."""
        for _ in range(_GLANCES):
            if len(waiting) >= min(self._present, MOST):
                return
            await asyncio.sleep(PATIENCE_SECONDS / _GLANCES)


async def _round(core: Core, question: Question, chosen: Mapping[UUID, _Asked]) -> None:
    if not chosen:
        return
    try:
        answers = await question(core, mailing_ids=list(chosen)) or {}
    except asyncio.CancelledError:
        for each in chosen.values():
            each.answer.cancel()
        raise
    except psycopg.OperationalError as lost:  # nobody knows how it ended; each job comes again and looks
        for each in chosen.values():
            _failed(each, lost)
    except Exception as error:  # one of them may be what is wrong: the others must not go without for its sake
        for each in chosen.values():
            if len(chosen) == 1:
                _failed(each, error)
            else:
                log.warning("asked once more, by itself", error=type(error).__name__)
                await _round(core, question, {each.mailing_id: each})
    else:
        for mailing_id, each in chosen.items():
            if not each.answer.cancelled():
                each.answer.set_result(answers.get(mailing_id))


def _failed(asked: _Asked, error: BaseException) -> None:
    if not asked.answer.cancelled():
        asked.answer.set_exception(error)
