"""Together: rounds are shared, answers are not; what goes wrong for one goes wrong for no other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.kernel import request_ids
from domain.kernel.core import Core
from scheduler.together import MOST, Together


@dataclass
class Oracle:
    """Answers with the mailing's own id, and remembers who was asked together."""

    rounds: list[list[UUID]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    poison: UUID | None = None
    error: Exception = field(default_factory=lambda: ValueError("this one cannot be written"))
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, _core: Core, *, mailing_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        self.rounds.append(list(mailing_ids))
        self.requests.append(request_ids.current())
        self.asked.set()
        await self.may_answer.wait()
        if self.poison in mailing_ids:
            raise self.error
        return {each: each for each in mailing_ids}


@pytest.fixture
def oracle() -> Oracle:
    ready = Oracle()
    ready.may_answer.set()
    return ready


async def test_what_is_asked_at_once_is_answered_at_once_and_each_gets_its_own(core: Core, oracle: Oracle) -> None:
    together, ids = Together(), [uuid4() for _ in range(5)]

    answers = await asyncio.gather(*(together.ask(core, oracle.ask, each) for each in ids))

    assert answers == ids
    assert oracle.rounds == [ids]


async def test_a_round_has_a_limit(core: Core, oracle: Oracle) -> None:
    together = Together()

    await asyncio.gather(*(together.ask(core, oracle.ask, uuid4()) for _ in range(MOST + 3)))

    assert [len(each) for each in oracle.rounds] == [MOST, 3]


async def test_of_two_who_ask_about_one_mail_the_second_is_asked_after_the_first(core: Core, oracle: Oracle) -> None:
    together, one = Together(), uuid4()

    await asyncio.gather(together.ask(core, oracle.ask, one), together.ask(core, oracle.ask, one))

    assert oracle.rounds == [[one], [one]]


async def test_one_that_fails_takes_no_other_with_it(core: Core, oracle: Oracle) -> None:
    together, good, bad = Together(), uuid4(), uuid4()
    oracle.poison = bad

    first, second = await asyncio.gather(
        together.ask(core, oracle.ask, good), together.ask(core, oracle.ask, bad), return_exceptions=True
    )

    assert first == good
    assert isinstance(second, ValueError)


async def test_nobody_is_asked_again_when_the_database_was_lost(core: Core, oracle: Oracle) -> None:
    together, ids = Together(), [uuid4(), uuid4()]
    oracle.poison, oracle.error = ids[0], psycopg.OperationalError("gone")

    ended = await asyncio.gather(*(together.ask(core, oracle.ask, each) for each in ids), return_exceptions=True)

    assert [type(each) for each in ended] == [psycopg.OperationalError, psycopg.OperationalError]
    assert len(oracle.rounds) == 1


async def test_requests_do_not_share_a_round(core: Core, oracle: Oracle) -> None:
    together = Together()

    async def ask(request: str) -> None:
        with request_ids.serving(request):
            await together.ask(core, oracle.ask, uuid4())

    await asyncio.gather(ask("first"), ask("second"))

    assert sorted(oracle.requests) == ["first", "second"]


async def test_who_is_cancelled_before_the_round_is_not_asked_about(core: Core) -> None:
    together, oracle, ids = Together(), Oracle(), [uuid4() for _ in range(3)]
    first = asyncio.create_task(together.ask(core, oracle.ask, ids[0]))
    await oracle.asked.wait()
    gone, stays = (asyncio.create_task(together.ask(core, oracle.ask, each)) for each in ids[1:])
    await asyncio.sleep(0)

    gone.cancel()
    await asyncio.wait([gone])
    oracle.may_answer.set()
    await asyncio.gather(first, stays)

    assert oracle.rounds == [[ids[0]], [ids[2]]]
