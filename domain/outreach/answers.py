"""Answers: what the letters say that ask for nothing, and whether what they say is still true."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from domain.commitments import payable
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row
from domain.ledger.receipts import IssuedReceipt
from domain.letters import Instalment, Line
from domain.letters.kinds import KINDS
from domain.pay_links import links


class Writes(Protocol):
    """How the reader writes amounts and dates."""

    def money(self, amount: Money) -> str:
        """Return an amount."""

    def amount(self, minor: int, currency: str) -> str:
        """Return an amount, or nothing when there is none."""

    def day(self, day: date) -> str:
        """Return a date."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says."""

    fields: Mapping[str, Any]
    lines: Sequence[Line] = ()
    schedule: Sequence[Instalment] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """What an answer is written from."""

    core: Core
    mailing: Mailing
    reader: Writes
    receipt: IssuedReceipt | None
    today: date
    invoice: Row = field(repr=False)
    example_link: str = ""


async def told(
    core: Core,
    mailing: Mailing,
    reader: Writes,
    receipt: IssuedReceipt | None,
    *,
    today: date,
    example_link: str = "",
) -> Told:
    """Return what the letter of a mailing without items says now.

    Args:
        core: The core.
        mailing: What is answered.
        reader: How the reader writes.
        receipt: The receipt that goes with it.
        today: The merchant's date.
        example_link: What stands in the place of a link that is made only when the mail leaves.
    """
    invoice = await core.database.row(
        f"SELECT i.*, payable.asked_minor FROM invoice i {payable.lateral()} WHERE i.id = %(invoice)s",
        {"invoice": mailing.invoice_id, "today": today},
    )
    assert invoice is not None, "a mailing is about an invoice"
    case = _Case(core, mailing, reader, receipt, today, invoice, example_link)
    special = _SPECIAL.get(mailing.letter)
    further = await special(case) if special else Told({})
    return Told({**_of_invoice(case), **further.fields}, further.lines, further.schedule, _link(case))


async def unfit(core: Core, mailing: Mailing) -> str:
    """Return why an answer would tell something that is not true any more; empty when it is true.

    The caller holds the lock of the invoice.
    """
    if mailing.letter == "new-link":
        row = await core.database.row("SELECT state FROM invoice WHERE id = %s", (mailing.invoice_id,))
        return "" if row and row["state"] == "open" else say("nothing is open on the invoice any more")
    wanted = _TRUE_WHILE.get(mailing.letter)
    if wanted is None:
        return ""
    table, states = wanted
    row = await core.database.row(f"SELECT state FROM {table} WHERE id = %s", (mailing.about_id,))
    if row is None:
        return say("there is no such {table}", table=table)
    return "" if row["state"] in states else say(_MEANWHILE[table], state=say(row["state"].replace("_", " ")))


_MEANWHILE: Mapping[str, str] = {
    "promise": phrase("the promise is {state} meanwhile"),
    "plan": phrase("the plan is {state} meanwhile"),
    "dispute": phrase("the dispute is {state} meanwhile"),
    "question": phrase("the question is {state} meanwhile"),
}

_TRUE_WHILE: Mapping[str, tuple[str, frozenset[str]]] = {
    "promise-noted": ("promise", frozenset({"running"})),
    "plan-approved": ("plan", frozenset({"running", "completed"})),
    "plan-countered": ("plan", frozenset({"countered"})),
    "plan-rejected": ("plan", frozenset({"rejected"})),
    "dispute-received": ("dispute", frozenset({"open"})),
    "dispute-resolved": ("dispute", frozenset({"accepted", "partly_accepted", "rejected", "withdrawn"})),
    "question-answered": ("question", frozenset({"answered"})),
}
"""What an answer is about, and in which states of it the answer is true."""


def _of_invoice(case: _Case) -> dict[str, Any]:
    row, reader = case.invoice, case.reader
    return {
        "invoice_number": row["number"],
        "invoice_total": reader.amount(row["total_minor"], row["currency"]),
        "invoice_balance": reader.amount(row["open_minor"], row["currency"]),
        "amount_due": reader.amount(_asked(row), row["currency"]),
        "due_date": reader.day(row["due_on"]),
        "days_overdue": days_past_due(row["due_on"], case.today),
        "pay_link": _link(case),
    }


def _asked(row: Row) -> int:
    return int(row["asked_minor"] or row["open_minor"])


def _link(case: _Case) -> str:
    if not KINDS[case.mailing.letter].linked:
        return ""
    link_id = case.mailing.link_id
    return links.address(case.core, link_id) if link_id else case.example_link


