"""Partial arithmetic over random histories: every cent is in one place, and SQL agrees with a slow, plain reckoning."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.commitments import instalments, pauses, payable, terms
from domain.commitments.models import Promise
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from tests.builders import an_invoice
from tests.clocks import START
from tests.domain.commitments.commitments_made import TODAY, a_dispute, a_plan

minutes = st.integers(0, 12)
amounts = st.integers(1, 5000)

histories = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Coin:
    """One payment in a history: when it was applied, how much, and how much of it went back."""

    minute: int
    minor: int
    back: int


@dataclass(frozen=True)
class Word:
    """One promise in a history; a judged one has received so much of what it wanted."""

    minute: int
    minor: int
    days: int
    judged: bool
    share: float


payments = st.lists(st.builds(Coin, minute=minutes, minor=amounts, back=st.integers(0, 5000)), max_size=4)
words = st.lists(
    st.builds(
        Word, minute=minutes, minor=amounts, days=st.integers(-5, 5), judged=st.booleans(), share=st.floats(0, 1)
    ),
    max_size=4,
)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


async def booked(core: Core, invoice: Invoice, history: list[Coin]) -> list[tuple[int, int]]:
    """Apply each payment as far as something is open, and its refund later; return the minute and net of each."""
    left, nets = invoice.total_minor, []
    for each in history:
        minor = min(each.minor, left)
        if minor:
            back = min(each.back, minor)
            root = await _moved(core, invoice, minor, at(each.minute), None)
            if back:
                await _moved(core, invoice, -back, at(each.minute + 20), root)
            left -= minor - back
            nets.append((each.minute, minor - back))
    state = "open" if left else "settled"
    await core.database.execute(
        "UPDATE invoice SET open_minor = %s, state = %s WHERE id = %s", (left, state, invoice.id)
    )
    return nets


async def _moved(core: Core, invoice: Invoice, minor: int, when: datetime, reverses: UUID | None) -> UUID:
    payment = uuid4()
    await core.database.execute(
        "INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on, method,"
        " reverses_id, created_at) VALUES (%s, %s, %s, 'stripe', %s, %s, %s, %s, 'card', %s, %s)",
        (
            payment,
            invoice.account_id,
            "refund" if reverses else "payment",
            uuid4().hex,
            invoice.currency,
            minor,
            when.date(),
            reverses,
            when,
        ),
    )
    await core.database.execute(
        "INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, created_at) VALUES (%s, %s, %s, %s, %s)",
        (uuid4(), payment, invoice.id, minor, when),
    )
    return payment


async def given_words(core: Core, invoice: Invoice, said: list[Word]) -> list[Promise]:
    """Store the promises; a judged one keeps what it had received."""
    return [
        await Promise.create(
            id=uuid4(),
            invoice_id=invoice.id,
            account_id=invoice.account_id,
            currency=invoice.currency,
            amount_minor=each.minor,
            promised_on=TODAY + timedelta(days=each.days),
            grace_days=2,
            source="operator",
            state="partly_kept" if each.judged else "running",
            received_minor=int(each.minor * each.share) if each.judged else None,
            made_by="Ben",
            created_at=at(each.minute),
        )
        for each in said
    ]


def filled(promises: list[Promise], nets: list[tuple[int, int]]) -> dict[UUID, int]:
    """Give each promise in its turn the oldest money that is new enough: the plain reckoning."""
    oldest_first = sorted(nets)
    purse = [net for _, net in oldest_first]
    taken = {}
    turns = sorted(promises, key=lambda p: (p.state == "running", p.promised_on, p.created_at, p.id.int))
    for promise in turns:
        wanted = promise.amount_minor if promise.state == "running" else promise.received_minor or 0
        got = 0
        for place, (minute, _) in enumerate(oldest_first):
            if at(minute) >= promise.created_at:
                part = min(purse[place], wanted - got)
                purse[place] -= part
                got += part
        taken[promise.id] = got
    return taken


@histories
@given(money=payments, said=words, currency=st.sampled_from(["EUR", "JPY", "KWD"]))
async def test_every_cent_counts_for_one_promise_and_sql_agrees_with_the_plain_reckoning(
    core: Core, money: list[Coin], said: list[Word], currency: str
) -> None:
    invoice = await an_invoice(core, f"INV-{uuid4()}", amount=Money(10000, currency), email=f"{uuid4().hex}@x.example")
    nets = await booked(core, invoice, money)
    promises = await given_words(core, invoice, said)

    rows = await core.database.rows(
        f"SELECT got.* FROM invoice i CROSS JOIN LATERAL {pauses.received('i.id')} got WHERE i.id = %s", (invoice.id,)
    )

    plain = filled(promises, nets)
    assert {row["id"]: row["received_minor"] for row in rows} == {
        each.id: plain[each.id] for each in promises if each.state == "running" or each.received_minor
    }
    assert sum(row["received_minor"] for row in rows) <= sum(net for _, net in nets)


@histories
@given(
    money=payments,
    said=words,
    disputed=st.none() | st.integers(1, 12000),
    parts=st.none() | st.integers(2, 4),
    first=st.integers(-25, 5),
    day=st.integers(-3, 10),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
async def test_promised_disputed_planned_and_chaseable_are_the_balance_always(
    core: Core,
    money: list[Coin],
    said: list[Word],
    disputed: int | None,
    parts: int | None,
    first: int,
    day: int,
    currency: str,
) -> None:
    invoice = await an_invoice(core, f"INV-{uuid4()}", amount=Money(10000, currency), email=f"{uuid4().hex}@x.example")
    await booked(core, invoice, money)
    await given_words(core, invoice, said)
    if disputed:
        await a_dispute(core, invoice, disputed)
    plan = None
    if parts:
        minors = tuple(each.minor for each in terms.split(Money(9000, currency), parts))
        plan = await a_plan(core, invoice, minors, first=first)
    today = TODAY + timedelta(days=day)

    found = await pauses.of(core.database, invoice_id=invoice.id, today=today)

    four = (found.promised, found.disputed, found.planned, found.chaseable)
    assert all(each.minor >= 0 for each in four)
    assert sum(each.minor for each in four) == found.balance.minor
    assert (found.why == "") == (found.chaseable == found.balance)
    asked = await payable.of(core.database, invoice_id=invoice.id, today=today)
    assert 0 <= asked.asked.minor <= max(0, found.balance.minor - found.disputed.minor)
    if plan is not None:
        standings = await instalments.of_plan(core.database, plan_id=plan.id, today=today)
        assert found.plan_missed == any(each.missed for each in standings)
        assert all(0 <= each.asked.minor <= each.unpaid.minor <= each.amount.minor for each in standings)
        assert sum(each.unpaid.minor for each in standings) == min(found.balance.minor, 9000)
        assert asked.asked.minor <= sum(each.asked.minor for each in standings)
