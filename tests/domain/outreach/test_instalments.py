"""Instalments of plans are due items of their own: asked for before their day, once, and once more when missed."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.casework import task_lists, tasks
from domain.casework.tasks import TaskKind
from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.outreach import planner, waiting
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_payment, a_plan
from tests.domain.outreach.stage import a_contact_of, a_hold, enrolment, items, leave, suppressed, told


def fact_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry of the timeline says."""
    fact = entry["fact"]
    return dict(json.loads(fact) if isinstance(fact, str) else fact)


async def test_complaint_19_instalments_are_chased_by_the_invoices_old_date(core: Core, clock: StandingClock) -> None:
    """Each instalment is asked for three days before its own day, once; the invoice's cadence rests meanwhile."""
    invoice = await an_invoice(core, days_past_due=30)
    await a_plan(core, invoice, (5000, 5000, 2500), first=5, every=10)

    days = []
    for day in range(26):
        await planner.plan(core)
        if await leave(core):
            days.append(day)
            paid = 5000 if len(days) < 3 else 2500
            await a_payment(core, invoice, paid, object_id=f"ch_{day}")
        clock.advance(days=1)

    assert days == [2, 12, 22]
    assert {each.letter for each in await items()} == {"instalment-due"}
    assert [each.step for each in await items()] == [None, None, None]


async def test_a_draft_from_before_the_plan_does_not_keep_its_instalments_back(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core, amount=Money(5_000_000, "EUR"), days_past_due=8)  # a high value: it is drafted
    await planner.plan(core)
    draft = await Mailing.get()
    await a_plan(core, invoice, (2_000_000, 3_000_000), first=2, every=30)
    clock.advance(days=1)

    await waiting.release(core)
    await planner.plan(core)

    assert draft.state == "drafted"
    assert (await Mailing.get(id=draft.id)).state == "withheld"
    assert [each.letter for each in await Mailing.filter(state__in=["drafted", "queued"])] == ["instalment-due"]
    assert (await enrolment(invoice)).last_position == 0


async def test_a_missed_instalment_is_told_once_and_the_cadence_goes_on(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=8)
    await a_plan(core, invoice, (5000, 7500), first=1, every=60, grace=2)

    letters = []
    for _ in range(14):
        await planner.plan(core)
        letters += [each.letter for each in await Mailing.filter(state="queued")]
        await leave(core)
        clock.advance(days=1)

    assert letters[:3] == ["instalment-due", "plan-missed", "reminder-overdue"]
    assert letters.count("plan-missed") == 1
    assert (await items())[1].severity == 1


async def test_an_instalment_goes_into_the_same_mail_as_the_contacts_other_invoices(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    planned = await an_invoice(core, "INV-1", account=account)
    await an_invoice(core, "INV-2", account=account)
    await a_plan(core, planned, (5000, 7500), first=2)

    await planner.plan(core)

    mail = await Mailing.get()
    assert {each.letter for each in await items()} == {"instalment-due", "reminder-overdue"}
    assert (mail.letter, mail.segment) == ("reminder-overdue", "everyone")
    assert (await enrolment(planned)).held.startswith("a plan over 125.00 EUR runs on schedule")


async def test_whoever_agreed_the_plan_is_asked_and_otherwise_the_billing_contacts(core: Core) -> None:
    account = await an_account(core)
    cfo = await a_contact_of(core, account, "cfo@acme.example", role="escalation")
    await a_contact_of(core, account, "billing@acme.example")
    first = await an_invoice(core, "INV-1", account=account)
    second = await an_invoice(core, "INV-2", account=account)
    plan = await a_plan(core, first, (5000, 7500), first=2)
    await type(plan).filter(id=plan.id).update(contact_id=cfo.id)
    await a_plan(core, second, (5000, 7500), first=2)

    await planner.plan(core)

    told = {(each.invoice_id, (await Mailing.get(id=each.mailing_id)).address) for each in await items()}
    assert told == {(first.id, "cfo@acme.example"), (second.id, "billing@acme.example")}


async def test_a_held_customers_instalment_is_not_asked_for_until_the_hold_is_over(
    core: Core, clock: StandingClock
) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    invoice = await an_invoice(core, account=account)
    await a_plan(core, invoice, (5000, 7500), first=3)
    await a_hold(core, account, until=clock.now() + timedelta(days=1))

    held = await planner.plan(core)
    clock.advance(days=1)

    assert (held, await planner.plan(core)) == (0, 1)


@pytest.mark.parametrize("paid", [5000, 12500])
async def test_an_instalment_that_was_paid_before_is_not_asked_for(core: Core, paid: int) -> None:
    invoice = await an_invoice(core)
    await a_plan(core, invoice, (5000, 7500), first=2, every=30)
    await a_payment(core, invoice, paid)

    assert await planner.plan(core) == 0


async def test_an_instalment_that_nobody_can_be_asked_for_is_told_once_and_makes_a_task(
    core: Core, clock: StandingClock
) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    for number in ("INV-1", "INV-2"):
        invoice = await an_invoice(core, number, account=account)
        await a_plan(core, invoice, (5000, 7500), first=2, every=60)
    await suppressed(core, "anna@acme.example")

    for _ in range(3):
        assert await planner.plan(core) == 0
        clock.advance(hours=1)

    (missing,) = await told(core, "contact.missing")
    assert fact_of(missing)["reason"] == "every address on file is suppressed"
    await tasks.open_task(core, entry_id=missing["id"])
    (task,) = (await task_lists.page(core, actor=SHELL)).lines
    assert task.kind is TaskKind.FIND_CONTACT


async def test_the_missed_instalment_is_told_again_and_goes_out_once_somebody_is_found(
    core: Core, clock: StandingClock
) -> None:
    account = await an_account(core)
    await a_contact_of(core, account, "cfo@acme.example", role="escalation")
    invoice = await an_invoice(core, account=account)
    await a_plan(core, invoice, (5000, 7500), first=2, every=60, grace=2)
    await planner.plan(core)
    clock.advance(days=6)
    await planner.plan(core)

    missing = [each for each in map(fact_of, await told(core, "contact.missing")) if each["about"]]
    await a_contact_of(core, account, "billing@acme.example")

    assert [each["reason"] for each in missing] == ["no billing contact is on file"] * 2
    assert [each["about"].rpartition(":")[2] for each in missing] == ["due", "missed"]
    assert await planner.plan(core) == 1


async def test_an_only_contact_who_is_away_is_waited_for_and_nobody_has_to_be_found(
    core: Core, clock: StandingClock
) -> None:
    account = await an_account(core)
    anna = await a_contact(core, account)
    invoice = await an_invoice(core, account=account)
    await a_plan(core, invoice, (5000, 7500), first=2, every=60)
    await a_hold(core, account, contact=anna, until=clock.now() + timedelta(days=1))

    held = await planner.plan(core)
    clock.advance(days=1)

    assert (held, await told(core, "contact.missing")) == (0, [])
    assert await planner.plan(core) == 1
