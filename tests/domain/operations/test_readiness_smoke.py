"""The smoke test of disputes: each end it can come to, crashes between its steps, and what is left behind."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from domain.commitments import dispute_queries, disputes
from domain.commitments.objections import Filing
from domain.commitments.parties import Source
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission, payer
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.refusals import NotAllowed
from domain.ledger import ageing
from domain.ledger.models import Contact, Invoice
from domain.operations import chat_messages, readiness_smoke, readiness_subject
from domain.operations.models import DisputeSmoke
from domain.operations.readiness_ports import VisitFailed
from domain.pay_links.models import PayLink
from tests import builders
from tests.clocks import StandingClock
from tests.domain.operations.readiness_world import FakeWorld


class Died(BaseException):
    """The process ends in the middle of something."""


class FakeVisitor:
    """Somebody who files what the pages would file, or does not."""

    def __init__(self, core: Core, *, fails: str = "", files: bool = True, dies: bool = False) -> None:
        self._core, self._fails, self._files, self._dies = core, fails, files, dies
        self.addresses: list[str] = []

    async def object_to(self, address: str, *, reason: str, words: str) -> None:
        """File the dispute as the page does."""
        self.addresses.append(address)
        if self._fails:
            raise VisitFailed(self._fails)
        if self._files:
            invoice = await Invoice.get(number=readiness_subject.NUMBER)
            contact = await Contact.get(account_id=invoice.account_id)
            filing = Filing(reason, words, source=Source.PORTAL)
            who = payer(contact.id, "r…@mail.northwind.example")
            await disputes.file(self._core, invoice_number=readiness_subject.NUMBER, filing=filing, actor=who)
        if self._dies:
            raise Died


async def ask(core: Core) -> str:
    """Ask for a run."""
    return str(await readiness_smoke.request(core, actor=SHELL))


async def step(core: Core, smoke_id: str, visitor: FakeVisitor, *, chat: bool = True) -> None:
    """Take one step of the run."""
    await readiness_smoke.run(core, smoke_id=smoke_id, visitor=visitor, surroundings=FakeWorld(chat=chat))


async def say_in_channel(core: Core) -> None:
    """Post what was told of the test dispute, as the chat's job does."""
    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'dispute.tested' ORDER BY id DESC")
    assert row is not None
    key = chat_messages.entry_key(row["id"])
    await chat_messages.reserve(core, keys=[key], channel="C0OPS")
    await chat_messages.mark_posted(core, keys=[key], channel="C0OPS", ts="1.1")


async def left(core: Core) -> dict[str, int]:
    """Return what a run has left behind."""
    row = await core.database.row(
        "SELECT (SELECT count(*) FROM dispute WHERE state = 'open') AS disputes,"
        " (SELECT count(*) FROM pay_link WHERE state IN ('active', 'used')) AS links,"
        " (SELECT count(*) FROM dispute_smoke WHERE state = 'running') AS runs"
    )
    assert row is not None
    return dict(row)


CLEAN = {"disputes": 0, "links": 0, "runs": 0}


async def test_a_dispute_that_stands_in_queue_and_channel_has_arrived_with_its_time(
    core: Core, clock: StandingClock
) -> None:
    smoke_id, visitor = await ask(core), FakeVisitor(core)

    with pytest.raises(TryLater):
        await step(core, smoke_id, visitor)
    clock.advance(seconds=7)
    await say_in_channel(core)
    await step(core, smoke_id, visitor)

    run = await readiness_smoke.newest(core)
    assert run is not None
    assert (run.state, run.seconds, run.told) == ("arrived", 7, True)
    assert len(visitor.addresses) == 1
    assert await left(core) == CLEAN


async def test_a_test_is_in_the_queue_marked_and_counted_nowhere(core: Core) -> None:
    await builders.an_invoice(core)
    before = await ageing.now(core, actor=SHELL)

    with pytest.raises(TryLater):
        await step(core, await ask(core), FakeVisitor(core))

    (waiting,) = await dispute_queries.waiting(core)
    assert waiting.is_test
    assert (await dispute_queries.counts(core)).total == 0
    assert await ageing.now(core, actor=SHELL) == before


async def test_without_a_channel_the_queue_is_enough(core: Core) -> None:
    await step(core, await ask(core), FakeVisitor(core), chat=False)

    run = await readiness_smoke.newest(core)
    assert run is not None
    assert (run.state, run.told) == ("arrived", False)
    assert await left(core) == CLEAN


