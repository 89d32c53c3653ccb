"""The facts of readiness as the tables have them: mail, inbound mail, Stripe, crons and contacts at their edges."""

from datetime import timedelta
from uuid import uuid4

from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.ledger.models import Account, Contact
from domain.operations import readiness_facts
from domain.operations.crons import CRONS
from domain.operations.readiness_facts import Facts
from domain.operations.readiness_ports import PaymentSetup
from domain.pay_links import provider_events, provider_health
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.operations.readiness_world import a_book
from tests.domain.outreach.mails_made import a_reminder


async def facts(core: Core) -> Facts:
    """Read them."""
    async with core.transaction() as tx:
        return await readiness_facts.read(core, tx, setup=PaymentSetup(True), domain=None)


async def inbound(core: Core, *, state: str, **ago: float) -> None:
    """Store a mail that came in so long ago."""
    await core.database.execute(
        "INSERT INTO inbound_mail (id, envelope_from, sent_to, body, sha256, size_bytes, state, received_at)"
        " VALUES (%s, '', '{}', '', %s, 0, %s, %s)",
        (uuid4(), uuid4().bytes, state, core.clock.now() - timedelta(**ago)),
    )


async def suppressed(core: Core, mailing: Mailing, reason: str) -> None:
    """Store what a mail of ours drew."""
    await core.database.execute(
        "INSERT INTO suppression (id, address, address_key, reason, state, mailing_id, rule, diagnostic, created_at)"
        " VALUES (%s, %s, %s, %s, 'active', %s, '', '', %s)",
        (uuid4(), mailing.address, f"{uuid4()}@bad.example", reason, mailing.id, core.clock.now()),
    )


async def test_contacts_are_counted_by_open_invoices_of_active_customers(core: Core) -> None:
    await a_book(core, reachable=2, unreachable=1)
    other = await Account.get(name="Customer 0")
    await other.move("exclude")
    await Contact.filter(email="ap1@customer.example").update(role="other")

    found = await facts(core)

    assert (found.open_count, found.mailable_count) == (2, 0)


async def test_the_invoice_of_the_test_is_not_counted(core: Core) -> None:
    invoice = await an_invoice(core)
    await invoice.move("mark as test")

    assert (await facts(core)).open_count == 0


async def test_mail_that_waits_to_be_read_is_stuck_after_a_quarter_of_an_hour(core: Core) -> None:
    await inbound(core, state="stored", minutes=15)
    assert (await facts(core)).inbound.stuck == 0

    await inbound(core, state="stored", minutes=16)
    await inbound(core, state="read", hours=20)

    assert (await facts(core)).inbound.stuck == 1


async def test_bounces_of_the_week_are_counted_with_their_domains(core: Core) -> None:
    mailing = await a_reminder(core, state="sent")
    await Mailing.filter(id=mailing.id).update(sent_at=core.clock.now() - timedelta(days=6))
    for _ in range(3):
        await suppressed(core, mailing, "hard bounce")

    found = await facts(core)

    assert (found.mail.sent, found.mail.hard) == (1, 3)
    assert found.worst == (("acme.example", 3, 0),)


async def test_what_was_odd_is_held_against_stripe_until_something_right_comes(
    core: Core, clock: StandingClock
) -> None:
    await provider_health.note_odd(core, "events of test mode arrive", remedy="remove it")
    before = (await facts(core)).payments
    clock.advance(minutes=1)
    await provider_events.store(core, event_id="evt_1", kind="customer.created", object_id="cus_1", body=b"{}")
    after = (await facts(core)).payments

    assert (before.odd, before.odd_before) == ("events of test mode arrive", "")
    assert (after.odd, after.odd_before) == ("", "events of test mode arrive")


async def test_a_checkout_of_which_nothing_is_heard_is_held_against_the_webhook_in_time(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core)
    contact = await Contact.get(account_id=invoice.account_id)
    link = uuid4()
    await core.database.execute(
        "INSERT INTO pay_link (id, invoice_id, contact_id, state, issued_at, last_active_at)"
        " VALUES (%(id)s, %(invoice)s, %(contact)s, 'used', %(now)s, %(now)s)",
        {"id": link, "invoice": invoice.id, "contact": contact.id, "now": clock.now()},
    )
    await core.database.execute(
        "INSERT INTO checkout (id, link_id, invoice_id, state, currency, amount_minor, order_terms, session_id,"
        " expires_at, created_at, checked_at)"
        " VALUES (%(id)s, %(link)s, %(invoice)s, 'open', 'EUR', 12500, '{}', 'cs_1', %(now)s, %(now)s, %(now)s)",
        {"id": uuid4(), "link": link, "invoice": invoice.id, "now": clock.now()},
    )

    clock.advance(hours=26)
    in_time = (await facts(core)).payments.unheard_since
    clock.advance(seconds=1)
    late = (await facts(core)).payments.unheard_since

    assert in_time is None
    assert late == clock.now() - timedelta(hours=26, seconds=1)


async def test_crons_that_did_not_run_while_others_did_are_late(core: Core, clock: StandingClock) -> None:
    for cron in CRONS:
        if cron.name != "plan-reminders":
            await core.database.execute(
                "INSERT INTO cron_run (cron, slot, at) VALUES (%s, %s, %s)", (cron.name, clock.now(), clock.now())
            )
    clock.advance(minutes=14)
    assert (await facts(core)).late_crons == ()

    clock.advance(minutes=12)

    assert "plan-reminders" in (await facts(core)).late_crons
    assert "forget-old" not in (await facts(core)).late_crons
