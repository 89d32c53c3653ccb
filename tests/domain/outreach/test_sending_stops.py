"""Every guardrail is read from what the database says in the sending transaction: one situation for each of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability.models import InboundMail, Mailing, MailingItem
from domain.deliverability.reading import Kind
from domain.kernel import sentences
from domain.kernel.actor import SHELL, SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import payments
from domain.ledger.models import Account, Contact, Invoice
from domain.outreach import drafts, gates, guardrails, holds, lanes, planner, sending
from domain.outreach.gates import Holds
from domain.outreach.holds import HoldKind
from domain.outreach.models import Enrolment
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder, an_item
from tests.domain.outreach.stage import suppressed

Stop = Callable[[Core, Mailing], Awaitable[Core]]


async def _sql(core: Core, text: str, *values: Any) -> None:
    async with core.transaction() as tx:
        await tx.execute(text, values)


async def _paid(core: Core, mailing: Mailing) -> Core:
    await paid(core, await Invoice.get(id=mailing.invoice_id))
    return core


async def _written_off(core: Core, mailing: Mailing) -> Core:
    await _sql(core, "UPDATE invoice SET state = 'written_off', open_minor = 0 WHERE id = %s", mailing.invoice_id)
    return core


async def _ended(core: Core, mailing: Mailing) -> Core:
    await (await Enrolment.get(invoice_id=mailing.invoice_id)).move("close")
    return core


async def _vetoed(core: Core, mailing: Mailing) -> Core:
    enrolment = await Enrolment.get(invoice_id=mailing.invoice_id)
    await _sql(
        core, "INSERT INTO veto (id, enrolment_id, step, reason, made_by, created_at)"
        " VALUES (%s, %s, 3, 'no', 'Ben', %s)",
        uuid4(), enrolment.id, core.clock.now(),
    )  # fmt: skip
    return core


async def _a_plan(core: Core, mailing: Mailing, *, state: str = "running", due_in: int = 0) -> None:
    """Give the invoice a plan of two halves and make the item its first instalment."""
    now, invoice = core.clock.now(), await Invoice.get(id=mailing.invoice_id)
    plan_id, instalment_id = uuid4(), uuid4()
    await _sql(
        core, "INSERT INTO plan (id, invoice_id, account_id, currency, covers_minor, frequency, grace_days, reason,"
        " state, source, made_by, created_at)"
        " VALUES (%s, %s, %s, 'EUR', 12500, 'weekly', 2, 'cash', %s, 'portal', 'Anna', %s)",
        plan_id, invoice.id, invoice.account_id, state, now,
    )  # fmt: skip
    for position, (each, amount) in enumerate(((instalment_id, 6000), (uuid4(), 6500)), start=1):
        await _sql(
            core, "INSERT INTO plan_instalment (id, plan_id, position, due_on, amount_minor)"
            " VALUES (%s, %s, %s, %s, %s)",
            each, plan_id, position, now.date() + timedelta(days=due_in + 7 * (position - 1)), amount,
        )  # fmt: skip
    await _sql(
        core, "UPDATE mailing_item SET instalment_id = %s, letter = 'instalment-due', severity = 0, enrolment_id = NULL"
        " WHERE mailing_id = %s", instalment_id, mailing.id,
    )  # fmt: skip


async def _instalment_paid(core: Core, mailing: Mailing) -> Core:
    await _a_plan(core, mailing)
    await _part_paid(core, mailing, 6000)
    return core


async def _part_paid(core: Core, mailing: Mailing, minor: int) -> None:
    async with core.transaction() as tx:
        invoice = await Invoice.locked(id=mailing.invoice_id)
        assert invoice is not None
        await payments.receive(
            core, tx, invoice=invoice, amount=Money(minor, "EUR"), source="stripe", object_id=str(uuid4()),
            method="card", received_on=core.clock.now().date(), actor=SYSTEM,
        )  # fmt: skip


async def _plan_cancelled(core: Core, mailing: Mailing) -> Core:
    await _a_plan(core, mailing, state="cancelled")
    return core


async def _excluded(core: Core, mailing: Mailing) -> Core:
    account = await Account.get(id=mailing.account_id)
    await holds.exclude(core, account=str(account.id), reason="they pay by hand", actor=SHELL)
    return core


async def _debit(core: Core, mailing: Mailing) -> Core:
    now, link = core.clock.now(), uuid4()
    await _sql(
        core, "INSERT INTO pay_link (id, invoice_id, contact_id, state, issued_at, last_active_at)"
        " VALUES (%s, %s, %s, 'used', %s, %s)", link, mailing.invoice_id, mailing.contact_id, now, now,
    )  # fmt: skip
    await _sql(
        core, "INSERT INTO checkout (id, invoice_id, link_id, state, amount_minor, currency, order_terms, expires_at,"
        " created_at, checked_at) VALUES (%s, %s, %s, 'processing', 12500, 'EUR', '{}', %s, %s, %s)",
        uuid4(), mailing.invoice_id, link, now, now, now,
    )  # fmt: skip
    return core


async def _held(core: Core, mailing: Mailing) -> Core:
    invoice = await Invoice.get(id=mailing.invoice_id)
    await holds.put(core, kind=HoldKind.REVIEW, reason="looks odd", actor=SHELL, invoice_number=invoice.number)
    return core


async def _promised(core: Core, mailing: Mailing) -> Core:
    now = core.clock.now()
    await _sql(
        core, "INSERT INTO promise (id, invoice_id, account_id, currency, amount_minor, promised_on, grace_days,"
        " source, state, made_by, created_at)"
        " VALUES (%s, %s, %s, 'EUR', 12500, %s, 2, 'portal', 'running', 'Anna', %s)",
        uuid4(), mailing.invoice_id, mailing.account_id, now.date() + timedelta(days=3), now,
    )  # fmt: skip
    return core


async def _in_credit(core: Core, mailing: Mailing) -> Core:
    other = await an_invoice(core, "INV-OTHER", account=await Account.get(id=mailing.account_id))
    other_mailing = replace_invoice(mailing, other)
    await _part_paid(core, other_mailing, 25000)  # 125.00 settle it, 125.00 are loose
    return core


async def _credited(core: Core, mailing: Mailing) -> Core:
    await core.database.execute(
        "INSERT INTO credit_note (id, number, number_key, account_id, currency, total_minor, open_minor, state,"
        " created_at) VALUES (gen_random_uuid(), 'CN-1', 'cn-1', %s, 'EUR', 12500, 12500, 'open', %s)",
        (mailing.account_id, core.clock.now()),
    )
    return core


def replace_invoice(mailing: Mailing, invoice: Invoice) -> Mailing:
    """Return the mailing as if it were about another invoice."""
    return Mailing(id=mailing.id, invoice_id=invoice.id)


async def _due_later(core: Core, mailing: Mailing) -> Core:
    await Invoice.filter(id=mailing.invoice_id).update(due_on=core.clock.now().date() + timedelta(days=20))
    return core


async def _removed(core: Core, mailing: Mailing) -> Core:
    await (await Contact.get(id=mailing.contact_id)).move("remove")
    return core


async def _bounced(core: Core, mailing: Mailing) -> Core:
    await suppressed(core, mailing.address)
    return core


async def _opted_out(core: Core, mailing: Mailing) -> Core:
    await suppressed(core, mailing.address, reason="opted out")
    return core


async def _outdated(core: Core, mailing: Mailing) -> Core:
    await _sql(core, "DELETE FROM mailing_item WHERE mailing_id = %s", mailing.id)
    await Mailing.filter(id=mailing.id).update(asks=False, letter="new-link")
    return await _written_off(core, mailing)


async def _shadow(core: Core, mailing: Mailing) -> Core:
    await Enrolment.filter(invoice_id=mailing.invoice_id).update(segment="nobody publishes this")
    return core


async def _stale_approval(core: Core, mailing: Mailing) -> Core:
    await Mailing.filter(id=mailing.id).update(
        approved_by="Mia", approved_at=core.clock.now() - timedelta(hours=1),
        drafted_as={"to": mailing.address_key, "letter": "reminder-overdue", "words": "", "items": {}},
    )  # fmt: skip
    return core


async def _maintenance(core: Core, mailing: Mailing) -> Core:
    await gates.close(core, name="maintenance", holds=Holds.ALL_MAIL, reason="we move", actor=SHELL)
    return core


async def _wrote(core: Core, mailing: Mailing) -> Core:
    earlier = await a_reminder(core, await Invoice.get(id=mailing.invoice_id), state="withheld", asks=False, step=2)
    await InboundMail.create(
        id=uuid4(), envelope_from="anna@acme.example", sent_to=["r+x@mail.northwind.example"], body=b"?", sha256=b"?",
        size_bytes=1, state="read", reading={"kind": Kind.HUMAN.value, "recipients": [], "unnamed": None}, reason="",
        mailing_id=earlier.id, account_id=earlier.account_id, received_at=core.clock.now(),
    )  # fmt: skip
    return core


async def _ledger_old(core: Core, mailing: Mailing) -> Core:
    assert isinstance(core.clock, StandingClock)
    core.clock.advance(days=15)
    return core


async def _health(core: Core, **counts: int) -> Core:
    columns = {"open_count": 100, "mailable_count": 100, "sent_week": 0, "bounced_week": 0, "reversed_week": 0,
               "paid_week": 50} | counts  # fmt: skip
    await _sql(
        core, f"INSERT INTO segment_health (segment, at, {', '.join(columns)}) VALUES ('everyone', %s,"
        f" {', '.join(['%s'] * len(columns))})", core.clock.now(), *columns.values(),
    )  # fmt: skip
    return core


async def _approved(core: Core, mailing: Mailing) -> Core:
    await Mailing.filter(id=mailing.id).update(approved_by="Mia", approved_at=core.clock.now())
    return core


async def _at(core: Core, **later: float) -> Core:
    assert isinstance(core.clock, StandingClock)
    core.clock.advance(**later)
    return core


async def _mailed(core: Core, mailing: Mailing) -> Core:
    await a_reminder(
        core, await an_invoice(core, "INV-5", account=await Account.get(id=mailing.account_id)), state="sent",
        sent_at=core.clock.now() - timedelta(days=1),
    )  # fmt: skip
    return core


async def _broken(core: Core, mailing: Mailing) -> Core:
    await _sql(
        core, "INSERT INTO breaker (provider, reason, tripped_at, until)"
        " VALUES ('acme.example', '2 complaints', %s, %s)",
        core.clock.now(), core.clock.now() + timedelta(hours=6),
    )  # fmt: skip
    return core


async def _segment_full(core: Core, mailing: Mailing) -> Core:
    await _sql(core, "UPDATE segment SET daily_cap = 2 WHERE name = 'everyone'")
    return await _spent(core, "segment:everyone", 2)


async def _spent(core: Core, lane: str, sent: int) -> Core:
    await _sql(core, "INSERT INTO lane_budget (lane, day, sent) VALUES (%s, '2026-03-10', %s)", lane, sent)
    return core


async def _domain_full(core: Core, mailing: Mailing) -> Core:
    await _spent(core, "domain:northwind.example", 7)
    return replace(core, limits=replace(core.limits, domain_cap=7, warm_up_first=0))


SITUATIONS: dict[str, Stop] = {
    "paid since": _paid,
    "nothing open": _written_off,
    "reminders ended": _ended,
    "veto": _vetoed,
    "instalment paid": _instalment_paid,
    "plan ended": _plan_cancelled,
    "account excluded": _excluded,
    "debit under way": _debit,
    "hold": _held,
    "paused": _promised,
    "account in credit": _in_credit,
    "not due yet": _due_later,
    "contact removed": _removed,
    "suppressed": _bounced,
    "opted out": _opted_out,
    "outdated": _outdated,
    "approval": _shadow,
    "stale approval": _stale_approval,
    "gate": _maintenance,
    "conversation": _wrote,
    "ledger too old": _ledger_old,
    "segment coverage": lambda core, _: _health(core, mailable_count=89),
    "segment reversals": lambda core, _: _health(core, reversed_week=3),
    "undo": _approved,
    "weekend": lambda core, _: _at(core, days=4),
    "holiday": lambda core, _: _at(core, days=24),
    "quiet hours": lambda core, _: _at(core, hours=8),
    "contact rest": _mailed,
    "breaker": _broken,
    "segment cap": _segment_full,
    "domain cap": _domain_full,
    "warm-up": lambda core, _: _spent(core, f"domain:{lanes.sending_domain(core)}", 50),
}
"""For each guardrail what has to happen between planning and sending for it to object."""


@pytest.fixture(autouse=True)
async def segment_as_shipped(core: Core) -> Any:
    """Take away the cap that a test gave to the shipped segment."""
    yield
    await _sql(core, "UPDATE segment SET daily_cap = NULL WHERE name = 'everyone'")
    await _sql(core, "DELETE FROM veto")


def test_every_guardrail_has_a_situation() -> None:
    assert list(SITUATIONS) == [each.name for each in guardrails.ITEMS] + [each.name for each in guardrails.MAIL]


@pytest.mark.parametrize("name", SITUATIONS)
async def test_a_mail_does_not_leave_and_keeps_the_reason(core: Core, name: str) -> None:
    mailing = await a_reminder(core)
    if name == "holiday":
        core = replace(core, limits=replace(core.limits, ledger_max_age=timedelta(0)))
    core = await SITUATIONS[name](core, mailing)

    before = await sending.addressed(core, mailing_id=mailing.id)
    binding = await sending.begin(core, mailing_id=mailing.id)

    found = await Mailing.get(id=mailing.id)
    kind = await core.database.rows(
        "SELECT kind, fact->>'why' AS why, fact->>'guardrail' AS guardrail FROM timeline_entry"
        " WHERE kind IN ('letter.held', 'letter.withheld', 'letter.returned')"
    )
    assert (before, binding) == (None, None)
    assert len(kind) == 1, "it is told once, though it was looked at twice"
    assert kind[0]["why"]
    match found.state:
        case "queued":
            assert (found.waits, kind[0]["guardrail"]) == (name, name)
            assert found.not_before is not None
            assert found.not_before > core.clock.now()
        case "withheld":
            assert sentences.said(kind[0]["why"]) in found.reason
        case "drafted":
            assert found.needs
            assert found.approved_at is None
        case other:
            pytest.fail(f"the mail is {other}")


async def test_a_mail_against_which_nothing_speaks_leaves(core: Core) -> None:
    mailing = await a_reminder(core)

    envelope = await sending.addressed(core, mailing_id=mailing.id)
    mail = await sending.begin(core, mailing_id=mailing.id)

    assert envelope is not None
    assert mail is not None
    assert (await Mailing.get()).state == "sending"
    assert (await core.database.row("SELECT sent FROM lane_budget")) == {"sent": 1}


async def test_an_instalment_of_a_running_plan_is_asked_for(core: Core) -> None:
    mailing = await a_reminder(core)
    await _a_plan(core, mailing)

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert "60" in mail.letter.text


async def test_a_disputed_part_pauses_only_itself(core: Core) -> None:
    mailing = await a_reminder(core)
    await _sql(
        core, "INSERT INTO dispute (id, invoice_id, account_id, currency, amount_minor, reason_code, description,"
        " state, sla_due_at, sla_risk_at, source, filed_by, created_at) VALUES"
        " (%s, %s, %s, 'EUR', 2500, 'quality', 'broken', 'open', %s, %s, 'portal', 'Anna', %s)",
        uuid4(), mailing.invoice_id, mailing.account_id, *[core.clock.now()] * 3,
    )  # fmt: skip

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert "100" in mail.letter.text


async def test_one_invoice_is_taken_out_and_the_others_are_asked_for(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    first = await an_invoice(core, "INV-1", account=account, days_past_due=30)
    second = await an_invoice(core, "INV-2", account=account, days_past_due=8)
    mailing = await a_reminder(core, first, second)
    await paid(core, first)

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert "INV-2" in mail.letter.text
    assert "INV-1" not in mail.letter.text
    items = {each.invoice_id: each for each in await MailingItem.all()}
    assert (items[first.id].state, items[second.id].state) == ("dropped", "included")
    assert "settled" in items[first.id].reason
    found = await Mailing.get()
    assert found.invoice_id == second.id
    assert await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'invoice.left-out'")


async def test_a_step_is_given_back_when_its_reason_may_pass(core: Core) -> None:
    mailing = await a_reminder(core)
    await _promised(core, mailing)

    await sending.begin(core, mailing_id=mailing.id)

    enrolment = await Enrolment.get()
    assert enrolment.last_position == 2
    assert "a promise over 125.00 EUR runs until" in enrolment.held
    assert (await MailingItem.get()).state == "dropped"


async def test_a_step_that_another_contact_got_is_not_given_back(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    ben = await a_contact(core, account, "ben@acme.example")
    invoice = await an_invoice(core, account=account)
    await a_reminder(core, invoice, contact=ben, state="sent", sent_at=core.clock.now())
    mailing = await a_reminder(core, invoice)
    await _bounced(core, mailing)

    await sending.begin(core, mailing_id=mailing.id)

    assert (await Enrolment.get()).last_position == 3


async def test_a_step_to_a_dead_address_is_given_back_for_the_next_contact(core: Core) -> None:
    mailing = await a_reminder(core)
    await _bounced(core, mailing)

    await sending.begin(core, mailing_id=mailing.id)

    assert (await Enrolment.get()).last_position == 2


async def test_an_item_keeps_its_reason_when_its_mail_is_withheld(core: Core) -> None:
    mailing = await a_reminder(core)
    await _removed(core, mailing)

    await sending.begin(core, mailing_id=mailing.id)

    assert (await MailingItem.get()).reason == "the contact was removed"
    assert (await Mailing.get()).reason.endswith("not sent: the contact was removed")


async def test_a_wait_is_told_once_for_each_guardrail(core: Core, clock: StandingClock) -> None:
    mailing = await a_reminder(core)
    await _maintenance(core, mailing)

    await sending.addressed(core, mailing_id=mailing.id)
    clock.advance(hours=1)
    await sending.addressed(core, mailing_id=mailing.id)
    await gates.open(core, name="maintenance", reason="done", actor=SHELL)
    clock.advance(hours=8)
    await sending.addressed(core, mailing_id=mailing.id)

    told = await core.database.rows("SELECT fact->>'guardrail' AS name FROM timeline_entry WHERE kind = 'letter.held'")
    assert [each["name"] for each in told] == ["gate", "quiet hours"]


async def test_a_mail_that_has_grown_above_the_limit_goes_to_a_person(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    small = await an_invoice(core, "INV-1", account=account, amount=Money(6_000_00, "EUR"))
    mailing = await a_reminder(core, small)
    await an_item(core, mailing, await an_invoice(core, "INV-2", account=account, amount=Money(6_000_00, "EUR")))

    await sending.begin(core, mailing_id=mailing.id)

    found = await Mailing.get()
    assert (found.state, found.needs) == ("drafted", ["high value"])
    with pytest.raises(Exception, match="needs the right"):
        await drafts.approve(core, mailing_id=found.id, actor=replace(SHELL, may=frozenset()))


async def test_an_amount_in_a_currency_without_a_rate_counts_as_high_value(core: Core) -> None:
    mailing = await a_reminder(core, await an_invoice(core, amount=Money(500, "JPY")))

    await sending.begin(core, mailing_id=mailing.id)

    assert (await Mailing.get()).needs == ["high value"]


async def test_a_step_that_was_given_back_is_planned_again_when_its_reason_is_gone(
    core: Core, clock: StandingClock
) -> None:
    await an_invoice(core)
    await planner.plan(core)
    first = await Mailing.get()
    await _promised(core, first)
    await sending.begin(core, mailing_id=first.id)
    clock.advance(hours=1)
    await planner.plan(core)
    held = await Enrolment.get()
    await _sql(core, "DELETE FROM promise")
    await Enrolment.all().update(next_action_at=clock.now())

    await planner.plan(core)

    again = await Mailing.get(state="queued")
    assert held.held.startswith("a promise over 125.00 EUR")
    assert await sending.begin(core, mailing_id=again.id) is not None


@pytest.mark.parametrize(
    "stop", [_bounced, _opted_out, _removed, _excluded, _held, _debit, _promised, _in_credit, _credited]
)
async def test_planner_and_guardrails_agree_so_that_nothing_goes_round_in_circles(
    core: Core, clock: StandingClock, stop: Stop
) -> None:
    await an_invoice(core)
    await planner.plan(core)
    await stop(core, await Mailing.get(asks=True, state="queued"))
    await sending.begin(core, mailing_id=(await Mailing.get(asks=True, state="queued")).id)

    for _ in range(3):
        clock.advance(hours=2)
        await Enrolment.all().update(next_action_at=clock.now())
        await planner.plan(core)

    assert await Mailing.filter(asks=True).count() == 1
    assert all(each.held for each in await Enrolment.all())
