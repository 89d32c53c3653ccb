"""Payable: what a payer is asked for at this moment, which a plan or a dispute makes less than the balance."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.commitments import instalments
from domain.kernel.money import Money
from domain.kernel.transactions import Row, Rows


@dataclass(frozen=True, slots=True)
class Payable:
    """The next amount, and why it is not the balance if it is not."""

    asked: Money
    """Zero when all that is open is disputed."""
    balance: Money
    disputed: Money
    position: int | None = None
    """Of the first instalment in the amount; None without a plan."""
    parts: int | None = None
    due_on: date | None = None

    @property
    def amount(self) -> Money:
        """What a payer who presses the button pays: what is asked, or all that is open when nothing is."""
        return self.asked or self.balance

    @property
    def is_part(self) -> bool:
        """Whether the whole balance could be paid as well."""
        return self.amount != self.balance


def lateral(invoice: str = "i") -> str:
    """Return a join that gives each row of an invoice alias the columns of ``payable``; needs ``%(today)s``.

    Columns: asked_minor, disputed_minor, position, parts, due_on (of the first unpaid instalment, or null).

    With a running plan the amount is what is unpaid of the instalments that are due, or else of the next one; without
    one it is the balance. Neither asks for what is disputed. A promise changes nothing here: whoever pays before the
    promised day is welcome.
    """
    return f"""
    LEFT JOIN LATERAL (
        SELECT dp.minor::bigint AS disputed_minor, plan.position, plan.parts, plan.due_on,
               coalesce(plan.asked, {invoice}.open_minor - dp.minor)::bigint AS asked_minor
        FROM (
            SELECT least({invoice}.open_minor, coalesce(sum(d.amount_minor), 0)) AS minor FROM dispute d
            WHERE d.invoice_id = {invoice}.id AND d.state = 'open' AND NOT d.is_test
        ) dp
        LEFT JOIN (
            SELECT (array_agg(s.position ORDER BY s.position))[1] AS position,
                   (array_agg(s.parts ORDER BY s.position))[1] AS parts,
                   (array_agg(s.due_on ORDER BY s.position))[1] AS due_on,
                   coalesce(sum(s.asked_minor) FILTER (WHERE s.due_on <= %(today)s),
                            (array_agg(s.asked_minor ORDER BY s.position))[1]) AS asked
            FROM plan pl CROSS JOIN LATERAL {instalments.standing(invoice=invoice)} s
            WHERE pl.invoice_id = {invoice}.id AND pl.state = 'running' AND s.asked_minor > 0
            HAVING count(*) > 0
        ) plan ON true
    ) payable ON true"""


def read(row: Row) -> Payable:
    """Return the value of a row that joins ``lateral`` and has the invoice's currency and open_minor."""
    money = row["currency"]
    return Payable(
        asked=Money(row["asked_minor"], money),
        balance=Money(row["open_minor"], money),
        disputed=Money(row["disputed_minor"], money),
        position=row["position"],
        parts=row["parts"],
        due_on=row["due_on"],
    )


async def of(rows: Rows, *, invoice_id: UUID, today: date) -> Payable:
    """Return what is asked for on that day, read inside the caller's transaction or on the pool."""
    row = await rows.row(
        f"SELECT i.currency, i.open_minor, payable.* FROM invoice i {lateral()} WHERE i.id = %(invoice)s",
        {"invoice": invoice_id, "today": today},
    )
    assert row is not None, "the caller holds an invoice"
    return read(row)
