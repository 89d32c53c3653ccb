"""Credits: two people, one table of rights, and a balance that is always total less payments less approved credits."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed, Refusal
from domain.ledger import credits as ledger_credits
from domain.ledger import invoices
from domain.ledger.models import Credit, Invoice
from domain.ledger.refusals import (
    CreditAboveBalance,
    CreditDecided,
    CreditNotFound,
    CreditNotYours,
    CreditUnusable,
    CreditWaits,
)
from domain.pay_links import waiting
from domain.people import roles
from domain.people.refusals import OwnWork
from domain.people.roles import Role
from tests.builders import an_invoice
from tests.domain.ledger.test_payments import check, euros, go_back, kinds, receive, standing
from tests.domain.pay_links.payers import a_visit


def person(name: str, *held: Role) -> Actor:
    """Return a person with those roles; the same name is the same person."""
    number = UUID(int=sum(map(ord, name)))
    return Actor(ActorKind.PERSON, name, roles.permissions(held), id=number, roles=tuple(role.value for role in held))


OPAL = person("Opal", Role.AR_OPERATOR)
MAX = person("Max", Role.AR_MANAGER)
LENA = person("Lena", Role.LEGAL)
CORA = person("Cora", Role.CONTROLLER)
VERA = person("Vera", Role.VIEWER)


async def proposed(core: Core, minor: int, *, number: str = "INV-1", by: Actor = OPAL, reason: str = "broken") -> UUID:
    """Propose a credit; return its id."""
    event = await ledger_credits.propose(core, invoice_number=number, amount=euros(minor), reason=reason, actor=by)
    return event.credit_id


async def test_one_credit_is_found_however_many_wait_before_it(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await an_invoice(core, "INV-2", amount=euros(10000), email="b@globex.example")
    await proposed(core, 2500)
    second = await proposed(core, 500, number="INV-2")

    found = await ledger_credits.waiting(core, limit=1, only=second)
    await ledger_credits.reject(core, credit_id=second, reason="it is whole", actor=LENA)

    assert [each.credit_id for each in found] == [second]
    assert await ledger_credits.waiting(core, only=second) == ()


async def test_a_proposed_credit_changes_nothing_yet(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    await proposed(core, 2500)

    assert await standing("INV-1") == ("open", 10000)
    (waits,) = await ledger_credits.waiting(core)
    assert (waits.invoice_number, waits.amount, waits.proposed_by, waits.above_cap) == (
        "INV-1", euros(2500), "Opal", False
    )  # fmt: skip


async def test_an_approved_credit_lowers_the_balance_at_once(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    credit_id = await proposed(core, 2500)

    event = await ledger_credits.approve(core, credit_id=credit_id, actor=MAX)

    assert event.balance == euros(7500)
    assert await standing("INV-1") == ("open", 7500)
    assert await ledger_credits.waiting(core) == ()


async def test_a_credit_over_all_that_is_open_settles_the_invoice_and_sends_no_receipt(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 4000)
    credit_id = await proposed(core, 6000)

    await ledger_credits.approve(core, credit_id=credit_id, actor=MAX)

    assert await standing("INV-1") == ("settled", 0)
    assert (await kinds(core))[-2:] == ["credit.approved", "invoice.settled"]
    letters = await core.database.rows("SELECT args->>'word' AS word FROM procrastinate_jobs WHERE args ? 'word'")
    assert [each["word"] for each in letters] == ["receipt"]  # of the payment


async def test_a_settlement_by_credit_closes_cadence_and_links_as_a_payment_does(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    credit_id = await proposed(core, 10000)

    await ledger_credits.approve(core, credit_id=credit_id, actor=MAX)

    jobs = await core.database.rows("SELECT task_name FROM procrastinate_jobs")
    assert {"close_cadence", "close_links", "end_checkout"} <= {each["task_name"] for each in jobs}


async def test_an_open_payment_page_over_the_old_amount_is_ended(core: Core) -> None:
    visit = await a_visit(core, "INV-1", amount=euros(10000))
    page = await visit.go_to_pay()
    credit_id = await proposed(core, 2500)
    before = await waiting.to_end(core)

    await ledger_credits.approve(core, credit_id=credit_id, actor=MAX)

    assert (before, await waiting.to_end(core)) == ((), (page.session_id,))


CAP = 100_000
"""1,000.00 EUR, the default cap, in cents."""


@pytest.mark.parametrize(
    ("minor", "actor", "passes"),
    [
        (CAP, OPAL, False),
        (CAP, VERA, False),
        (CAP, MAX, True),
        (CAP, LENA, True),
        (CAP, CORA, True),
        (CAP + 1, OPAL, False),
        (CAP + 1, MAX, False),
        (CAP + 1, LENA, True),
        (CAP + 1, CORA, True),
    ],
)
async def test_who_approves_depends_on_the_cap(core: Core, minor: int, actor: Actor, passes: bool) -> None:
    await an_invoice(core, "INV-1", amount=euros(1_000_000))
    credit_id = await proposed(core, minor, by=person("Olaf", Role.AR_OPERATOR))

    with nullcontext() if passes else pytest.raises(CreditNotYours, match="Controller"):
        await ledger_credits.approve(core, credit_id=credit_id, actor=actor)

    assert (await Credit.get(id=credit_id)).state == ("approved" if passes else "proposed")


async def test_a_credit_in_a_currency_without_a_rate_counts_as_large(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=Money(10_000, "JPY"))
    event = await ledger_credits.propose(
        core, invoice_number="INV-1", amount=Money(1, "JPY"), reason="broken", actor=OPAL
    )

    with pytest.raises(CreditNotYours, match="above the limit"):
        await ledger_credits.approve(core, credit_id=event.credit_id, actor=MAX)


async def test_nobody_approves_their_own_credit(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    credit_id = await proposed(core, 2500, by=CORA)

    with pytest.raises(OwnWork):
        await ledger_credits.approve(core, credit_id=credit_id, actor=CORA)

    assert await standing("INV-1") == ("open", 10000)


async def test_a_company_of_one_may_approve_its_own(core: Core) -> None:
    core = replace(core, limits=replace(core.limits, second_person=False))
    await an_invoice(core, "INV-1", amount=euros(10000))
    credit_id = await proposed(core, 2500, by=CORA)

    await ledger_credits.approve(core, credit_id=credit_id, actor=CORA)

    assert await standing("INV-1") == ("open", 7500)


async def test_a_rejected_credit_leaves_the_balance_and_says_why(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    credit_id = await proposed(core, 2500)

    event = await ledger_credits.reject(core, credit_id=credit_id, reason="the photo shows another item", actor=LENA)

    assert "another item" in event.told()
    assert await standing("INV-1") == ("open", 10000)
    with pytest.raises(CreditDecided, match="rejected by Lena"):
        await ledger_credits.approve(core, credit_id=credit_id, actor=CORA)


async def test_whoever_proposed_a_credit_may_take_it_back_and_other_operators_may_not(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    first, second = await proposed(core, 2500), await proposed(core, 100)

    await ledger_credits.reject(core, credit_id=first, reason="a mistake", actor=OPAL)

    with pytest.raises(NotAllowed):
        await ledger_credits.reject(core, credit_id=second, reason="no", actor=person("Olaf", Role.AR_OPERATOR))


async def test_a_double_click_proposes_one_credit_and_approves_it_once(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    credit_id = await proposed(core, 2500)

    with pytest.raises(CreditWaits):
        await proposed(core, 2500)
    done = await asyncio.gather(
        *(ledger_credits.approve(core, credit_id=credit_id, actor=each) for each in (MAX, LENA, CORA, MAX)),
        return_exceptions=True,
    )

    assert sum(not isinstance(each, BaseException) for each in done) == 1
    assert await standing("INV-1") == ("open", 7500)


async def test_complaint_18_a_payment_and_a_credit_at_the_same_moment_never_take_the_balance_below_zero(
    core: Core,
) -> None:
    for number in ("INV-1", "INV-2", "INV-3", "INV-4"):
        await an_invoice(core, number, amount=euros(10000), email=f"{number}@acme.example")
        credit_id = await proposed(core, 6000, number=number)

        await asyncio.gather(
            ledger_credits.approve(core, credit_id=credit_id, actor=MAX),
            receive(core, number, 7000, object_id=f"py_{number}"),
            return_exceptions=True,
        )

        invoice = await Invoice.get(number=number)
        await check(core, invoice, 10000, 7000)
        assert invoice.open_minor in {0, 3000}  # the credit came first, or was too large by then


async def test_complaint_10_a_credit_is_net_of_what_is_asked_for_and_a_refund_reopens_only_what_was_paid(
    core: Core,
) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    await ledger_credits.approve(core, credit_id=await proposed(core, 2500), actor=MAX)
    await receive(core, "INV-1", 7500)
    settled = await standing("INV-1")

    await go_back(core, "INV-1", 7500, object_id="re_1")

    assert (settled, await standing("INV-1")) == (("settled", 0), ("open", 7500))
    await check(core, invoice, 10000, 0)


async def test_complaint_21_a_rounding_cent_is_given_up_by_an_act_and_not_by_a_tolerance(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 9999)
    left = await standing("INV-1")

    await ledger_credits.approve(core, credit_id=await proposed(core, 1, reason="rounding of the bank"), actor=MAX)

    assert (left, await standing("INV-1")) == (("open", 1), ("settled", 0))


async def test_a_credit_larger_than_what_is_open_by_now_is_declined_and_can_still_be_rejected(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    credit_id = await proposed(core, 6000)
    await receive(core, "INV-1", 7000)

    with pytest.raises(CreditAboveBalance, match=r"only 30\.00 EUR is open"):
        await ledger_credits.approve(core, credit_id=credit_id, actor=MAX)
    await ledger_credits.reject(core, credit_id=credit_id, reason="too much by now", actor=MAX)

    assert await standing("INV-1") == ("open", 3000)


@pytest.mark.parametrize(
    ("amount", "reason", "why"),
    [
        (euros(0), "broken", "more than nothing"),
        (euros(-1), "broken", "more than nothing"),
        (Money(100, "USD"), "broken", "is in EUR"),
        (euros(100), "  \n ", "Say why"),
        (euros(100), "x" * 501, "at most 500"),
    ],
)
async def test_an_unusable_credit_is_refused_with_its_reason(core: Core, amount: Money, reason: str, why: str) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(CreditUnusable, match=why):
        await ledger_credits.propose(core, invoice_number="INV-1", amount=amount, reason=reason, actor=OPAL)


async def test_more_than_is_open_cannot_be_proposed(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(CreditAboveBalance):
        await proposed(core, 10001)
    async with core.transaction():
        await (await invoices.locked("INV-1")).move("void", open_minor=0)
    with pytest.raises(CreditAboveBalance, match="nothing is open"):
        await proposed(core, 1)


async def test_a_viewer_proposes_nothing_and_an_unknown_credit_is_not_found(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(NotAllowed):
        await proposed(core, 1, by=VERA)
    with pytest.raises(CreditNotFound):
        await ledger_credits.approve(core, credit_id=uuid4(), actor=SHELL)


steps = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refund", "propose", "approve", "reject"]), st.integers(0, 5), st.integers(1, 9000)
    ),
    max_size=14,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=st.integers(1, 12000), history=steps)
async def test_whatever_happens_the_balance_is_total_less_payments_less_approved_credits(
    core: Core, total: int, history: list[tuple[str, int, int]]
) -> None:
    number, moved = f"INV-{uuid4()}", 0
    invoice = await an_invoice(core, number, amount=euros(total))
    paid: list[tuple[str, int]] = []
    proposals: list[UUID] = []

    for what, which, minor in history:
        if what == "pay":
            paid.append((f"py_{uuid4()}", minor))
            await receive(core, number, minor, object_id=paid[-1][0])
            moved += minor
        elif what == "refund" and paid:
            of, most = paid[which % len(paid)]
            await go_back(core, number, min(minor, most), of=of, object_id=f"re_{uuid4()}")
            moved -= min(minor, most)
        elif what == "propose":
            proposals += await _tried(_proposed(core, number, minor, which))
        elif proposals:
            decide: Any = ledger_credits.approve if what == "approve" else ledger_credits.reject
            also = {} if what == "approve" else {"reason": "no"}
            await _tried(decide(core, credit_id=proposals[which % len(proposals)], actor=CORA, **also))
        await check(core, invoice, total, moved)

    assert await Credit.filter(invoice_id=invoice.id).count() == len(proposals)


async def _proposed(core: Core, number: str, minor: int, which: int) -> UUID:
    return await proposed(core, minor, number=number, reason=f"reason {which}")


async def _tried(act: Any) -> list[Any]:
    """Do it, or be refused, which changes nothing."""
    try:
        return [await act]
    except Refusal:
        return []
