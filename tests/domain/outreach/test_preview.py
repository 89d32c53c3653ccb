"""The preview: what the planner will do, seen before, counted whole, and nothing changed by looking."""

from datetime import date, timedelta

import pytest

from domain.deliverability.models import Mailing
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.outreach import planner, preview, vetoes
from domain.outreach.models import Enrolment
from domain.outreach.refusals import DayOutOfReach
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_dispute, a_plan, a_promise
from tests.domain.outreach.stage import a_contact_of, items, leave, suppressed

ANNA = Actor(ActorKind.PERSON, "Anna", frozenset({Permission.WORK_QUEUE, Permission.VIEW}))


async def test_the_preview_shows_what_the_planner_then_does(core: Core, clock: StandingClock) -> None:
    for number in range(12):
        await an_invoice(core, f"INV-{number}", days_past_due=-4 + number, email=f"c{number}@a.example")
    await planner.plan(core)
    await leave(core)

    seen = await preview.tomorrow(core, actor=ANNA)
    clock.advance(days=1)
    await planner.plan(core)

    planned = {(each.invoice_id, each.step, each.letter, each.tone) for each in await items()}
    foretold = {(each.invoice_id, each.step, each.letter, each.tone) for each in seen.lines if not each.holds}
    assert foretold
    assert foretold <= planned
    assert seen.leaving == len(foretold) == await Mailing.filter(state="queued").count()


async def test_looking_changes_nothing(core: Core) -> None:
    await an_invoice(core, days_past_due=-4)
    await planner.plan(core)
    before = await Enrolment.all().values()

    await preview.tomorrow(core, actor=ANNA)

    assert await Enrolment.all().values() == before
    assert await Mailing.all().count() == 0


async def test_a_line_says_who_is_asked_for_what(core: Core) -> None:
    invoice = await an_invoice(core, days_past_due=-4)
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA)

    (line,) = seen.lines
    assert seen.day == date(2026, 3, 11)
    assert (line.invoice_id, line.invoice_number, line.account_name) == (invoice.id, "INV-1042", "Customer of INV-1042")
    assert (line.sent_to, line.letter, line.tone, line.step) == (("a…@acme.example",), "reminder-due", "Neutral", 1)
    assert (line.asks, line.segment, line.needs, line.holds) == (Money(12500, "EUR"), "everyone", (), "")
    assert (seen.leaving, seen.asked, seen.total) == (1, (Money(12500, "EUR"),), 1)


async def test_a_line_keeps_its_id_and_a_part_that_is_promised_is_not_asked_for(core: Core) -> None:
    invoice = await an_invoice(core, days_past_due=-4)
    await planner.plan(core)
    before = await preview.tomorrow(core, actor=ANNA)
    await a_promise(core, invoice, 2500, days=30)

    after = await preview.tomorrow(core, actor=ANNA)

    assert before.lines[0].id == after.lines[0].id
    assert after.lines[0].asks == Money(10000, "EUR")


async def test_what_something_holds_is_shown_with_the_reason_and_not_counted_as_leaving(core: Core) -> None:
    disputed = await an_invoice(core, "INV-1", days_past_due=-4, email="a@a.example")
    await an_invoice(core, "INV-2", days_past_due=-4, email="b@b.example")
    await planner.plan(core)
    await a_dispute(core, disputed, 12500)
    await suppressed(core, "b@b.example")

    seen = await preview.tomorrow(core, actor=ANNA)

    assert {(each.invoice_number, each.holds) for each in seen.lines} == {
        ("INV-1", "125.00 EUR is disputed"),
        ("INV-2", "every address on file is suppressed"),
    }
    assert (seen.leaving, seen.held, seen.asked) == (0, 2, ())


async def test_a_day_on_which_the_payer_does_not_work_holds_the_mail(core: Core) -> None:
    account = await an_account(core, country="DE")
    await a_contact_of(core, account, "anna@acme.example")
    await an_invoice(core, account=account, days_past_due=-7)
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA, day=date(2026, 3, 14))  # a Saturday

    assert [each.holds for each in seen.lines] == ["nobody works there on that day; it would leave on 16 Mar 2026"]


async def test_a_contact_who_was_just_written_to_rests(core: Core) -> None:
    account = await an_account(core)
    await a_contact_of(core, account, "anna@acme.example")
    await an_invoice(core, "INV-1", account=account)
    await planner.plan(core)
    await leave(core)
    await an_invoice(core, "INV-2", account=account, days_past_due=-4)
    await core.database.execute("UPDATE mailing SET sent_at = sent_at - interval '1 hour'")
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA)

    assert [(each.invoice_number, each.holds) for each in seen.lines] == [
        ("INV-2", "the contact was last written to on 10 Mar 2026; reminders rest")
    ]


