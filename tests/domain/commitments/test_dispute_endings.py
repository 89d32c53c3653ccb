"""A dispute ends with a credit that somebody else approved, or without one; nothing is lost on the way."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.commitments import dispute_endings, dispute_queries, evidence, pauses
from domain.commitments.dispute_endings import Outcome
from domain.commitments.dispute_events import DisputeResolved, DisputeTestEnded
from domain.commitments.dispute_refusals import DisputeClosed, DisputeNotFound, ResolutionUnusable, ResolutionWaits
from domain.commitments.models import Dispute
from domain.commitments.refusals import OtherCurrency, ReasonMissing
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed, Refusal
from domain.ledger import credits as ledger_credits
from domain.ledger.events import CreditProposed
from domain.ledger.models import Credit, Invoice
from domain.people.refusals import OwnWork
from tests.builders import an_invoice, paid
from tests.domain.commitments.commitments_made import TODAY, a_payment
from tests.domain.commitments.disputes_filed import chaseable, conclude, euros, file, jobs, upload
from tests.domain.commitments.people import BEN, CARL, MIA, VERA, payer_of, stranger
from tests.domain.ledger.test_payments import kinds


async def a_dispute(core: Core, minor: int | None = 4000) -> Dispute:
    """File a dispute over a part of INV-1, an invoice over 100.00 EUR."""
    await an_invoice(core, "INV-1", amount=euros(10000))
    return await Dispute.get(id=(await file(core, minor)).dispute_id)


async def resolve(
    core: Core, outcome: Outcome, minor: int | None = None, *, by: Actor = BEN, note: str = "the photo shows it"
) -> DisputeResolved | CreditProposed:
    """Decide the dispute that is open."""
    dispute = await Dispute.get(state="open")
    credit = None if minor is None else euros(minor)
    return await dispute_endings.resolve(
        core, dispute_id=dispute.id, outcome=outcome, note=note, credit=credit, actor=by
    )


async def state(core: Core) -> tuple[str, int, int]:
    """Return the dispute's state, what is open, and what is chased."""
    invoice, dispute = await Invoice.get(number="INV-1"), await Dispute.get()
    return dispute.state, invoice.open_minor, await chaseable(core, invoice.id)


async def test_an_accepted_dispute_stays_open_and_paused_until_its_credit_is_approved(core: Core) -> None:
    await a_dispute(core)

    proposed = await resolve(core, Outcome.ACCEPTED)

    assert isinstance(proposed, CreditProposed)
    assert proposed.amount == euros(4000)
    assert await state(core) == ("open", 10000, 6000)
    (view,) = await dispute_queries.waiting(core)
    assert (view.credit, view.intended, view.resolution) == (euros(4000), "accepted", "the photo shows it")


async def test_with_its_credit_approved_the_dispute_is_accepted_and_the_rest_is_asked_for(core: Core) -> None:
    await a_dispute(core)
    proposed = await resolve(core, Outcome.ACCEPTED)
    assert isinstance(proposed, CreditProposed)

    await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=MIA)
    before = await jobs(core)
    await conclude(core)
    await conclude(core)

    assert ("conclude_dispute", None) in before
    assert await state(core) == ("accepted", 6000, 6000)
    assert (await kinds(core)).count("dispute.resolved") == 1
    assert {("write_letter", "dispute-resolved"), ("resume_reminders", None)} <= await jobs(core)


async def test_a_dispute_accepted_in_part_credits_that_part_and_asks_for_the_rest(core: Core) -> None:
    await a_dispute(core)
    proposed = await resolve(core, Outcome.PARTLY_ACCEPTED, 1500)
    assert isinstance(proposed, CreditProposed)

    await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=MIA)
    await conclude(core)

    assert await state(core) == ("partly_accepted", 8500, 8500)


async def test_a_dispute_of_all_that_is_accepted_settles_the_invoice(core: Core) -> None:
    await a_dispute(core, None)
    proposed = await resolve(core, Outcome.ACCEPTED)
    assert isinstance(proposed, CreditProposed)

    await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=MIA)
    await conclude(core)

    assert await state(core) == ("accepted", 0, 0)
    assert (await Invoice.get(number="INV-1")).state == "settled"


async def test_complaint_7_and_8_a_rejected_dispute_resumes_the_reminders_by_itself(core: Core) -> None:
    await a_dispute(core)

    event = await resolve(core, Outcome.REJECTED, note="signed delivery note of 3 March")

    assert isinstance(event, DisputeResolved)
    assert (event.outcome, event.credited, event.note) == ("rejected", None, "signed delivery note of 3 March")
    assert await state(core) == ("rejected", 10000, 10000)
    assert {("write_letter", "dispute-resolved"), ("resume_reminders", None)} <= await jobs(core)


async def test_nothing_is_lost_when_the_credit_is_declined(core: Core) -> None:
    await a_dispute(core)
    proposed = await resolve(core, Outcome.ACCEPTED)
    assert isinstance(proposed, CreditProposed)

    await ledger_credits.reject(core, credit_id=proposed.credit_id, reason="too generous", actor=MIA)
    declined = await state(core)
    again = await resolve(core, Outcome.PARTLY_ACCEPTED, 1000)

    assert declined == ("open", 10000, 6000)
    assert isinstance(again, CreditProposed)
    assert again.amount == euros(1000)


