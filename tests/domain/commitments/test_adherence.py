"""A payer's word is weighed by number and by amount, and partly kept is a state of its own."""

from dataclasses import replace
from decimal import Decimal

from domain.commitments import adherence, judging, promises
from domain.commitments.adherence import Share
from domain.commitments.events import PromiseMade
from domain.commitments.parties import Source
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import TODAY, a_payment, a_promise
from tests.domain.commitments.people import BEN


async def test_nothing_decided_has_no_share(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_promise(core, invoice, 100)

    found = await adherence.overall(core)

    assert (found.decided, found.kept_by_count, found.kept_by_amount, found.received_share) == (0, None, None, None)


async def test_kept_partly_kept_and_broken_are_counted_and_weighed(core: Core, clock: StandingClock) -> None:
    acme, other = await an_account(core, "Acme"), await an_account(core, "Other")
    await a_contact(core, acme)
    for number, account, promised, paid in (
        ("A", acme, 10000, 10000),
        ("B", acme, 30000, 6000),
        ("C", acme, 20000, 0),
        ("D", other, 40000, 40000),
    ):
        invoice = await an_invoice(core, number, account=account, amount=Money(50000, "EUR"))
        await a_promise(core, invoice, promised)
        if paid:
            await a_payment(core, invoice, paid)
    clock.advance(days=3)
    await judging.judge_commitments(core)

    payers = await adherence.by_payer(core)

    assert [each.account_name for each in payers] == ["Acme", "Other"]
    found = payers[0].adherence
    assert (found.kept, found.partly_kept, found.broken) == (
        Share(1, Decimal(100)),
        Share(1, Decimal(300)),
        Share(1, Decimal(200)),
    )
    assert found.kept_by_count == Decimal(1) / 3
    assert found.kept_by_amount == Decimal(100) / 600
    assert found.received_share == Decimal(160) / 600
    assert await adherence.overall(core, account_id=acme.id) == found
    everybody = await adherence.overall(core)
    assert (everybody.decided, everybody.kept_by_amount) == (4, Decimal("0.5"))


async def test_a_promise_moved_in_time_counts_neither_way_and_one_moved_late_is_broken(
    core: Core, clock: StandingClock
) -> None:
    await an_invoice(core)

    async def promised(day: int) -> PromiseMade:
        return await promises.make(
            core,
            invoice_number="INV-1042",
            amount=Money(12500, "EUR"),
            on=TODAY.replace(day=day),
            actor=BEN,
            source=Source.OPERATOR,
        )

    async def moved(made: PromiseMade, day: int) -> PromiseMade:
        return await promises.replace(
            core,
            promise_id=made.promise_id,
            amount=Money(12500, "EUR"),
            on=TODAY.replace(day=day),
            actor=BEN,
            source=Source.OPERATOR,
        )

    made = await moved(await promised(11), 12)
    assert (await adherence.overall(core)).decided == 0
    clock.advance(days=3)

    await moved(made, 20)

    assert (await adherence.overall(core)).broken.count == 1


async def test_a_currency_without_a_rate_counts_by_number_only(core: Core, clock: StandingClock) -> None:
    for currency in ("USD", "KWD"):
        invoice = await an_invoice(core, currency, amount=Money(5000, currency), email=f"{currency}@x.example")
        await a_promise(core, invoice, 5000)
    clock.advance(days=3)
    await judging.judge_commitments(core)
    core = replace(core, limits=replace(core.limits, rates={"KWD": Decimal(3)}))

    found = await adherence.overall(core)

    assert (found.broken, found.unrated) == (Share(2, Decimal(15)), 1)


async def test_a_span_of_time_takes_what_was_decided_in_it(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    await a_promise(core, invoice, 5000)
    clock.advance(days=3)
    await judging.judge_commitments(core)

    assert (await adherence.overall(core, until=clock.now())).decided == 0
    assert (await adherence.overall(core, since=clock.now())).decided == 1
