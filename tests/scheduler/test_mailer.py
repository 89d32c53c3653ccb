"""The mailer: real SMTP, once per step, never after payment, and nothing doubled by a crash."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context
from email.utils import parseaddr
from uuid import uuid4

import pytest
import pytest_asyncio

from domain.deliverability.models import Mailing, MailingItem, Suppression
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.transactions import Row
from domain.ledger.models import Contact
from domain.outreach import planner, writing
from domain.pay_links import links
from domain.pay_links.models import PayLink
from scheduler import mailer
from scheduler.mailer import Relay
from tests import smtp
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder
from tests.flows.stage import until


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[smtp.Relay]:
    async with smtp.relay() as handler:
        yield handler


async def test_a_due_reminder_leaves_with_a_link_and_signed_addresses(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)

    await _send(core, sink)

    mail = sink.messages()[0]
    mailing = await Mailing.get()
    return_path, recipients, _ = sink.taken[0]
    assert recipients == ["anna@acme.example"]
    assert return_path.startswith("b+")
    assert return_path.endswith("@mail.northwind.example")
    assert len(return_path.partition("@")[0]) <= 64
    assert parseaddr(mail["Reply-To"])[1].startswith("r+")
    assert mail["Message-ID"] == mailing.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert " ".join(mail["Subject"].split()) == "Invoice INV-1042: 125,00 € overdue since 3 March 2026"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    address = links.address(core, (await PayLink.get()).id)
    assert address in text.get_content()
    assert address in html.get_content()
    assert (mailing.state, mailing.sent_at) == ("sent", core.clock.now())


async def test_nothing_is_sent_twice_however_often_the_job_runs(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)

    await _send(core, sink)
    await _send(core, sink)

    assert len(sink.taken) == 1


async def test_a_payment_between_planning_and_sending_stops_the_mail(core: Core, sink: smtp.Relay) -> None:
    invoice = await an_invoice(core)
    await planner.plan(core)
    await paid(core, invoice)

    await _send(core, sink)

    assert sink.taken == []
    mailing = await Mailing.get()
    assert mailing.state == "withheld"
    assert "nothing is open" in mailing.reason


@pytest.mark.parametrize(
    ("reason", "letters_sent"), [("hard bounce", []), ("complaint", []), ("opted out", ["receipt"])]
)
async def test_a_suppression_stops_reminders_and_an_opt_out_leaves_receipts(
    core: Core, sink: smtp.Relay, reason: str, letters_sent: list[str]
) -> None:
    invoice = await an_invoice(core)
    await planner.plan(core)
    await Suppression.create(
        id=uuid4(),
        address="anna@acme.example",
        address_key="anna@acme.example",
        reason=reason,
        state="active",
        rule="test",
        diagnostic="",
        created_at=core.clock.now(),
    )
    await _send(core, sink)

    await paid(core, invoice)
    await _write_receipt(core)
    await _send(core, sink)

    assert [each.letter for each in await Mailing.filter(state="sent")] == letters_sent


async def test_a_removed_contact_is_not_mailed(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)
    await (await Contact.get()).move("remove")

    await _send(core, sink)

    assert sink.taken == []


async def test_a_relay_that_says_later_is_tried_again(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)
    sink.rcpt_answer = "450 4.2.0 greylisted"

    with pytest.raises(TryLater):
        await _send(core, sink)
    sink.rcpt_answer = "250 OK"
    await _send(core, sink)

    assert len(sink.taken) == 1


@pytest.mark.parametrize("moment", ["rcpt_answer", "data_answer"])
async def test_a_relay_that_says_never_is_believed(core: Core, sink: smtp.Relay, moment: str) -> None:
    await an_invoice(core)
    await planner.plan(core)
    setattr(sink, moment, "550 5.1.1 no such user anna@acme.example")

    await _send(core, sink)

    assert (await Mailing.get()).state == "refused"
    fact = await core.database.row("SELECT fact::text AS fact FROM timeline_entry WHERE kind = 'letter.refused'")
    assert fact is not None
    assert "550 5.1.1" in fact["fact"]
    assert "anna@acme.example" not in fact["fact"]


async def test_a_relay_that_refuses_us_refuses_no_payer(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)
    sink.mail_answer = "550 5.7.1 sender not allowed"

    with pytest.raises(TryLater):
        await _send(core, sink)

    assert (await Mailing.get()).state == "queued"


async def test_no_relay_is_not_the_end_of_a_mail(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)

    with pytest.raises(TryLater):
        await mailer.send(core, Relay("127.0.0.1", 1, tls="none"), mailing_id=str((await Mailing.get()).id))

    assert (await Mailing.get()).state == "queued"


async def test_a_reminder_that_was_on_the_wire_when_the_process_died_is_not_repeated(
    core: Core, sink: smtp.Relay
) -> None:
    await an_invoice(core)
    await planner.plan(core)
    await (await Mailing.get()).move("send")

    await _send(core, sink)

    assert sink.taken == []
    assert (await Mailing.get()).state == "unknown"
    assert await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'letter.uncertain'")


async def test_a_reminder_whose_answer_was_lost_is_not_repeated(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)
    sink.hang_up_after_data = True

    await _send(core, sink)
    await _send(core, sink)

    assert len(sink.taken) == 1
    assert (await Mailing.get()).state == "unknown"


async def test_a_receipt_that_was_on_the_wire_when_the_process_died_is_sent_again(core: Core, sink: smtp.Relay) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)
    await _write_receipt(core)
    await (await Mailing.get()).move("send")

    await _send(core, sink)

    mail = sink.messages()[0]
    attached = next(mail.iter_attachments())
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content().startswith(b"%PDF")
    assert (await Mailing.get()).state == "sent"


async def test_a_receipt_is_queued_once_for_one_payment(core: Core) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)

    await _write_receipt(core)
    await _write_receipt(core)

    assert await Mailing.filter(letter="receipt").count() == 1


@pytest.mark.parametrize("name", ["Bcc: victim@x.example\r\nX: y", "Ann <evil@x.example>", "名前 ☃", "A" * 5000, ""])
async def test_a_hostile_name_changes_no_header(core: Core, sink: smtp.Relay, name: str) -> None:
    account = await an_account(core, "Acme")
    contact = await a_contact(core, account)
    await Contact.filter(id=contact.id).update(name=name)
    await an_invoice(core, account=account)
    await planner.plan(core)

    await _send(core, sink)

    mail = sink.messages()[0]
    assert sink.taken[0][1] == ["anna@acme.example"]
    assert mail["Bcc"] is None
    assert [each.addr_spec for each in mail["To"].addresses] == ["anna@acme.example"]


async def test_markup_in_a_name_stays_text(core: Core, sink: smtp.Relay) -> None:
    account = await an_account(core, "<script>alert(1)</script>{{ 7*7 }}")
    await a_contact(core, account)
    await Contact.all().update(name="")
    await an_invoice(core, account=account)
    await planner.plan(core)

    await _send(core, sink)

    html = sink.messages()[0].get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "{{ 7*7 }}" in html.get_content()


async def test_the_next_reminder_carries_the_same_link_while_it_is_unused(
    core: Core, sink: smtp.Relay, clock: StandingClock
) -> None:
    await an_invoice(core, days_past_due=0)
    await planner.plan(core)
    await _send(core, sink)
    clock.advance(days=6.9)
    await planner.plan(core)
    await _send(core, sink)

    assert await PayLink.all().count() == 1


async def test_a_payment_while_the_relay_looks_at_the_recipient_stops_the_mail(core: Core, sink: smtp.Relay) -> None:
    invoice = await an_invoice(core)
    await planner.plan(core)
    sink.on_rcpt = lambda: paid(core, invoice)

    await _send(core, sink)

    assert sink.taken == []
    assert (await Mailing.get()).state == "withheld"


async def test_two_workers_send_one_mail_once(core: Core, sink: smtp.Relay) -> None:
    await an_invoice(core)
    await planner.plan(core)
    mailing = await Mailing.get()

    async def send_mailing(mailing_id: str) -> None:
        await mailer.send(core, Relay("127.0.0.1", sink.port, tls="none"), mailing_id=mailing_id)

    core.jobs.bind({"send_mailing": send_mailing})
    for _ in range(3):
        async with core.transaction() as tx:
            await core.jobs.defer(tx, "send_mailing", mailing_id=str(mailing.id))
    async with asyncio.timeout(60):
        await core.jobs.work(concurrency=4, stop=asyncio.Event(), until_idle=True)

    assert len(sink.taken) == 1
    assert (await Mailing.get()).state == "sent"


async def test_a_mail_that_must_wait_opens_no_connection(core: Core, sink: smtp.Relay, clock: StandingClock) -> None:
    await an_invoice(core)
    await planner.plan(core)
    clock.advance(hours=9)

    await mailer.send(core, Relay("127.0.0.1", 1, tls="none"), mailing_id=str((await Mailing.get()).id))

    assert (await Mailing.get()).waits == "quiet hours"


async def test_what_the_relay_puts_off_joins_the_reminder_that_was_begun_meanwhile(
    core: Core, sink: smtp.Relay
) -> None:
    account = await an_account(core)
    contact = await a_contact(core, account)
    first, second = await an_invoice(core, "INV-1", account=account), await an_invoice(core, "INV-2", account=account)
    mailing = await a_reminder(core, first)

    async def begun() -> None:
        await a_reminder(core, second, contact=contact)

    sink.on_data = begun
    sink.data_answer = "451 4.3.0 not now"

    with pytest.raises(TryLater):
        await mailer.send(core, Relay("127.0.0.1", sink.port, tls="none"), mailing_id=str(mailing.id))

    states = {each.id: each.state for each in await Mailing.all()}
    items = await MailingItem.filter(state="included")
    assert states.pop(mailing.id) == "withheld"
    assert list(states.values()) == ["queued"]
    assert {each.mailing_id for each in items} == set(states)
    assert len(items) == 2


async def test_a_refusal_is_kept_with_its_provider_for_the_breaker(
    core: Core, sink: smtp.Relay, clock: StandingClock
) -> None:
    await an_invoice(core, email="anna@gmail.com")
    await planner.plan(core)
    sink.rcpt_answer = "550 5.7.1 blocked"

    await _send(core, sink)

    mailing = await Mailing.get()
    assert (mailing.provider, mailing.answer, mailing.refused_at) == ("google", "550 5.7.1", clock.now())


async def test_mails_share_a_connection_while_some_are_on_their_way(core: Core, sink: smtp.Relay) -> None:
    relay = Relay("127.0.0.1", sink.port, tls="none")
    for number in range(4):
        await an_invoice(core, f"INV-{number}", email=f"pat@c{number}.example")
    await planner.plan(core)
    waiting = [str(each.id) for each in await Mailing.all()]

    async with relay.lines.in_use():
        for mailing_id in waiting:
            await mailer.send(core, relay, mailing_id=mailing_id)

    assert len(sink.taken) == 4
    assert sink.connections == 1


async def test_a_connection_that_broke_is_replaced(core: Core, sink: smtp.Relay) -> None:
    relay = Relay("127.0.0.1", sink.port, tls="none")
    await an_invoice(core, "INV-1", email="pat@c1.example")
    await an_invoice(core, "INV-2", email="pat@c2.example")
    await planner.plan(core)
    first, second = [str(each.id) for each in await Mailing.all()]

    async with relay.lines.in_use():
        await mailer.send(core, relay, mailing_id=first)
        sink.hang_up_at_next_sender = True
        await mailer.send(core, relay, mailing_id=second)

    assert len(sink.taken) == 2
    assert [each.state for each in await Mailing.all()] == ["sent", "sent"]
    assert sink.connections == 2


async def test_a_refused_recipient_does_not_cost_the_next_mail_its_connection(core: Core, sink: smtp.Relay) -> None:
    relay = Relay("127.0.0.1", sink.port, tls="none")
    await an_invoice(core, "INV-1", email="pat@c1.example")
    await an_invoice(core, "INV-2", email="pat@c2.example")
    await planner.plan(core)
    first, second = [str(each.id) for each in await Mailing.all()]

    async with relay.lines.in_use():
        sink.rcpt_answer = "550 5.1.1 no such user"
        await mailer.send(core, relay, mailing_id=first)
        sink.rcpt_answer = "250 OK"
        await mailer.send(core, relay, mailing_id=second)

    assert sorted([each.state for each in await Mailing.all()]) == ["refused", "sent"]
    assert sink.connections == 1


async def test_mails_of_one_process_are_decided_together_and_sent_once_each(core: Core, sink: smtp.Relay) -> None:
    relay = Relay("127.0.0.1", sink.port, tls="none")
    invoices = [await an_invoice(core, f"INV-{number}", email=f"pat@c{number}.example") for number in range(6)]
    await planner.plan(core)
    await paid(core, invoices[0])
    waiting = [str(each.id) for each in await Mailing.all()] * 2

    await asyncio.gather(*(mailer.send(core, relay, mailing_id=each) for each in waiting))

    told = {recipients[0]: raw for _, recipients, raw in sink.taken}
    assert sorted(told) == [f"pat@c{number}.example" for number in range(1, 6)]
    assert len(sink.taken) == 5
    assert all(f"INV-{number}".encode() in told[f"pat@c{number}.example"] for number in range(1, 6))


async def test_of_two_reminders_to_one_address_in_a_round_one_leaves(core: Core, sink: smtp.Relay) -> None:
    relay = Relay("127.0.0.1", sink.port, tls="none")
    for name in ("Acme", "Apex"):
        account = await an_account(core, name)
        await a_contact(core, account, "shared@office.example")
        await an_invoice(core, f"INV-{name}", account=account)
    await planner.plan(core)

    await asyncio.gather(*(mailer.send(core, relay, mailing_id=str(each.id)) for each in await Mailing.all()))

    assert len(sink.taken) == 1
    ended = [(each.state, each.waits) for each in await Mailing.all()]
    assert sorted(ended) == [("queued", "contact rest"), ("sent", "")]


async def test_a_job_that_is_cancelled_while_it_is_decided_puts_the_mail_back(core: Core, sink: smtp.Relay) -> None:
    relay = Relay("127.0.0.1", sink.port, tls="none")
    await an_invoice(core)
    await planner.plan(core)
    mailing = await Mailing.get()

    async def it_is_decided() -> Row | None:
        await tx.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the activity of its first look
        return await tx.row(
            "SELECT 1 FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid"
            " WHERE NOT l.granted AND l.locktype = 'transactionid' AND s.datname = current_database()"
        )

    async with core.transaction() as tx:
        await tx.execute("SELECT 1 FROM mailing WHERE id = %s FOR UPDATE", (mailing.id,))
        sends = mailer.send(core, relay, mailing_id=str(mailing.id))
        job = asyncio.get_running_loop().create_task(sends, context=Context())
        await until(it_is_decided, missing="a decision that waits for the mailing")
        job.cancel()
    await asyncio.wait([job])

    assert job.cancelled()
    assert sink.taken == []
    assert (await Mailing.get()).state == "queued"


async def _send(core: Core, sink: smtp.Relay) -> None:
    for mailing in await Mailing.all().order_by("queued_at"):
        await mailer.send(core, Relay("127.0.0.1", sink.port, tls="none"), mailing_id=str(mailing.id))


async def _write_receipt(core: Core) -> None:
    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'payment.received'")
    assert row is not None
    await writing.write(core, entry_id=row["id"], letter="receipt")
