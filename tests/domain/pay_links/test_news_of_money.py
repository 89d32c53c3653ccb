"""Money that moved once is told once, and of what is left of it there is one piece of news with one task."""

from domain.casework import tasks
from domain.casework.models import Task
from domain.cash_application import decisions
from domain.kernel.core import Core
from domain.kernel.events import EVENTS, Event
from domain.pay_links import reconciling, strays
from tests.builders import an_account, an_invoice
from tests.domain.cash_application.lines import a_bank_line
from tests.domain.ledger.people import OPAL
from tests.domain.ledger.test_payments import euros, receive
from tests.domain.pay_links.test_strays import a_stray


async def told_to_operators(core: Core) -> list[Event]:
    """Return the events that the operators are told of, oldest first."""
    rows = await core.database.rows(
        "SELECT t.kind, t.fact FROM procrastinate_jobs j JOIN timeline_entry t ON t.id = (j.args->>'entry_id')::bigint"
        " WHERE j.task_name = 'tell_operators' ORDER BY t.id"
    )
    return [EVENTS[row["kind"]].model_validate(row["fact"]) for row in rows]


async def tasks_opened(core: Core) -> list[str]:
    """Run the jobs that open tasks, and return the reasons."""
    rows = await core.database.rows(
        "SELECT args->>'entry_id' AS id FROM procrastinate_jobs WHERE task_name = 'open_task'"
    )
    for row in rows:
        await tasks.open_task(core, entry_id=int(row["id"]))
    return [each.reason for each in await Task.all()]


async def test_the_rest_of_a_bank_line_is_one_piece_of_news_and_one_task(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=euros(12_500))
    line = await a_bank_line(core, "for something", euros(13_000))

    answer = await decisions.apply(core, line_id=line.id, parts=[decisions.NamedPart("INV-1042")], actor=OPAL)

    assert answer.told().endswith("on INV-1042; 5.00 EUR stay unapplied")
    assert [event.kind for event in await told_to_operators(core)] == [
        "payment.received", "invoice.settled", "cash.unapplied",
    ]  # fmt: skip
    assert await tasks_opened(core) == ["5.00 EUR by bank transfer fits no invoice"]


async def test_a_bank_line_that_is_kept_is_one_piece_of_news_and_one_task(core: Core) -> None:
    account = await an_account(core, "Acme Ltd")
    line = await a_bank_line(core, "for something", euros(13_000))

    await decisions.keep_unapplied(core, line_id=line.id, account=account.name, actor=OPAL)

    assert [event.kind for event in await told_to_operators(core)] == ["cash.unapplied"]
    assert await tasks_opened(core) == ["130.00 EUR by bank transfer fits no invoice"]


async def test_a_surplus_at_stripe_is_one_piece_of_news_and_one_task(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=euros(12_500))

    await receive(core, "INV-1042", 13_000)

    assert [event.kind for event in await told_to_operators(core)] == [
        "payment.received", "invoice.settled", "payment.surplus",
    ]  # fmt: skip
    assert await tasks_opened(core) == ["5.00 EUR more than was open on INV-1042"]


async def test_money_that_a_person_books_is_told_as_the_payment_that_it_is_and_not_again(core: Core) -> None:
    await an_invoice(core, "INV-7", amount=euros(12_500))
    stray = await a_stray(core)
    await reconciling.tell_strays(core)

    await strays.book(core, stray_id=stray, invoice_number="INV-7", actor=OPAL)

    assert [event.kind for event in await told_to_operators(core)] == [
        "stray.found", "payment.received", "invoice.settled",
    ]  # fmt: skip
