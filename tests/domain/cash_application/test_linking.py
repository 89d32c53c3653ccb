"""Linking: an advice finds its payment by more than the amount, and only where nothing else could be meant."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.cash_application import linking
from domain.cash_application.linking import Pair
from domain.cash_application.models import BankLine, PayerAlias, Remittance, RemittanceLine
from domain.kernel.core import Core
from domain.ledger.models import ImportBatch
from tests.builders import an_account


async def a_line(
    core: Core, *, payer: str = "ACME GMBH", text: str = "", minor: int = 228650, day: date = date(2026, 3, 9),
    payer_key: str = "", currency: str = "EUR",
) -> BankLine:  # fmt: skip
    """Store a bank line."""
    batch = await ImportBatch.first() or await ImportBatch.create(
        id=uuid4(), kind="bank", file_name="x", sha256="", counts={}, actor="x", created_at=core.clock.now()
    )
    return await BankLine.create(
        id=uuid4(), batch_id=batch.id, line=1, key=uuid4().hex, booked_on=day, currency=currency, amount_minor=minor,
        payer_name=payer, payer_key=payer_key, reference=text, state="new", created_at=core.clock.now(),
    )  # fmt: skip


async def an_advice(
    core: Core, *, payer: str = "", account_id: UUID | None = None, numbers: tuple[str, ...] = ("INV-1042",),
    source: str = "file", paid_on: date | None = date(2026, 3, 5), minor: int = 228650,
) -> Remittance:  # fmt: skip
    """Store an advice that was read."""
    advice = await Remittance.create(
        id=uuid4(), source=source, file_name="a.pdf", content_type="application/pdf", sha256=uuid4().bytes, body=b"x",
        account_id=account_id, payer_name=payer, currency="EUR", total_minor=minor, paid_on=paid_on, state="read",
        created_at=core.clock.now(),
    )  # fmt: skip
    for place, number in enumerate(numbers, 1):
        await RemittanceLine.create(
            id=uuid4(), remittance_id=advice.id, position=place, number=number, number_key=number.lower()
        )
    return advice


async def linked_to(line: BankLine) -> UUID | None:
    """Return the advice that the line has now."""
    return (await BankLine.get(id=line.id)).remittance_id


async def test_the_same_total_and_payer_belong_together(core: Core) -> None:
    line, advice = await a_line(core), await an_advice(core, payer="Acme GmbH")

    assert await linking.link(core) == 1

    assert await linked_to(line) == advice.id


async def test_a_number_of_the_advice_in_the_payments_text_is_enough(core: Core) -> None:
    line, advice = await a_line(core, payer="", text="Avis: INV 1042 u.a."), await an_advice(core)

    await linking.link(core)

    assert await linked_to(line) == advice.id


async def test_a_bank_account_by_which_the_customer_has_paid_is_enough(core: Core) -> None:
    account = await an_account(core, "Acme Holding")
    await PayerAlias.create(id=uuid4(), account_id=account.id, key="1:ab", last_at=core.clock.now())
    line, advice = await a_line(core, payer="", payer_key="1:ab"), await an_advice(core, account_id=account.id)

    await linking.link(core)

    assert await linked_to(line) == advice.id


async def test_the_amount_alone_links_nothing(core: Core) -> None:
    line = await a_line(core, payer="Somebody Else")
    await an_advice(core, payer="Acme GmbH")

    assert await linking.link(core) == 0

    assert await linked_to(line) is None


async def test_a_mail_that_bears_the_payers_name_and_lists_other_invoices_links_nothing(core: Core) -> None:
    mallory = await an_account(core, "Mallory Ltd")
    line = await a_line(core, payer="ACME GMBH")
    await an_advice(core, payer="Acme GmbH", account_id=mallory.id, source="mail", numbers=("INV-666",))

    assert await linking.link(core) == 0

    assert await linked_to(line) is None


async def test_a_mailed_advice_of_the_customers_own_invoices_is_linked(core: Core) -> None:
    account = await an_account(core, "Acme GmbH")
    line, advice = await a_line(core), await an_advice(core, account_id=account.id, source="mail")

    await linking.link(core)

    assert await linked_to(line) == advice.id


async def test_of_two_payments_that_it_could_be_neither_is_chosen(core: Core) -> None:
    lines = [await a_line(core), await a_line(core)]
    await an_advice(core, payer="Acme GmbH")

    assert await linking.link(core) == 0

    assert [await linked_to(line) for line in lines] == [None, None]


async def test_a_number_decides_between_two_payments_of_one_amount(core: Core) -> None:
    first, second = await a_line(core), await a_line(core, text="INV-1042")
    advice = await an_advice(core, payer="Acme GmbH")

    await linking.link(core)

    assert (await linked_to(first), await linked_to(second)) == (None, advice.id)


@pytest.mark.parametrize(
    ("currency", "minor", "day"),
    [
        ("USD", 228650, date(2026, 3, 9)),
        ("EUR", 228651, date(2026, 3, 9)),
        ("EUR", 228650, date(2026, 4, 9)),
        ("EUR", 228650, date(2026, 2, 9)),
    ],
)
async def test_another_currency_amount_or_time_is_another_payment(
    core: Core, currency: str, minor: int, day: date
) -> None:
    line = await a_line(core, currency=currency, minor=minor, day=day)
    await an_advice(core, payer="Acme GmbH")

    assert await linking.link(core) == 0

    assert await linked_to(line) is None


async def test_a_second_run_changes_nothing(core: Core) -> None:
    line, advice = await a_line(core), await an_advice(core, payer="Acme GmbH")
    await linking.link(core)

    assert await linking.link(core) == 0

    assert await linked_to(line) == advice.id


def test_what_two_could_have_goes_to_none() -> None:
    one, two, line = uuid4(), uuid4(), uuid4()
    pairs = [Pair(line, one, near=True, same_number=False, same_payer=True),
             Pair(line, two, near=True, same_number=False, same_payer=True)]  # fmt: skip

    assert linking.unique(pairs) == []