async def _receipt(case: _Case) -> Told:
    if case.receipt is None:  # a preview: it is written when the mail leaves
        row = await case.core.database.row(
            "SELECT amount_minor, currency FROM payment WHERE id = %s", (case.mailing.payment_id,)
        )
        assert row is not None, "a receipt is mailed for a payment"
        return Told({"amount_paid": case.reader.amount(row["amount_minor"], row["currency"]), "receipt_number": "…"})
    fields = {"amount_paid": case.reader.money(case.receipt.amount), "receipt_number": case.receipt.number}
    if len(numbers := case.receipt.invoice_numbers) > 1:
        more = f" + {len(numbers) - MOST_NAMED}" if len(numbers) > MOST_NAMED else ""
        fields["invoice_number"] = ", ".join(numbers[:MOST_NAMED]) + more
    return Told(fields)


MOST_NAMED = 5
"""Invoices of one payment that a receipt's mail names; the receipt itself names them all."""


async def _new_link(case: _Case) -> Told:
    row = case.invoice
    line = Line(
        number=row["number"],
        amount=case.reader.amount(_asked(row), row["currency"]),
        due_date=case.reader.day(row["due_on"]),
        days_overdue=days_past_due(row["due_on"], case.today),
        link=_link(case),
    )
    return Told({}, [line])


async def _promise(case: _Case) -> Told:
    row = await _about(case, "SELECT amount_minor, currency, promised_on FROM promise WHERE id = %s")
    return Told(
        {
            "promised_amount": case.reader.amount(row["amount_minor"], row["currency"]),
            "promised_date": case.reader.day(row["promised_on"]),
        }
    )


async def _plan(case: _Case) -> Told:
    rows = await case.core.database.rows(
        "SELECT p.covers_minor, p.currency, n.position, n.due_on, n.amount_minor FROM plan p"
        " JOIN plan_instalment n ON n.plan_id = p.id WHERE p.id = %s ORDER BY n.position",
        (case.mailing.about_id,),
    )
    assert rows, "a plan has instalments"
    reader, currency = case.reader, rows[0]["currency"]
    schedule = [
        Instalment(row["position"], reader.day(row["due_on"]), reader.amount(row["amount_minor"], currency))
        for row in rows
    ]
    fields = {
        "plan_count": len(rows),
        "plan_total": reader.amount(rows[0]["covers_minor"], currency),
        "plan_first_date": reader.day(rows[0]["due_on"]),
        "plan_last_date": reader.day(rows[-1]["due_on"]),
    }
    return Told(fields, schedule=[] if case.mailing.letter == "plan-rejected" else schedule)


async def _dispute(case: _Case) -> Told:
    row = await _about(
        case,
        "SELECT d.amount_minor, d.currency, d.state, coalesce(c.amount_minor, 0) AS credit_minor FROM dispute d"
        " LEFT JOIN credit c ON c.id = d.credit_id AND c.state = 'approved' WHERE d.id = %s",
    )
    fields = {"disputed_amount": case.reader.amount(row["amount_minor"], row["currency"])}
    if case.mailing.letter == "dispute-resolved":
        fields["outcome"] = row["state"].replace("_", " ")
        fields["credit_amount"] = case.reader.amount(row["credit_minor"], row["currency"])
    return Told(fields)


async def _dispute_question(case: _Case) -> Told:
    row = await _about(
        case,
        "SELECT q.text, d.amount_minor, d.currency FROM dispute_question q JOIN dispute d ON d.id = q.dispute_id"
        " WHERE q.id = %s",
    )
    return Told(
        {"disputed_amount": case.reader.amount(row["amount_minor"], row["currency"]), "our_question": row["text"]}
    )


async def _question(case: _Case) -> Told:
    row = await _about(case, "SELECT text, answer FROM question WHERE id = %s")
    return Told({"question": row["text"], "answer": row["answer"]})


async def _mail(case: _Case) -> Told:
    row = await _about(
        case,
        "SELECT w.text, coalesce(m.reply->>'new', '') AS wrote FROM mail_answer w"
        " JOIN inbound_mail m ON m.id = w.mail_id WHERE w.id = %s",
    )
    return Told({"question": row["wrote"], "answer": row["text"]})


async def _about(case: _Case, sql: str) -> Row:
    row = await case.core.database.row(sql, (case.mailing.about_id,))
    assert row is not None, "an answer is about something"
    return row


_SPECIAL: Mapping[str, Callable[[_Case], Awaitable[Told]]] = {
    "receipt": _receipt,
    "new-link": _new_link,
    "promise-noted": _promise,
    "plan-approved": _plan,
    "plan-countered": _plan,
    "plan-rejected": _plan,
    "dispute-received": _dispute,
    "dispute-resolved": _dispute,
    "dispute-question": _dispute_question,
    "question-answered": _question,
    "mail-answered": _mail,
}
