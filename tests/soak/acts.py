"""Acts: what customers, banks and operators do while the engine runs, each through the product's own functions."""

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

from domain.deliverability import inbound
from domain.kernel.actor import SHELL
from domain.kernel.clock import local_date
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal
from domain.ledger import contacts, csv_import, payments
from domain.ledger.models import Invoice, Payment
from sandbox import mail_answers
from tests.soak import operators
from tests.soak.relay import Letter
from tests.soak.stage import Stage, an_invoice

REPLIES = (
    "We will pay on Friday.",
    "We have paid this last week, please check.",
    "The quantity is wrong, we will not pay this.",
    "Merci, c'est noté.",
    "Bitte rufen Sie mich an.",
)


Act = Callable[[Stage], Awaitable[str | None]]
"""Plays, and says in a word what it did; None when there was nothing to do it with."""


async def pays(stage: Stage) -> str | None:
    """Somebody pays by card: all, a part, or too much."""
    chosen = await an_invoice(stage)
    if chosen is None:
        return None
    share = stage.chance.choice((1.0, 1.0, 1.0, 1.0, 0.3, 0.6, 1.4))
    async with stage.core.transaction() as tx:
        invoice = await Invoice.locked(id=chosen["id"])
        if invoice is None or invoice.state != "open":
            return None
        await payments.receive(
            stage.core,
            tx,
            invoice=invoice,
            amount=Money(max(1, int(invoice.open_minor * share)), invoice.currency),
            source="stripe",
            object_id=f"ch_{uuid4().hex}",
            method="card",
            received_on=local_date(stage.core.clock, stage.core.merchant.zone),
            actor=SHELL,
        )
    return "paid" if share == 1 else "paid a part" if share < 1 else "paid too much"


async def takes_back(stage: Stage) -> str | None:
    """A payment is charged back or refunded, whole or in part."""
    count = await stage.core.database.row("SELECT count(*) AS n FROM payment WHERE kind = 'payment'")
    if count is None or not count["n"]:
        return None
    chosen = await stage.core.database.row(
        "SELECT p.id, a.invoice_id FROM payment p JOIN allocation a ON a.payment_id = p.id WHERE p.kind = 'payment'"
        " ORDER BY p.created_at, p.id OFFSET %s LIMIT 1",
        (stage.chance.randrange(count["n"]),),
    )
    if chosen is None:
        return None
    async with stage.core.transaction() as tx:
        invoice = await Invoice.locked(id=chosen["invoice_id"])
        payment = await Payment.get(id=chosen["id"])
        assert invoice is not None
        await payments.reverse(
            stage.core,
            tx,
            invoice=invoice,
            payment=payment,
            kind=stage.chance.choice(("refund", "chargeback")),
            amount=Money(payment.amount_minor, payment.currency),
            object_id=f"re_{uuid4().hex}",
            received_on=local_date(stage.core.clock, stage.core.merchant.zone),
            actor=SHELL,
        )
    return "payment reversed"


async def comes_back(stage: Stage) -> str | None:
    """A mail that arrived comes back: it bounces, is answered, complained about or unsubscribed from."""
    if not stage.relay.letters:
        return None
    letter: Letter = stage.chance.choice(stage.relay.letters)
    kind = stage.chance.choice(
        ("user-unknown", "mailbox-full", "mailbox-full", "spam-block", "delayed", "reply", "reply", "absence",
         "complaint")
    )  # fmt: skip
    sent = mail_answers.Sent(letter.envelope_from, letter.recipient, letter.raw)
    now = stage.core.clock.now()
    match kind:
        case "reply":
            answer = mail_answers.reply(sent, stage.chance.choice(REPLIES), at=now)
        case "absence":
            answer = mail_answers.absence(sent, until=now + timedelta(days=stage.chance.randint(2, 12)), at=now)
        case "complaint":
            if stage.chance.random() < 0.7:
                return None  # few complain
            answer = mail_answers.complaint(sent, at=now)
        case _:
            answer = mail_answers.bounce(sent, kind, at=now)
    await inbound.store(stage.core, envelope_from=answer.envelope_from, sent_to=(answer.recipient,), body=answer.raw)
    return f"mail came back: {kind}"


async def contact_leaves(stage: Stage) -> str | None:
    """A contact is removed, and now and then a new one comes."""
    customer = stage.chance.choice(stage.world.customers)
    if stage.chance.random() < 0.6:
        customer, address = stage.world.new_contact(customer.number)
        text = (
            "Customer Number,Customer Name,Contact Name,Contact Email\n"
            f"{customer.number},{customer.name},Kim New,{address}\n"
        )
        request = csv_import.ImportRequest(kind="contacts", file_name="c.csv", stream=io.BytesIO(text.encode()))
        await csv_import.apply(stage.core, request, actor=SHELL)
        return "new contact"
    row = await stage.core.database.row(
        "SELECT c.email FROM contact c JOIN account a ON a.id = c.account_id"
        " WHERE a.number = %s AND c.state = 'active' ORDER BY c.email_key LIMIT 1",
        (customer.number,),
    )
    if row is None:
        return None
    await contacts.remove(stage.core, account=customer.number, email=row["email"], actor=SHELL)
    return "contact removed"


ACTS: tuple[tuple[float, Act], ...] = (
    (20, pays),
    (0.6, takes_back),  # were more than one payment in twenty to go back, Autopilot would stand still all year
    (12, comes_back),
    (2, contact_leaves),
    (6, operators.promise),
    (4, operators.plan),
    (5, operators.dispute),
    (3, operators.hold),
    (12, operators.desk),
    (2, operators.strike),
    (2, operators.nudge),
    (2, operators.lift),
    (1, operators.gate),
    (1, operators.policy),
)
"""What happens, and how often."""


async def play(stage: Stage, acts: tuple[tuple[float, Act], ...]) -> str:
    """Play one act; what the product declines is an answer too."""
    act = stage.chance.choices([each for _, each in acts], [weight for weight, _ in acts])[0]
    try:
        return await act(stage) or f"nothing to do for {act.__name__}"
    except Refusal as no:
        return f"{act.__name__} declined: {type(no).__name__}"


async def import_ledger(stage: Stage, *, first: bool = False) -> None:
    """Import what was sold today, and a few payments that only the ERP knows of."""
    today = local_date(stage.core.clock, stage.core.merchant.zone)
    if first:
        text = stage.world.contacts()
        request = csv_import.ImportRequest(kind="contacts", file_name="contacts.csv", stream=io.BytesIO(text.encode()))
        await csv_import.apply(stage.core, request, actor=SHELL)
        text = stage.world.first_ledger(today)
    else:
        paid: dict[str, str] = {}
        for _ in range(2):
            chosen = await an_invoice(stage)
            if chosen is not None and stage.chance.random() < 0.7:
                left = 0 if stage.chance.random() < 0.7 else chosen["open_minor"] // 2
                paid[chosen["number"]] = f"{left // 100}.{left % 100:02}"
        text = stage.world.ledger_of(today, paid)
        if text.count("\n") < 2:
            return
    request = csv_import.ImportRequest(kind="invoices", file_name="ledger.csv", stream=io.BytesIO(text.encode()))
    await csv_import.apply(stage.core, request, actor=SHELL)
