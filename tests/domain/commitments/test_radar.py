"""The radar shows what needs a look today, why, and the largest amount first."""

from dataclasses import replace
from decimal import Decimal

from domain.commitments import judging, radar
from domain.commitments.radar import Blip, Radar
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_payment, a_plan, a_promise


def seen(found: Radar) -> list[tuple[str, Blip, str]]:
    return [(each.invoice_number, each.blip, str(each.at_risk)) for each in found.lines]


async def test_promises_due_today_and_overdue_are_seen_with_what_has_not_come(core: Core, clock: StandingClock) -> None:
    one = await an_invoice(core, "INV-1", email="a@a.example")
    two = await an_invoice(core, "INV-2", email="b@b.example", amount=Money(90000, "EUR"))
    await a_promise(core, one, 10000, days=1)
    await a_promise(core, two, 50000, days=0)
    await a_promise(core, two, 100, days=5)
    await a_payment(core, two, 20000)
    clock.advance(days=1)

    found = await radar.radar(core)

    assert seen(found) == [
        ("INV-2", Blip.PROMISE_OVERDUE, "300.00 EUR"),
        ("INV-1", Blip.PROMISE_DUE, "100.00 EUR"),
    ]
    assert found.lines[0].reason == "200.00 EUR of 500.00 EUR has come; the grace ends on 12 Mar 2026"
    assert found.more == 0


async def test_a_broken_promise_stays_a_week_and_never_for_more_than_is_open(core: Core, clock: StandingClock) -> None:
    one = await an_invoice(core, "INV-1", email="a@a.example")
    two = await an_invoice(core, "INV-2", email="b@b.example")
    await a_promise(core, one, 12500)
    await a_promise(core, two, 12500)
    await a_payment(core, two, 5000)
    clock.advance(days=3)
    await judging.judge_commitments(core)
    await a_payment(core, one, 10000)

    found = await radar.radar(core)

    assert seen(found) == [
        ("INV-2", Blip.PROMISE_PARTLY_KEPT, "75.00 EUR"),
        ("INV-1", Blip.PROMISE_BROKEN, "25.00 EUR"),
    ]
    clock.advance(days=8)
    assert (await radar.radar(core)).lines == ()


async def test_a_settled_invoice_is_off_the_radar(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    await a_promise(core, invoice, 12500)
    clock.advance(days=3)
    await judging.judge_commitments(core)
    await a_payment(core, invoice, 12500)

    assert (await radar.radar(core)).lines == ()


async def test_plans_near_default_are_seen_before_the_day_and_after_it(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=4)
    assert (await radar.radar(core)).lines == ()
    clock.advance(days=1)
    assert seen(await radar.radar(core)) == [("INV-1042", Blip.INSTALMENT_DUE, "100.00 EUR")]
    clock.advance(days=6)

    found = await radar.radar(core)

    assert seen(found) == [("INV-1042", Blip.INSTALMENT_MISSED, "100.00 EUR")]
    assert found.lines[0].reason == "instalment 1 of 3 was due on 14 Mar 2026; the plan is near default"


async def test_amounts_are_compared_by_the_merchants_rates_and_unknown_ones_lead(core: Core) -> None:
    core = replace(core, limits=replace(core.limits, rates={"USD": Decimal("0.5")}))
    for number, amount in (("E", Money(10000, "EUR")), ("U", Money(15000, "USD")), ("J", Money(7, "JPY"))):
        invoice = await an_invoice(core, number, amount=amount, email=f"{number}@x.example")
        await a_promise(core, invoice, amount.minor)

    found = await radar.radar(core)

    assert [(each.invoice_number, each.at_risk_in_base) for each in found.lines] == [
        ("J", None),
        ("E", Decimal(100)),
        ("U", Decimal(75)),
    ]


async def test_a_long_radar_says_how_much_it_leaves_out(core: Core) -> None:
    for number in range(3):
        invoice = await an_invoice(core, f"INV-{number}", email=f"a{number}@x.example")
        await a_promise(core, invoice, 100 + number)

    found = await radar.radar(core, limit=2)

    assert ([each.invoice_number for each in found.lines], found.more) == (["INV-2", "INV-1"], 1)
