"""An entry of ours that is not so at Stripe is found the next night, told with a task, and left for a person."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from domain.casework import task_endings, task_lists, tasks
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.money import Money
from domain.kernel.ports import GatewayRefused, Known, Movement
from domain.ledger import merging_accounts
from domain.ledger.models import Invoice, Payment
from domain.pay_links import doubts, provider_health, strays
from domain.pay_links.models import StrayMovement
from domain.pay_links.refusals import StrayUnbookable
from portal import jobs
from tests.builders import an_account, an_invoice
from tests.clocks import START, StandingClock
from tests.domain.ledger.people import MAX
from tests.domain.ledger.test_payments import go_back, receive
from tests.domain.pay_links.payers import told
from tests.portal.fake_gateway import FakeGateway

ALL = Money(12_500, "EUR")


@dataclass
class Nights:
    """A ledger, a provider, and one comparison a night."""

    core: Core
    clock: StandingClock
    gateway: FakeGateway

    async def pass_one(self) -> None:
        """Let a day and a night pass."""
        self.clock.advance(days=1)
        await self.compared()

    async def compared(self) -> None:
        """Run the nightly job, and the jobs that open tasks."""
        await jobs.functions(self.core, self.gateway)["compare_movements"]()
        entries = await self.core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'entry.doubted'")
        for row in entries:
            await tasks.open_task(self.core, entry_id=row["id"])

    async def reviews(self) -> list[str]:
        """Return the reasons of the open tasks to look at something."""
        page = await task_lists.page(self.core, actor=SHELL)
        return [line.reason for line in page.lines if line.kind is tasks.TaskKind.REVIEW]

    def asked(self) -> int:
        """Return how often the provider was asked about one object."""
        return self.gateway.calls.count("known")

    def shows(self, object_id: str, amount: Money = ALL, *, kind: str = "payment", days_ago: int = 0) -> None:
        """Let the provider have a movement of money."""
        of = {"payment": "payments", "refund": "refunds"}.get(kind, "disputes")
        at = self.clock.now() - timedelta(days=days_ago)
        self.gateway.moved[of].append(Movement(object_id, kind, amount, at, object_id))


@pytest_asyncio.fixture
async def nights(core: Core, clock: StandingClock) -> AsyncIterator[Nights]:
    await an_invoice(core, "INV-7", amount=ALL)
    yield Nights(core, clock, FakeGateway())


async def ledger(core: Core) -> list[tuple[str, int]]:
    rows = await core.database.rows("SELECT kind, amount_minor FROM payment ORDER BY created_at, kind")
    return [(row["kind"], row["amount_minor"]) for row in rows]


async def test_what_stripe_does_not_know_is_told_once_with_a_task_and_nothing_is_booked(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_nowhere")
    for _ in range(3):
        await nights.pass_one()

    [fact] = await told(nights.core, "entry.doubted")
    assert (fact["object_id"], fact["invoice_number"]) == ("ch_nowhere", "INV-7")
    assert await nights.reviews() == [
        "payment of 125.00 EUR (ch_nowhere) is in the ledger, and Stripe does not know it"
    ]
    assert await ledger(nights.core) == [("payment", 12_500)]
    assert (await Invoice.get()).state == "settled"
    assert await told(nights.core, "stray.found") == []


async def test_it_is_listed_without_a_way_to_book_it_and_ends_when_a_person_dismisses_it(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_nowhere")
    await nights.pass_one()
    [stray] = (await strays.waiting(nights.core, actor=SHELL)).strays
    with pytest.raises(StrayUnbookable, match=r"in the ledger already \(Stripe does not know it\)"):
        await strays.book(nights.core, stray_id=stray.id, invoice_number="INV-7", actor=SHELL)

    await strays.dismiss(nights.core, stray_id=stray.id, reason="of the account we closed", actor=SHELL)
    asked = nights.asked()
    await nights.pass_one()

    assert (stray.entered, stray.invoice_number) == (True, "INV-7")
    assert nights.asked() == asked
    assert len(await told(nights.core, "entry.doubted")) == 1


@pytest.mark.parametrize("there", [Money(12_400, "EUR"), Money(12_500, "USD")])
@pytest.mark.parametrize("days_ago", [0, 30])
async def test_another_amount_or_currency_at_stripe_is_told_with_both(
    nights: Nights, there: Money, days_ago: int
) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    nights.shows("ch_1", there, days_ago=days_ago)
    for _ in range(2):
        await nights.pass_one()

    assert await nights.reviews() == [f"payment of 125.00 EUR (ch_1) is in the ledger, and at Stripe it is {there}"]
    assert len(await told(nights.core, "entry.doubted")) == 1
    assert (await StrayMovement.get()).amount == there
    assert await ledger(nights.core) == [("payment", 12_500)]


async def test_a_payment_that_failed_at_stripe_is_told_with_its_status(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="py_1")
    nights.gateway.statuses["py_1"] = "failed"

    await nights.pass_one()

    assert await nights.reviews() == ["payment of 125.00 EUR (py_1) is in the ledger, and at Stripe it is failed"]


async def test_a_refund_that_stripe_does_not_know_is_told_about_the_invoice_of_its_payment(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    await go_back(nights.core, "INV-7", 500, of="ch_1", object_id="re_nowhere")
    nights.shows("ch_1")

    await nights.pass_one()

    [fact] = await told(nights.core, "entry.doubted")
    assert (fact["what"], fact["amount"], fact["invoice_number"]) == (
        "refund", {"minor": 500, "currency": "EUR"}, "INV-7",
    )  # fmt: skip


async def test_what_a_list_has_shown_is_never_asked_about(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    nights.shows("ch_1")
    await nights.compared()
    nights.gateway.moved["payments"].clear()

    await nights.pass_one()

    assert nights.asked() == 0
    assert await StrayMovement.all().count() == 0


async def test_what_is_older_than_the_lists_is_asked_about_once(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    nights.shows("ch_1", days_ago=40)

    for _ in range(3):
        await nights.pass_one()

    assert nights.asked() == 1
    assert await StrayMovement.all().count() == 0


async def test_a_refund_that_failed_before_a_list_showed_it_is_no_doubt(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    await go_back(nights.core, "INV-7", 500, of="ch_1", object_id="re_1")
    nights.shows("ch_1")
    nights.gateway.moved["refunds"].append(Movement("re_1", "reinstated", Money(500, "EUR"), START, "ch_1"))

    await nights.pass_one()

    assert await StrayMovement.all().count() == 0
    assert await ledger(nights.core) == [("payment", 12_500), ("refund", -500), ("reinstated", 500)]


async def test_what_was_booked_within_a_day_is_left_to_the_next_night(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    nights.clock.advance(hours=20)

    await nights.compared()

    assert nights.asked() == 0


async def test_a_doubt_is_over_when_stripe_knows_the_entry_after_all(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    await nights.pass_one()
    nights.shows("ch_1", days_ago=40)

    await nights.pass_one()

    assert (await StrayMovement.get()).state == "booked"
    assert (await strays.waiting(nights.core, actor=SHELL)).total == 0


async def test_a_key_of_another_account_is_told_as_that_and_doubts_nothing(nights: Nights) -> None:
    for number in range(doubts.ANOTHER_ACCOUNT):
        await receive(nights.core, "INV-7", 100, object_id=f"ch_{number}")

    await nights.pass_one()

    assert await StrayMovement.all().count() == 0
    problems = (await provider_health.health(nights.core)).problems
    assert "Stripe knows none of 10 of our entries" in [each.what for each in problems]


async def test_without_an_answer_nothing_is_doubted_and_it_is_asked_again(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    nights.clock.advance(days=1)
    nights.gateway.down = True
    with pytest.raises(TryLater):
        await nights.compared()
    nights.gateway.down = False

    await nights.compared()

    assert len(await told(nights.core, "entry.doubted")) == 1


async def test_a_refusal_is_no_answer(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="du_1")

    class Closed(FakeGateway):
        async def known(self, object_id: str) -> Known | None:
            raise GatewayRefused("the key may not read disputes")

    nights.gateway = Closed()

    await nights.pass_one()

    assert await StrayMovement.all().count() == 0
    assert "the key may not read disputes" in caplog.text


async def test_two_nights_at_once_tell_once(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_nowhere")
    nights.clock.advance(days=1)
    [entry] = await doubts.to_ask(nights.core)

    async def night() -> int:
        await doubts.answered(nights.core, answers=[(entry, None)])
        return await doubts.tell(nights.core)

    counts = await asyncio.gather(*(night() for _ in range(4)))

    assert sorted(counts) == [0, 0, 0, 1]
    assert await Payment.all().count() == 1


async def test_a_second_payment_of_a_customer_who_was_merged_is_told_about_its_invoice(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 12_500, object_id="ch_1")
    await receive(nights.core, "INV-7", 12_500, object_id="ch_again")  # nothing is open: it is applied nowhere
    nights.shows("ch_1")
    other = (await Invoice.get()).account_id
    kept = await an_account(nights.core, "Acme Limited")
    await merging_accounts.merge(nights.core, kept_id=kept.id, other_id=other, actor=MAX)

    await nights.pass_one()

    [fact] = await told(nights.core, "entry.doubted")
    assert (fact["object_id"], fact["invoice_number"], fact["account_id"]) == ("ch_again", "INV-7", str(kept.id))


async def test_two_doubts_about_one_invoice_are_two_tasks_and_each_ends_with_its_own(nights: Nights) -> None:
    await receive(nights.core, "INV-7", 6_000, object_id="ch_1")
    await receive(nights.core, "INV-7", 6_500, object_id="ch_2")
    for _ in range(2):
        await nights.pass_one()
    both = await nights.reviews()
    [first] = [each for each in (await strays.waiting(nights.core, actor=SHELL)).strays if each.object_id == "ch_1"]

    await strays.dismiss(nights.core, stray_id=first.id, reason="of the account we closed", actor=SHELL)
    await task_endings.end_doubts(nights.core)

    assert len(both) == 2
    assert [("ch_2" in each) for each in await nights.reviews()] == [True]
