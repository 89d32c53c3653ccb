"""The gate from end to end: what would leave by itself waits with its reason, is counted, and leaves in the end."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.operations import readiness, readiness_accounts, readiness_judging
from domain.outreach import sending, waiting
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.operations.readiness_world import FakeWorld, a_contact_for
from tests.domain.outreach.mails_made import a_reminder


async def _judge(core: Core) -> readiness.Board:
    await readiness_judging.judge(core, surroundings=FakeWorld())
    return await readiness.board(core)


async def _sends(core: Core) -> int:
    row = await core.database.row("SELECT count(*) AS n FROM procrastinate_jobs WHERE task_name = 'send_mailing'")
    return int(row["n"]) if row else 0


async def test_drafts_wait_with_their_amount_and_leave_when_the_check_passes(core: Core) -> None:
    core = replace(core, limits=replace(core.limits, rates={"USD": Decimal("0.9")}))
    euros = await a_reminder(core)
    dollars = await a_reminder(core, await an_invoice(core, "INV-2", email="b@b.example", amount=Money(500_00, "USD")))
    await an_invoice(core, "LOST-1", account=await an_account(core, "Lost Ltd"))
    await _judge(core)

    for each in (euros, dollars):
        assert await sending.begin(core, mailing_id=each.id) is None
    held = await _judge(core)
    reasons = {each.waits_reason for each in await Mailing.all()}
    await a_contact_for(core, "LOST-1")
    ready = await _judge(core)
    await waiting.release(core)

    assert held.held.mails == 2
    assert set(held.held.sums) == {Money(125_00, "EUR"), Money(500_00, "USD")}
    assert reasons == {"readiness: not ready: contacts"}
    assert not ready.closed
    assert await _sends(core) == 2
    assert await sending.begin(core, mailing_id=euros.id) is not None


async def test_what_a_person_approved_leaves_all_the_same(core: Core) -> None:
    mailing = await a_reminder(core)
    await an_invoice(core, "LOST-1", account=await an_account(core, "Lost Ltd"))
    await _judge(core)
    await Mailing.filter(id=mailing.id).update(approved_at=core.clock.now() - timedelta(hours=1), approved_by="Clara")

    assert await sending.begin(core, mailing_id=mailing.id) is not None


async def test_two_contacts_of_one_invoice_hold_its_amount_once(core: Core) -> None:
    invoice = await an_invoice(core)
    second = await a_contact_for(core, invoice.number)
    await a_reminder(core, invoice)
    await a_reminder(core, invoice, contact=second)
    await an_invoice(core, "LOST-1", account=await an_account(core, "Lost Ltd"))
    await _judge(core)
    for each in await Mailing.all():
        await sending.begin(core, mailing_id=each.id)

    board = await _judge(core)

    assert (board.held.mails, board.held.sums) == (2, (Money(125_00, "EUR"),))


async def test_customers_without_contact_come_by_exposure_whatever_the_currency(core: Core) -> None:
    for name, amount in (("Small", Money(10_00, "EUR")), ("Yen", Money(90_000, "JPY")), ("Big", Money(700_00, "EUR"))):
        account = await an_account(core, name)
        await an_invoice(core, f"I-{name}", account=account, amount=amount)
    known = await an_account(core, "Known")
    await a_contact(core, known)
    await an_invoice(core, "I-K", account=known)

    found, total = await readiness_accounts.lacking(core, actor=SHELL, limit=2)

    assert [each.name for each in found] == ["Yen", "Big"]
    assert total == 3
