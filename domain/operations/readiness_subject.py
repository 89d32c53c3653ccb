"""The subject of the smoke test: a customer and an invoice that are tests themselves, and what runs leave on them.

Owed by nobody and counted nowhere; both are made at the first run and used by all.
"""

from uuid import UUID, uuid4

from domain.commitments import dispute_endings
from domain.commitments.dispute_refusals import DisputeClosed
from domain.kernel import addresses
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money, digits
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.states import AccountState, InvoiceState
from domain.operations.models import DisputeSmoke
from domain.pay_links import links
from domain.pay_links.models import PayLink, PortalSession
from domain.pay_links.states import LinkState, SessionState

NUMBER = "PLIXO-TEST"
"""Of the invoice that the test is about; no import has such a one."""

NAME = "Plixo test customer"

TAG = "test"

LOCK = 7_154_262
"""Advisory lock of whoever makes the test invoice; any number that nothing else uses."""

_LIVE = (LinkState.ACTIVE.value, LinkState.USED.value)


async def clean(core: Core) -> None:
    """Withdraw the tests that are open, and end the links and sessions of the invoice that they are about."""
    rows = await core.database.rows(
        "SELECT d.id FROM dispute d JOIN invoice i ON i.id = d.invoice_id"
        " WHERE i.state = 'test' AND d.is_test AND d.state = 'open' ORDER BY d.id LIMIT 50"
    )
    for row in rows:  # one, or a few after a crash
        try:
            await dispute_endings.withdraw(core, dispute_id=row["id"], actor=SYSTEM)
        except DisputeClosed:
            continue  # somebody else cleans as well
    live = await core.database.row(
        "SELECT i.id FROM pay_link l JOIN invoice i ON i.id = l.invoice_id"
        " WHERE i.number_key = %s AND l.state IN ('active', 'used') LIMIT 1",
        (invoices.number_key(NUMBER),),
    )
    if live is not None:
        async with core.transaction():
            await _end_links(live["id"])


async def link(core: Core, smoke_id: UUID) -> str:
    """Return a fresh link to the test invoice, which is made at the first time."""
    await clean(core)
    async with core.transaction() as tx:
        invoice, contact = await _subject(core, tx)
        issued = await links.for_each(core, tx, [(invoice.id, contact.id)])
        link_id = issued[invoice.id, contact.id]
        await DisputeSmoke.filter(id=smoke_id).update(link_id=link_id)
    return links.address(core, link_id)


async def _end_links(invoice_id: UUID) -> None:
    await Invoice.locked(id=invoice_id)
    live = await PayLink.filter(invoice_id=invoice_id, state__in=_LIVE).select_for_update()
    alive = PortalSession.filter(link_id__in=[each.id for each in live], state=SessionState.ACTIVE.value)
    for session in await alive.select_for_update():
        await session.move("end")
    for each in live:
        await each.move("replace")


async def _subject(core: Core, tx: Transaction) -> tuple[Invoice, Contact]:
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    invoice = await Invoice.locked(number_key=invoices.number_key(NUMBER))
    if invoice is None:
        invoice = await _made(core)
    assert invoice.status is InvoiceState.TEST, f"{NUMBER} is a number of our own"
    contact = await Contact.filter(account_id=invoice.account_id, state="active").first()
    assert contact is not None, "it is made with the invoice"
    return invoice, contact


async def _made(core: Core) -> Invoice:
    """Make the test's customer, contact and invoice, in the caller's transaction."""
    now, currency = core.clock.now(), core.merchant.currency
    account = await Account.create(
        id=uuid4(),
        number=NUMBER,
        name=NAME,
        name_key=NAME.casefold(),
        tags=[TAG],
        state=AccountState.EXCLUDED.value,
        created_at=now,
    )
    email = f"readiness-test@{core.merchant.mail_domain}"
    await Contact.create(
        id=uuid4(),
        account_id=account.id,
        name=NAME,
        email=email,
        email_key=addresses.key(email),
        role="other",
        state="active",
        created_at=now,
    )
    amount = Money(10 ** digits(currency), currency)
    invoice = await Invoice.create(
        id=uuid4(),
        number=NUMBER,
        number_key=invoices.number_key(NUMBER),
        account_id=account.id,
        currency=currency,
        total_minor=amount.minor,
        open_minor=amount.minor,
        due_on=local_date(core.clock, core.merchant.zone),
        state=InvoiceState.OPEN.value,
        created_at=now,
    )
    return await invoice.move("mark as test")
