"""The timeline keeps every fact for ever, and what follows from a fact is queued with it or not at all."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from domain.kernel import request_ids, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import EVENTS, Event, by
from domain.kernel.money import Money
from domain.ledger.events import InvoiceSettled, ReceiptIssued
from domain.ledger.models import Invoice
from plixo import wiring
from tests.builders import an_invoice
from tests.clocks import START


def settled(invoice: Invoice) -> InvoiceSettled:
    """Return the fact that an invoice is settled."""
    about = {"invoice_id": invoice.id, "invoice_number": invoice.number, "account_id": invoice.account_id}
    return InvoiceSettled(**about, total=invoice.total, **by(SYSTEM, START))


async def recorded(core: Core, event: Event) -> int:
    """Record one event in a transaction of its own."""
    async with core.transaction() as tx:
        return await timeline.record(core, tx, event)


async def test_a_fact_is_read_back_as_it_was_recorded(core: Core) -> None:
    event = settled(await an_invoice(core))

    with request_ids.serving("abcdefghjk"):
        number = await recorded(core, event)

    assert await timeline.entry(core, number) == timeline.Entry(number, "abcdefghjk", event)


async def test_an_invoices_history_is_its_own_and_in_order(core: Core) -> None:
    one, other = await an_invoice(core, "INV-1"), await an_invoice(core, "INV-2")
    for invoice in (one, other, one, one):
        await recorded(core, settled(invoice))

    history = await timeline.of_invoice(core, one.id, limit=2)

    assert [each.id for each in history] == [3, 4]


async def test_what_follows_from_a_fact_is_queued_with_it(core: Core) -> None:
    number = await recorded(core, settled(await an_invoice(core)))

    queued = await core.database.rows("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
    assert [each["task_name"] for each in queued] == [each.job for each in wiring.NOTICES[InvoiceSettled]]
    assert {each["args"]["entry_id"] for each in queued} == {number}


async def test_a_rolled_back_fact_leaves_no_trace_and_no_job(core: Core) -> None:
    event = settled(await an_invoice(core))

    async def failing() -> None:
        async with core.transaction() as tx:
            await timeline.record(core, tx, event)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await core.database.rows("SELECT id FROM timeline_entry") == []
    assert await core.database.rows("SELECT id FROM procrastinate_jobs") == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE timeline_entry SET actor = 'nobody'", "DELETE FROM timeline_entry", "TRUNCATE timeline_entry"],
)
async def test_the_past_cannot_be_changed(core: Core, statement: str) -> None:
    await recorded(core, settled(await an_invoice(core)))

    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        await core.database.execute(statement)


async def test_the_past_cannot_be_changed_while_an_import_checks_its_keys_by_sets(core: Core) -> None:
    await recorded(core, settled(await an_invoice(core)))

    async def removed() -> None:
        async with core.transaction() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            await tx.execute("DELETE FROM timeline_entry")

    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        await removed()


async def test_a_text_from_outside_with_a_nul_is_recorded_all_the_same(core: Core) -> None:
    invoice = await an_invoice(core)
    event = ReceiptIssued(
        invoice_id=invoice.id,
        invoice_number="INV\0-1 \\u0000",
        account_id=invoice.account_id,
        receipt_number="R-1",
        payment_id=invoice.id,
        amount=invoice.total,
        **by(SYSTEM, START),
    )

    number = await recorded(core, event)

    assert "R-1" in (await timeline.entry(core, number)).event.told()


VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    Money: st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"])),
    AwareDatetime: st.just(START),
    UUID: st.uuids(),
    int: st.integers(-1000, 1000),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    tuple[UUID, ...]: st.lists(st.uuids(), max_size=3).map(tuple),
    tuple[str, ...]: st.lists(st.text(max_size=10), max_size=3).map(tuple),
    dict[str, Any]: st.dictionaries(st.sampled_from(["n", "of", "names"]), st.integers() | st.text(max_size=10)),
}


def value_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Return values of a field's type."""
    if annotation in VALUES:
        return VALUES[annotation]
    if get_origin(annotation) is Annotated:
        return value_of(get_args(annotation)[0])
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,):
        return st.lists(value_of(get_args(annotation)[0]), min_size=1, max_size=3).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return st.builds(
            annotation, **{name: value_of(each.annotation) for name, each in annotation.model_fields.items()}
        )
    if get_origin(annotation) in {Union, UnionType}:
        return st.one_of(*(st.none() if each is type(None) else value_of(each) for each in get_args(annotation)))
    return st.from_type(annotation)


@pytest.mark.parametrize("kind", sorted(kind for kind, event in EVENTS.items() if event in wiring.NOTICES))
@settings(max_examples=10)
@given(data=st.data())
def test_every_event_survives_its_storage_and_can_be_told(kind: str, data: st.DataObject) -> None:
    fields = {name: data.draw(value_of(field.annotation), name) for name, field in EVENTS[kind].model_fields.items()}
    event = EVENTS[kind](**fields)

    stored = EVENTS[kind].model_validate_json(event.model_dump_json())

    assert stored == event
    assert stored.told().strip()