async def test_whoever_resolves_a_dispute_does_not_approve_its_credit(core: Core) -> None:
    await a_dispute(core)
    proposed = await resolve(core, Outcome.ACCEPTED, by=CARL)
    assert isinstance(proposed, CreditProposed)

    with pytest.raises(OwnWork):
        await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=CARL)


async def test_a_newer_end_takes_the_place_of_one_that_waits(core: Core) -> None:
    await a_dispute(core)
    first = await resolve(core, Outcome.ACCEPTED)
    assert isinstance(first, CreditProposed)

    with pytest.raises(ResolutionWaits, match=r"40\.00 EUR"):
        await resolve(core, Outcome.ACCEPTED)
    await resolve(core, Outcome.PARTLY_ACCEPTED, 500)
    await resolve(core, Outcome.REJECTED)

    assert await state(core) == ("rejected", 10000, 10000)
    assert {credit.state for credit in await Credit.all()} == {"rejected"}
    assert await Credit.all().count() == 2


async def test_complaint_18_a_dispute_whose_credit_was_approved_a_moment_ago_cannot_be_ended_otherwise(
    core: Core,
) -> None:
    await a_dispute(core)
    proposed = await resolve(core, Outcome.ACCEPTED)
    assert isinstance(proposed, CreditProposed)
    await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=MIA)

    with pytest.raises(DisputeClosed, match="accepted"):
        await resolve(core, Outcome.REJECTED)
    await conclude(core)

    assert await state(core) == ("accepted", 6000, 6000)


async def test_complaint_18_approving_and_rejecting_at_once_never_gives_credit_to_a_rejected_dispute(
    core: Core,
) -> None:
    await a_dispute(core)
    proposed = await resolve(core, Outcome.ACCEPTED)
    assert isinstance(proposed, CreditProposed)

    await asyncio.gather(
        ledger_credits.approve(core, credit_id=proposed.credit_id, actor=MIA),
        resolve(core, Outcome.REJECTED),
        return_exceptions=True,
    )
    await conclude(core)

    assert await state(core) in {("accepted", 6000, 6000), ("rejected", 10000, 10000)}


async def test_what_was_paid_meanwhile_is_not_credited(core: Core) -> None:
    await a_dispute(core, 8000)
    invoice = await Invoice.get(number="INV-1")
    await a_payment(core, invoice, 7000)

    proposed = await resolve(core, Outcome.ACCEPTED)
    assert isinstance(proposed, CreditProposed)
    await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=MIA)
    await conclude(core)

    assert proposed.amount == euros(3000)
    assert await state(core) == ("accepted", 0, 0)


async def test_a_paid_invoice_s_dispute_is_accepted_at_once_without_a_credit(core: Core) -> None:
    await a_dispute(core)
    await paid(core, await Invoice.get(number="INV-1"))

    event = await resolve(core, Outcome.ACCEPTED, note="refunded in Stripe")

    assert isinstance(event, DisputeResolved)
    assert event.credited is None
    assert await state(core) == ("accepted", 0, 0)


@pytest.mark.parametrize(
    ("outcome", "minor"),
    [
        (Outcome.ACCEPTED, 3999),
        (Outcome.ACCEPTED, 4001),
        (Outcome.PARTLY_ACCEPTED, None),
        (Outcome.PARTLY_ACCEPTED, 0),
        (Outcome.PARTLY_ACCEPTED, 4000),
        (Outcome.PARTLY_ACCEPTED, 4001),
    ],
)
async def test_a_credit_that_does_not_fit_the_outcome_is_refused(
    core: Core, outcome: Outcome, minor: int | None
) -> None:
    await a_dispute(core)

    with pytest.raises(ResolutionUnusable):
        await resolve(core, outcome, minor)

    assert await state(core) == ("open", 10000, 6000)
    assert await Credit.all().count() == 0


async def test_an_end_needs_words_the_right_currency_and_somebody_who_may(core: Core) -> None:
    await a_dispute(core)
    dispute = await Dispute.get()

    with pytest.raises(ReasonMissing):
        await resolve(core, Outcome.REJECTED, note=" ")
    with pytest.raises(NotAllowed):
        await resolve(core, Outcome.REJECTED, by=VERA)
    with pytest.raises(OtherCurrency):
        await dispute_endings.resolve(
            core, dispute_id=dispute.id, outcome=Outcome.ACCEPTED, note="x", credit=Money(1, "USD"), actor=BEN
        )


async def test_a_payer_withdraws_their_own_dispute_and_nobody_elses(core: Core) -> None:
    await a_dispute(core)
    dispute, invoice = await Dispute.get(), await Invoice.get(number="INV-1")

    with pytest.raises(DisputeNotFound):
        await dispute_endings.withdraw(core, dispute_id=dispute.id, actor=stranger())
    event = await dispute_endings.withdraw(core, dispute_id=dispute.id, actor=await payer_of(invoice))

    assert isinstance(event, DisputeResolved)
    assert event.outcome == "withdrawn"
    assert await state(core) == ("withdrawn", 10000, 10000)
    with pytest.raises(DisputeClosed):
        await dispute_endings.withdraw(core, dispute_id=dispute.id, actor=BEN)