@pytest.mark.parametrize("why", ["unreachable", "not taken"])
async def test_pages_that_do_not_take_it_end_the_run_at_once(core: Core, why: str) -> None:
    await step(core, await ask(core), FakeVisitor(core, fails=why))

    run = await readiness_smoke.newest(core)
    assert run is not None
    assert (run.state, run.why) == ("failed", why)
    assert await left(core) == CLEAN


@pytest.mark.parametrize(("files", "why"), [(False, "not queued"), (True, "not told")])
async def test_what_does_not_arrive_in_time_has_failed_and_says_where_it_stopped(
    core: Core, clock: StandingClock, files: bool, why: str
) -> None:
    smoke_id, visitor = await ask(core), FakeVisitor(core, files=files)
    with pytest.raises(TryLater):
        await step(core, smoke_id, visitor)

    clock.advance(seconds=60)
    await step(core, smoke_id, visitor)

    run = await readiness_smoke.newest(core)
    assert run is not None
    assert (run.state, run.why) == ("failed", why)
    assert await left(core) == CLEAN


async def test_a_process_that_dies_after_filing_leaves_a_run_that_goes_on_with_a_link_of_its_own(core: Core) -> None:
    smoke_id = await ask(core)
    with pytest.raises(Died):
        await step(core, smoke_id, FakeVisitor(core, dies=True))

    again = FakeVisitor(core)
    with pytest.raises(TryLater):
        await step(core, smoke_id, again)
    await say_in_channel(core)
    await step(core, smoke_id, again)

    assert len(again.addresses) == 1
    assert await left(core) == CLEAN


async def test_what_a_dead_process_left_is_cleaned_by_whoever_looks_next(core: Core, clock: StandingClock) -> None:
    smoke_id = await ask(core)
    with pytest.raises(Died):
        await step(core, smoke_id, FakeVisitor(core, dies=True))
    assert (await left(core))["disputes"] == 1

    clock.advance(seconds=3 * 60 + 1)
    await readiness_smoke.tidy(core)

    run = await readiness_smoke.newest(core)
    assert run is not None
    assert (run.state, run.why) == ("failed", "interrupted")
    assert await left(core) == CLEAN


async def test_a_run_that_ended_and_died_before_cleaning_is_cleaned_later(core: Core, clock: StandingClock) -> None:
    smoke_id = await ask(core)
    with pytest.raises(TryLater):
        await step(core, smoke_id, FakeVisitor(core))
    smoke = await DisputeSmoke.get(id=UUID(smoke_id))
    await smoke.move("fail", why="not told", ended_at=clock.now())

    await readiness_smoke.tidy(core)

    assert await left(core) == CLEAN


async def test_who_asks_while_one_is_on_its_way_gets_that_one(core: Core) -> None:
    asked = await asyncio.gather(*(readiness_smoke.request(core, actor=SHELL) for _ in range(5)))

    assert len(set(asked)) == 1


async def test_the_day_s_test_is_left_out_while_there_is_nothing_to_collect(core: Core) -> None:
    await readiness_smoke.daily(core)
    assert await readiness_smoke.newest(core) is None

    await builders.an_invoice(core)
    await readiness_smoke.daily(core)

    assert await readiness_smoke.newest(core) is not None


async def test_the_link_of_each_run_is_dead_after_it(core: Core, clock: StandingClock) -> None:
    for _ in range(2):
        await step(core, await ask(core), FakeVisitor(core), chat=False)
        clock.advance(minutes=1)

    assert {each.state for each in await PayLink.all()} == {"replaced"}
    assert await Invoice.filter(state="test").count() == 1


async def test_only_who_works_the_queue_sends_a_test(core: Core) -> None:
    viewer = Actor(ActorKind.PERSON, "Viktor", frozenset({Permission.VIEW}))

    with pytest.raises(NotAllowed):
        await readiness_smoke.request(core, actor=viewer)


async def test_a_run_is_not_measured_by_an_older_dispute(core: Core, clock: StandingClock) -> None:
    first = await ask(core)
    with pytest.raises(TryLater):
        await step(core, first, FakeVisitor(core))
    await say_in_channel(core)
    await step(core, first, FakeVisitor(core))
    clock.advance(minutes=5)

    with pytest.raises(TryLater) as later:
        await step(core, await ask(core), FakeVisitor(core, files=False))

    assert "not queued" in later.value.reason
    assert later.value.delay == timedelta(seconds=1)