async def test_a_large_sum_is_marked_as_needing_approval(core: Core) -> None:
    await an_invoice(core, days_past_due=-4, amount=Money(1_000_001, "EUR"))
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA)

    assert (seen.approvals, seen.lines[0].needs) == (1, ("high value",))


async def test_a_mail_that_has_not_left_is_in_the_preview(core: Core) -> None:
    await an_invoice(core, amount=Money(1_000_001, "EUR"))
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA)

    assert [(each.pending, each.step, each.needs) for each in seen.lines] == [(True, 3, ("high value",))]


async def test_a_veto_on_a_line_is_shown_and_counted_apart(core: Core) -> None:
    await an_invoice(core, days_past_due=-4)
    await planner.plan(core)
    (line,) = (await preview.tomorrow(core, actor=ANNA)).lines
    assert line.step is not None

    await vetoes.strike(core, invoice_number=line.invoice_number, step=line.step, reason="they called", actor=ANNA)
    seen = await preview.tomorrow(core, actor=ANNA)

    assert [(each.id, each.struck) for each in seen.lines] == [(line.id, "Anna: they called")]
    assert (seen.leaving, seen.struck) == (0, 1)


async def test_all_lines_are_counted_and_the_first_are_shown(core: Core) -> None:
    for number in range(7):
        await an_invoice(core, f"INV-{number}", days_past_due=-4, email=f"c{number}@a.example")
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA, limit=3)

    assert (len(seen.lines), seen.leaving, seen.asked) == (3, 7, (Money(7 * 12500, "EUR"),))


async def test_a_day_further_on_shows_that_days_mails_only(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, "INV-1", days_past_due=-4, email="a@a.example")
    await an_invoice(core, "INV-2", days_past_due=-13, email="b@b.example")
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA, day=clock.now().date() + timedelta(days=10))

    assert [each.invoice_number for each in seen.lines] == ["INV-2"]


@pytest.mark.parametrize("days", [-1, 32])
async def test_a_day_out_of_reach_is_refused(core: Core, clock: StandingClock, days: int) -> None:
    with pytest.raises(DayOutOfReach):
        await preview.tomorrow(core, actor=ANNA, day=clock.now().date() + timedelta(days=days))


async def test_nobody_looks_without_the_right_to(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await preview.tomorrow(core, actor=Actor(ActorKind.PERSON, "Max", frozenset()))


async def test_an_instalment_that_falls_due_is_in_the_preview_and_then_in_the_mail(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core, days_past_due=30)
    await a_plan(core, invoice, (5000, 7500), first=4, every=30)
    await planner.plan(core)

    seen = await preview.tomorrow(core, actor=ANNA)
    clock.advance(days=1)
    await planner.plan(core)

    (line,) = [each for each in seen.lines if not each.holds]
    assert (line.letter, line.asks, line.step) == ("instalment-due", Money(5000, "EUR"), None)
    assert (line.sent_to, seen.leaving) == (("a…@acme.example",), 1)
    assert [each.letter for each in await items()] == ["instalment-due"]


async def test_an_instalment_is_foretold_for_its_own_day_only_and_says_who_is_missing(core: Core) -> None:
    invoice = await an_invoice(core, days_past_due=30)
    await a_plan(core, invoice, (5000, 7500), first=7, every=30)
    await suppressed(core, "anna@acme.example")

    days = {day: await preview.tomorrow(core, actor=ANNA, day=date(2026, 3, day)) for day in (13, 14, 16)}

    assert {day: [each.holds for each in seen.lines] for day, seen in days.items()} == {
        13: [], 14: ["every address on file is suppressed"], 16: []
    }  # fmt: skip


async def test_every_line_stands_on_exactly_one_page_and_what_is_held_comes_last(core: Core) -> None:
    for number in range(7):
        invoice = await an_invoice(core, f"INV-{number}", days_past_due=-4, email=f"c{number}@a.example")
        if number in (1, 3):
            await a_dispute(core, invoice, 12500)
    await planner.plan(core)

    pages = [await preview.tomorrow(core, actor=ANNA, limit=3, page=page) for page in (1, 2, 3, 99)]

    shown = [each.invoice_number for seen in pages[:3] for each in seen.lines]
    assert sorted(shown) == [f"INV-{number}" for number in range(7)]
    assert {*shown[5:]} == {"INV-1", "INV-3"}
    assert [(each.page, each.pages, len(each.lines)) for each in pages] == [(1, 3, 3), (2, 3, 3), (3, 3, 1), (3, 3, 1)]
    assert pages[0].first_held == 2