async def test_a_withdrawn_dispute_declines_the_credit_that_was_proposed_for_it(core: Core) -> None:
    await a_dispute(core)
    await resolve(core, Outcome.ACCEPTED)

    await dispute_endings.withdraw(core, dispute_id=(await Dispute.get()).id, actor=BEN)

    assert (await Credit.get()).state == "rejected"
    assert await state(core) == ("withdrawn", 10000, 10000)


async def test_a_test_dispute_is_closed_without_a_word_to_the_payer(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    event = await file(core, is_test=True)

    with pytest.raises(ResolutionUnusable):
        await resolve(core, Outcome.ACCEPTED)
    ended = await dispute_endings.withdraw(core, dispute_id=event.dispute_id, actor=BEN)

    assert isinstance(ended, DisputeTestEnded)
    assert {name for name, _ in await jobs(core)} == {"tell_operators"}


async def test_the_evidence_about_an_invoice_is_its_whole_history_with_the_documents(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await file(core, 4000, documents=(upload(),))
    await a_payment(core, await Invoice.get(number="INV-1"), 1000)
    proposed = await resolve(core, Outcome.PARTLY_ACCEPTED, 500)
    assert isinstance(proposed, CreditProposed)
    await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=MIA)
    await conclude(core)

    pack = await evidence.pack(core, invoice_number="inv-1")

    assert [line.kind for line in pack.lines] == [
        "dispute.filed", "payment.received", "credit.proposed", "credit.approved", "dispute.resolved"
    ]  # fmt: skip
    assert (pack.total, pack.paid, pack.credited, pack.balance) == tuple(map(euros, (10000, 1000, 500, 8500)))
    assert [(each.name, len(each.sha256)) for each in pack.documents] == [("note.pdf", 64)]
    assert pack.earlier == 0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    total=st.integers(1, 9000),
    history=st.lists(
        st.tuples(
            st.sampled_from(["file", "pay", "accept", "in part", "reject", "withdraw", "approve", "decline", "run"]),
            st.integers(1, 6000),
        ),
        max_size=12,
    ),
)
async def test_whatever_happens_disputed_and_chased_add_up_to_what_is_open(
    core: Core, total: int, history: list[tuple[str, int]]
) -> None:
    number = f"INV-{total}-{len(await Invoice.all())}"
    invoice = await an_invoice(core, number, amount=euros(total), email=f"{number}@acme.example")

    for what, minor in history:
        await _tried(core, invoice, what, minor)
        row = await core.database.row(
            "SELECT i.total_minor - coalesce((SELECT sum(a.amount_minor) FROM allocation a WHERE a.invoice_id = i.id),"
            " 0) - coalesce((SELECT sum(c.amount_minor) FROM credit c WHERE c.invoice_id = i.id"
            " AND c.state = 'approved'), 0) AS minor FROM invoice i WHERE i.id = %s",
            (invoice.id,),
        )
        parts = await pauses.of(core.database, invoice_id=invoice.id, today=TODAY)
        assert row is not None
        assert parts.balance.minor == row["minor"] >= 0
        assert parts.balance == parts.disputed + parts.chaseable
        assert await Dispute.filter(invoice_id=invoice.id, state="open").count() <= 1
    await conclude(core)
    assert not await Dispute.filter(
        invoice_id=invoice.id, state="open", credit_id__in=[each.id for each in await Credit.filter(state="approved")]
    ).exists()


async def _tried(core: Core, invoice: Invoice, what: str, minor: int) -> None:
    """Do it, or be refused, which changes nothing."""
    dispute = await Dispute.get_or_none(invoice_id=invoice.id, state="open")
    credit = await Credit.filter(invoice_id=invoice.id, state="proposed").first()
    outcomes = {"accept": Outcome.ACCEPTED, "in part": Outcome.PARTLY_ACCEPTED, "reject": Outcome.REJECTED}
    try:
        match what:
            case "file":
                await file(core, minor, number=invoice.number, text=f"objection {minor}")
            case "pay":
                await a_payment(core, invoice, minor)
            case "withdraw" if dispute is not None:
                await dispute_endings.withdraw(core, dispute_id=dispute.id, actor=BEN)
            case "approve" if credit is not None:
                await ledger_credits.approve(core, credit_id=credit.id, actor=CARL)
            case "decline" if credit is not None:
                await ledger_credits.reject(core, credit_id=credit.id, reason="no", actor=CARL)
            case "run":
                await conclude(core)
            case _ if what in outcomes and dispute is not None:
                part = euros(minor) if what == "in part" else None
                await dispute_endings.resolve(
                    core, dispute_id=dispute.id, outcome=outcomes[what], note="so be it", credit=part, actor=BEN
                )
    except Refusal:
        pass
