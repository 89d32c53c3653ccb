"""The funnel: each link counts once, as far as it came, in the week in which it was first mailed."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.commitments import promises
from domain.commitments.parties import Source
from domain.kernel.actor import SHELL, Actor, ActorKind, payer
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Invoice
from domain.operations import funnel
from domain.operations.funnel import Counts, Row
from domain.pay_links import sessions, steps, tokens
from domain.pay_links.models import PayLink
from domain.pay_links.steps import Step
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.disputes_filed import euros
from tests.domain.pay_links.payers import a_link

BROWSER = "b" * 43


async def mailed(core: Core, number: str, *, segment: str | None = None, times: int = 1) -> PayLink:
    """Mail a link so many times, now."""
    link = await a_link(core, await an_invoice(core, number, amount=euros(10000)))
    invoice = await Invoice.get(id=link.invoice_id)
    for _ in range(times):
        await core.database.execute(
            "INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,"
            " message_id, link_id, segment, state, queued_at, sent_at)"
            " VALUES (%s, %s, 'new-link', %s, %s, %s, 'a@b.example', 'a@b.example', %s, %s, %s, 'sent', %s, %s)",
            (uuid4(), str(uuid4()), invoice.id, invoice.account_id, link.contact_id, str(uuid4()), link.id, segment,
             core.clock.now(), core.clock.now()),
        )  # fmt: skip
    return link


async def opened(core: Core, link: PayLink, step: Step = Step.OPENED) -> None:
    await steps.keep(core, {(link.id, step): core.clock.now()})


async def entered(core: Core, link: PayLink) -> None:
    await sessions.enter(core, token=tokens.issue(core.keys, link.id), browser=BROWSER)


async def test_every_stage_holds_the_links_that_came_so_far(core: Core) -> None:
    await mailed(core, "INV-1")
    await opened(core, await mailed(core, "INV-2"))
    inside = await mailed(core, "INV-3")
    await entered(core, inside)
    formed = await mailed(core, "INV-4")
    await entered(core, formed)
    await opened(core, formed, Step.DISPUTE)
    done = await mailed(core, "INV-5", times=2)
    await entered(core, done)
    who = payer(done.contact_id, "p…@acme.example")
    await promises.make(
        core, invoice_number="INV-5", amount=euros(10000), on=date(2026, 3, 20), actor=who, source=Source.PORTAL
    )

    whole = (await funnel.funnel(core, actor=SHELL)).whole

    assert whole == Counts(sent=5, opened=4, entered=3, started=2, finished=1, promised=1, left_at_form=1)
    assert whole.worst == ("opened", "entered", 1)


async def test_weeks_and_segments_are_told_apart(core: Core, clock: StandingClock) -> None:
    await mailed(core, "INV-1", segment="large")
    await mailed(core, "INV-2")
    clock.advance(days=7)
    await mailed(core, "INV-3", segment="large")

    found = await funnel.funnel(core, actor=SHELL, weeks=2)

    assert found.rows == (
        Row(date(2026, 3, 9), "large", Counts(sent=1)),
        Row(date(2026, 3, 9), funnel.NO_SEGMENT, Counts(sent=1)),
        Row(date(2026, 3, 16), "large", Counts(sent=1)),
    )
    assert list(found.by_segment()) == ["large", funnel.NO_SEGMENT]
    assert (await funnel.funnel(core, actor=SHELL, weeks=1)).whole.sent == 1


async def test_a_week_begins_on_the_merchants_monday(core: Core, clock: StandingClock) -> None:
    clock.advance(seconds=(datetime(2026, 3, 15, 23, 30, tzinfo=clock.now().tzinfo) - clock.now()).total_seconds())
    await mailed(core, "INV-1")  # in Berlin it is Monday half an hour past midnight

    (row,) = (await funnel.funnel(core, actor=SHELL)).rows

    assert row.week == date(2026, 3, 16)


async def test_a_look_counts_once_and_a_link_that_is_not_ours_not_at_all(core: Core) -> None:
    link = await mailed(core, "INV-1")
    seen = {(link.id, Step.OPENED): core.clock.now(), (UUID(int=7), Step.OPENED): core.clock.now()}

    assert await steps.keep(core, seen) == 1
    assert await steps.keep(core, seen) == 0
    assert await steps.keep(core, {}) == 0


async def test_an_empty_time_is_no_fault(core: Core) -> None:
    found = await funnel.funnel(core, actor=SHELL)

    assert (found.rows, found.whole, found.whole.worst) == ((), Counts(), None)
    assert found.until - found.since < timedelta(weeks=8)


async def test_only_who_may_look_sees_it(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await funnel.funnel(core, actor=Actor(ActorKind.PERSON, "Nobody", frozenset()))
