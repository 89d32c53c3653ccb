"""A preview tells whom a policy takes, what is due, and on which very days one invoice would hear of us."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account
from domain.people import people
from domain.people.roles import Role
from domain.policies import previews
from domain.policies.previews import Overlap
from tests.builders import an_account, an_invoice
from tests.domain.outreach.stage import a_contact_of, suppressed
from tests.domain.policies.policies_made import STEPS, a_document, a_segment


async def test_each_segment_is_shown_with_its_invoices_amounts_and_contacts(core: Core) -> None:
    await an_invoice(core, "I-1", amount=Money(20_000_00, "EUR"), email="a@one.example")
    await an_invoice(core, "I-2", amount=Money(100_00, "EUR"), email="a@two.example")
    await an_invoice(core, "I-3", amount=Money(50_00, "USD"), account=await an_account(core, "Silent"))

    shown = await previews.of(core, document=a_document(a_segment("big", balance={"from": 10_000}), a_segment()))

    assert [(each.name, each.invoices, each.mailable, each.amounts) for each in shown.segments] == [
        ("big", 1, 1, (Money(20_000_00, "EUR"),)),
        ("everyone", 2, 1, (Money(100_00, "EUR"), Money(50_00, "USD"))),
    ]
    assert (shown.unmatched_count, shown.overlaps, shown.without_rate) == (0, (), {"USD": 1})


async def test_a_currency_with_a_rate_is_not_complained_of(core: Core) -> None:
    await an_invoice(core, "I-1", amount=Money(50_00, "USD"))
    rated = replace(core, limits=replace(core.limits, rates={"USD": Decimal("0.9")}))

    shown = await previews.of(rated, document=a_document(a_segment("big", balance={"from": 45}), a_segment()))

    assert [each.invoices for each in shown.segments] == [1, 0]
    assert shown.without_rate == {}


async def test_each_step_is_shown_with_what_is_due_today_and_what_it_has_reached(core: Core) -> None:
    for number, days in enumerate((-10, -3, 0, 0, 5, 7, 9, 200)):
        await an_invoice(core, f"I-{number}", days_past_due=days, email=f"a@{number}.example")

    shown = await previews.of(core, document=a_document())

    assert [(each.day, each.due_today, each.reached) for each in shown.segments[0].steps] == [
        (-3, 1, 1),
        (0, 2, 3),
        (7, 1, 2),
        (14, 0, 0),
        (21, 0, 1),
    ]


async def test_overlaps_and_leftovers_are_named(core: Core) -> None:
    await an_invoice(core, "I-1", amount=Money(500_00, "EUR"), email="a@one.example")
    await an_invoice(core, "I-2", amount=Money(500_00, "USD"), days_past_due=9, email="a@two.example")
    document = a_document(a_segment("euros", currency="EUR"), a_segment("late", days_past_due={"from": 1, "to": 7}))

    shown = await previews.of(core, document=document)

    assert shown.overlaps == (Overlap("euros", "late", 1),)
    assert shown.unmatched_count == 1
    assert [(each.number, each.days_past_due) for each in shown.unmatched] == [("I-2", 9)]


async def test_complaint_22_the_preview_shows_the_exact_calendar_of_an_invoice(core: Core) -> None:
    account = await an_account(core, country="DE")
    await an_invoice(core, "I-1", account=account, days_past_due=-21)

    shown = await previews.of(core, document=a_document())

    calendar = shown.segments[0].calendar
    assert (calendar.invoice_number, calendar.due_on) == ("I-1", date(2026, 3, 31))
    assert [(each.on, each.day, each.what, each.note) for each in calendar.days] == [
        (date(2026, 3, 28), -3, "reminder-due (Neutral)", "no working day there, so it leaves on 30 Mar 2026"),
        (date(2026, 3, 31), 0, "reminder-due (Neutral)", ""),
        (date(2026, 4, 7), 7, "reminder-overdue (Neutral)", ""),
        (date(2026, 4, 14), 14, "reminder-overdue (Confident)", ""),
        (date(2026, 4, 21), 21, "a person takes over", ""),
    ]


async def test_a_segment_without_invoices_shows_an_imagined_one(core: Core) -> None:
    shown = await previews.of(core, document=a_document(steps=STEPS[2:]))

    calendar = shown.segments[0].calendar
    assert (calendar.invoice_number, calendar.due_on) == ("", date(2026, 3, 10))
    assert calendar.days[0].on == date(2026, 3, 17)


async def test_a_preview_changes_nothing(core: Core) -> None:
    await an_invoice(core, "I-1")

    await previews.of(core, document=a_document(a_segment("other")))

    tables = await core.database.rows("SELECT name FROM segment UNION ALL SELECT kind FROM timeline_entry")
    assert tables == [{"name": "everyone"}]


async def test_a_step_for_a_person_warns_while_nobody_may_take_it(core: Core) -> None:
    await an_invoice(core, "I-1")

    nobody = (await previews.of(core, document=a_document())).warnings
    viewer = await people.grant(core, slack_id="U0V", name="Vera", role=Role.VIEWER, reason="test", actor=SHELL)
    still = (await previews.of(core, document=a_document())).warnings
    await people.grant(core, slack_id="U0V", name="Vera", role=Role.AR_OPERATOR, reason="test", actor=SHELL)
    without_owner = (await previews.of(core, document=a_document())).warnings
    await Account.all().update(owner_id=viewer.person_id)
    owned = (await previews.of(core, document=a_document())).warnings
    await people.revoke(core, slack_id="U0V", role=Role.AR_OPERATOR, reason="test", actor=SHELL)
    gone = (await previews.of(core, document=a_document())).warnings

    assert nobody == still
    assert nobody[0] == (
        "cadences[0].steps[4]: 'default' hands over to a person, and nobody may work the queue: grant one of "
        "Controller, A/R Manager, A/R Operator"
    )
    (told,) = without_owner
    assert told == (
        "segments[0].cadence: in 'everyone' a person takes over on day 21, and 1 of the 1 open invoices are of "
        "customers whom nobody owns who may work the queue: they wait there until somebody takes them"
    )
    assert owned == ()
    assert gone == nobody


async def test_a_reminder_to_an_escalation_contact_warns_where_there_is_none(core: Core) -> None:
    account = await an_account(core, "Acme")
    await a_contact_of(core, account, "cfo@acme.example", role="escalation")
    await an_invoice(core, "I-1", account=account)
    await an_invoice(core, "I-2", email="a@other.example")
    steps = [*STEPS[:3], {"day": 14, "letter": "reminder-overdue", "recipients": "escalation"}]

    one_lacks = await previews.warnings(core, document=a_document(steps=steps))
    await suppressed(core, "cfo@acme.example")
    both_lack = await previews.warnings(core, document=a_document(steps=steps))

    assert one_lacks[-1] == (
        "segments[0].cadence: in 'everyone' the reminder of day 14 goes to the escalation contact, and 1 of the 2 "
        "open invoices are of customers without one who may be mailed: there these reminders are held"
    )
    assert "and 2 of the 2 open invoices" in both_lack[-1]
