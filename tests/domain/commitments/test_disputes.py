"""A disputed part, and only that part, is left alone; what was filed is kept, whoever sends it and however often."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.commitments import dispute_owners, dispute_queries, disputes, document_checks, documents
from domain.commitments.dispute_events import DisputeExtended, DisputeFiled
from domain.commitments.dispute_reasons import DOCUMENTS, REASONS
from domain.commitments.dispute_refusals import (
    DescriptionUnusable,
    DisputeClosed,
    DisputeNotFound,
    DisputeReasonUnknown,
    DisputeTaken,
    DisputeTooLarge,
    DocumentNotFound,
    DocumentsMissing,
    DocumentsTooMany,
    DocumentUnusable,
    NothingToDispute,
    OwnerUnusable,
)
from domain.commitments.models import Dispute, Document
from domain.commitments.parties import Source
from domain.commitments.refusals import AmountNotPositive, NotTheirs, OtherCurrency
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.people import people
from domain.people.roles import Role
from tests.builders import an_invoice, paid
from tests.domain.commitments.commitments_made import a_promise
from tests.domain.commitments.disputes_filed import JPEG, PDF, PNG, chaseable, euros, file, jobs, upload
from tests.domain.commitments.people import BEN, VERA, payer_of, stranger


async def test_complaint_8_only_the_disputed_part_pauses(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))

    event = await file(core, 4000)

    assert isinstance(event, DisputeFiled)
    assert event.amount == euros(4000)
    assert await chaseable(core, invoice.id) == 6000


async def test_complaint_8_a_dispute_of_all_leaves_nothing_to_chase(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))

    await file(core)

    assert await chaseable(core, invoice.id) == 0


async def test_complaint_21_the_disputed_cent_is_paused_and_the_other_cents_are_not(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(9999))

    await file(core, 1)

    assert await chaseable(core, invoice.id) == 9998


async def test_a_promise_over_the_same_money_does_not_stand_in_the_way(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    await a_promise(core, invoice, 10000, days=5)

    event = await file(core)

    assert isinstance(event, DisputeFiled)
    assert event.amount == euros(10000)


async def test_the_payer_is_told_and_the_operators_are(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    payer = await payer_of(invoice)

    event = await file(core, 4000, by=payer, source=Source.PORTAL)

    assert isinstance(event, DisputeFiled)
    assert event.contact_id == payer.id
    assert {("write_letter", "dispute-received"), ("tell_operators", None)} <= await jobs(core)


# A second objection -------------------------------------------------------------------------------


async def test_a_second_objection_adds_to_the_open_dispute(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    first = await file(core, 3000)

    second = await file(core, 2000, reason="duplicate", text="And two boxes were billed twice.")

    assert isinstance(second, DisputeExtended)
    assert (second.dispute_id, second.added, second.amount) == (first.dispute_id, euros(2000), euros(5000))
    assert await chaseable(core, invoice.id) == 5000
    (view,) = await dispute_queries.of_invoice(core, invoice_id=invoice.id)
    assert "pallet" in view.description
    assert "boxes" in view.description


async def test_a_second_objection_to_a_fully_disputed_invoice_is_kept_and_adds_nothing(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await file(core)

    second = await file(core, text="Nobody has answered me.")

    assert isinstance(second, DisputeExtended)
    assert (second.added, second.amount) == (euros(0), euros(10000))


async def test_complaint_2_the_same_form_sent_twice_is_one_dispute(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    payer = await payer_of(invoice)
    form: dict[str, Any] = {"reason": "wrong_quantity", "documents": (upload(),), "by": payer}

    events = await asyncio.gather(*(file(core, 3000, **form) for _ in range(4)))
    again = await file(core, 3000, **form)

    assert all(event == again for event in events)
    assert (await Dispute.get()).amount == euros(3000)
    assert await Document.all().count() == 1


async def test_after_a_dispute_is_decided_another_may_be_filed(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    first = await file(core, 3000)
    async with core.transaction():
        await (await Dispute.get(id=first.dispute_id)).move("reject")

    second = await file(core, 3000)

    assert isinstance(second, DisputeFiled)
    assert second.dispute_id != first.dispute_id


# What is refused ----------------------------------------------------------------------------------


async def test_more_than_is_open_cannot_be_disputed(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await file(core, 3000)

    with pytest.raises(DisputeTooLarge, match=r"100\.00 EUR is open .* 30\.00 EUR is disputed already"):
        await file(core, 7001, text="More.")


async def test_an_amount_of_nothing_or_in_another_currency_is_refused(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=Money(10000, "USD"))

    with pytest.raises(AmountNotPositive):
        await file(core, 0)
    with pytest.raises(OtherCurrency):
        await file(core, 100)


async def test_a_settled_invoice_cannot_be_disputed(core: Core) -> None:
    await paid(core, await an_invoice(core, "INV-1", amount=euros(10000)))

    with pytest.raises(NothingToDispute, match="settled"):
        await file(core)


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x01", "x" * 4001])
async def test_a_dispute_needs_a_description_of_a_readable_length(core: Core, text: str) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(DescriptionUnusable):
        await file(core, text=text)


async def test_an_unknown_reason_is_answered_with_the_known_ones(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(DisputeReasonUnknown, match="already_paid"):
        await file(core, reason="bad mood")


async def test_strangers_and_viewers_file_nothing(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(NotTheirs):
        await file(core, by=stranger())
    with pytest.raises(NotAllowed):
        await file(core, by=VERA)
    with pytest.raises(NotTheirs):
        await file(core, contact_id=uuid4())
    assert await Dispute.all().count() == 0


# Documents ----------------------------------------------------------------------------------------


async def test_a_payer_brings_the_documents_that_the_reason_requires(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    payer = await payer_of(invoice)

    with pytest.raises(DocumentsMissing, match="delivery note"):
        await file(core, by=payer, reason="wrong_quantity", documents=(upload(kind="other"),))
    await file(core, by=payer, reason="wrong_quantity", documents=(upload(),))

    assert await Dispute.all().count() == 1


async def test_an_operator_files_at_once_and_the_dispute_says_what_is_still_to_come(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))

    event = await file(core, reason="wrong_quantity")
    (before,) = await dispute_queries.of_invoice(core, invoice_id=invoice.id)
    added = await disputes.add_documents(
        core, dispute_id=event.dispute_id, uploads=(upload(),), actor=await payer_of(invoice)
    )

    assert before.missing == (DOCUMENTS["delivery_note"],)
    assert (added.names, added.missing) == (("note.pdf",), ())
    assert (await dispute_queries.dispute(core, dispute_id=event.dispute_id)).missing == ()


@pytest.mark.parametrize(("body", "content_type"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")])
async def test_a_file_is_what_its_content_says_and_is_kept_byte_for_byte(
    core: Core, body: bytes, content_type: str
) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    event = await file(core, documents=(upload(body, "invoice.exe"),))

    (line,) = (await dispute_queries.dispute(core, dispute_id=event.dispute_id)).documents
    await document_checks.examine(core, document_id=str(line.document_id))
    content = await documents.content(core, document_id=line.document_id)
    assert (line.content_type, content.content_type, content.body) == (content_type, content_type, body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "only PDF, PNG and JPEG"),
        (b"MZ\x90\x00", "only PDF, PNG and JPEG"),
        (b" %PDF-1.7", "only PDF, PNG and JPEG"),
        (PDF + bytes(documents.LARGEST), "10 MB"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_with_its_reason(core: Core, body: bytes, why: str) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(DocumentUnusable, match=why):
        await file(core, documents=(upload(body),))

    assert await Dispute.all().count() == 0


async def test_there_are_limits_to_the_number_of_files(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    five = tuple(upload(PDF + bytes([each])) for each in range(5))
    event = await file(core, documents=five)

    with pytest.raises(DocumentsTooMany):
        await file(core, documents=(*five, upload()))
    for batch in range(1, 4):
        more = tuple(upload(PDF + bytes([batch, each])) for each in range(5))
        await disputes.add_documents(core, dispute_id=event.dispute_id, uploads=more, actor=BEN)
    with pytest.raises(DocumentsTooMany):
        await disputes.add_documents(core, dispute_id=event.dispute_id, uploads=(upload(),), actor=BEN)

    assert await Document.all().count() == documents.MOST_IN_ALL


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Anna\\photo.png", "photo.png"),
        ("a\x00b\u202ecod.exe\r\n.pdf", "abcod.exe.pdf"),
        ("...", "document"),
        ("", "document"),
        ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
async def test_a_files_name_keeps_nothing_that_could_do_harm(core: Core, claimed: str, kept: str) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    await file(core, documents=(upload(PDF, claimed),))

    assert (await Document.get()).name == kept


async def test_nobody_adds_to_a_dispute_that_is_not_theirs_or_is_decided(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    other = await payer_of(await an_invoice(core, "INV-2", email="ben@other.example"))
    event = await file(core)

    with pytest.raises(DisputeNotFound):
        await disputes.add_documents(core, dispute_id=event.dispute_id, uploads=(upload(),), actor=other)
    async with core.transaction():
        await (await Dispute.get(id=event.dispute_id)).move("reject")
    with pytest.raises(DisputeClosed):
        await disputes.add_documents(core, dispute_id=event.dispute_id, uploads=(upload(),), actor=BEN)
    with pytest.raises(DocumentNotFound):
        await documents.content(core, document_id=uuid4())


# Tests of the way in ------------------------------------------------------------------------------


async def test_a_test_dispute_pauses_nothing_is_counted_nowhere_and_is_answered_to_nobody(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))

    event = await file(core, 4000, is_test=True)

    assert "TEST" in event.told()
    assert await chaseable(core, invoice.id) == 10000
    assert (await dispute_queries.counts(core)).total == 0
    assert [each.is_test for each in await dispute_queries.waiting(core)] == [True]
    assert {name for name, _ in await jobs(core)} == {"tell_operators"}


async def test_a_test_dispute_stands_in_nobodys_way(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await file(core, is_test=True)

    event = await file(core)

    assert isinstance(event, DisputeFiled)


# Owners -------------------------------------------------------------------------------------------


async def granted(core: Core, name: str, role: Role) -> Actor:
    """Give a role; return the person who acts with it."""
    slack_id = f"U0{name.upper()}"
    await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)
    return await people.actor(core, slack_id=slack_id)


async def test_of_two_who_take_a_dispute_at_once_one_has_it(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    event = await file(core)
    anna, otto = [await granted(core, name, Role.AR_OPERATOR) for name in ("Anna", "Otto")]

    done = await asyncio.gather(
        *(dispute_owners.take(core, dispute_id=event.dispute_id, actor=each) for each in (anna, otto)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in done) == ["DisputeAssigned", "DisputeTaken"]
    view = await dispute_queries.dispute(core, dispute_id=event.dispute_id)
    assert view.owner in {"Anna", "Otto"}


async def test_a_dispute_is_handed_over_to_somebody_who_may_work_on_it(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    event = await file(core)
    anna = await granted(core, "Anna", Role.AR_OPERATOR)
    lena, sam = await granted(core, "Lena", Role.LEGAL), await granted(core, "Sam", Role.SALES)
    assert anna.id and lena.id and sam.id  # noqa: PT018 - persons have ids
    await dispute_owners.take(core, dispute_id=event.dispute_id, actor=anna)

    moved = await dispute_owners.assign(core, dispute_id=event.dispute_id, person_id=lena.id, actor=anna)

    assert (moved.owner, moved.owner_before) == ("Lena", "Anna")
    assert [each.reference for each in await dispute_queries.waiting(core, owners=[lena.id])] == [event.reference]
    with pytest.raises(OwnerUnusable, match="Legal"):
        await dispute_owners.assign(core, dispute_id=event.dispute_id, person_id=sam.id, actor=anna)
    with pytest.raises(OwnerUnusable):
        await dispute_owners.take(core, dispute_id=event.dispute_id, actor=SHELL)
    with pytest.raises(DisputeTaken, match="Lena"):
        await dispute_owners.take(core, dispute_id=event.dispute_id, actor=anna)
    with pytest.raises(NotAllowed):
        await dispute_owners.take(core, dispute_id=event.dispute_id, actor=replace(VERA, kind=ActorKind.PERSON))


# The table of reasons -----------------------------------------------------------------------------


def test_every_reason_is_complete() -> None:
    assert len({reason.code for reason in REASONS}) == len(REASONS)
    assert all(reason.title and reason.hours > 0 and reason.hours % 4 == 0 for reason in REASONS)
    assert all(kind in DOCUMENTS for reason in REASONS for kind in reason.requires)
