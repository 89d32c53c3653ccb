"""Ageing, statements and the audit of balances, as the operators see them."""

from collections.abc import Mapping, Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.kernel.speech import amount, counted, number, phrase, say
from domain.ledger import words
from domain.ledger.ageing import Ageing, CurrencyAgeing
from domain.ledger.entry_events import BalancesAudited, BalancesDiffer
from domain.ledger.statements import Book, OpenInvoice, Statement

LINES_SHOWN = 10
"""Newest entries of a statement, of each currency; the papers hold all of them."""

OPEN_SHOWN = 10


def ageing(found: Ageing) -> Message:
    """Return what is open by currency and days past due."""
    if not found.currencies:
        return _plain(say("Nothing is open."))
    head = say("What is open, by days past due, as of {day}", day=found.as_of)
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_aged, found.currencies), most=20),
    )


def _aged(each: CurrencyAgeing) -> blocks.Block:
    lines = [
        counted(
            "*{amount}* in {n} invoice", "*{amount}* in {n} invoices", each.total.invoices, amount=each.total.amount
        )
    ]
    lines += [
        f"{words.bucket(bucket.name)}: {amount(bucket.amount)} ({number(bucket.invoices)})"
        for bucket in each.buckets
        if bucket.invoices
    ]
    if each.unapplied or each.credit_notes:
        lines.append(
            say(
                "to customers' credit, not taken off: {unapplied} unapplied, {notes} in credit notes",
                unapplied=each.unapplied,
                notes=each.credit_notes,
            )
        )
    return blocks.section("\n".join(lines))


def statement(found: Statement) -> Message:
    """Return a customer's account in short; the paper and the CSV come from the shell."""
    name = text.foreign(found.account_name, limit=80)
    head = say("{customer}: statement from {since} to {until}", customer=name, since=found.since, until=found.until)
    if not found.books:
        return _plain(f"{head}. {say('Nothing happened and nothing is open.')}")
    whose = text.foreign(found.account_number or found.account_name, limit=80)
    hint = say(
        "The whole of it: `/plixo export statement {customer}` brings a PDF, with `csv` behind it a table.",
        customer=whose,
    )
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*"), blocks.context(hint)], map(_book, found.books), most=10),
    )


def _book(book: Book) -> blocks.Block:
    owed = say("*{amount} owed now*", amount=book.owed)
    if book.to_credit:
        owed += f" ({say('{amount} to their credit is taken off', amount=book.to_credit)})"
    sums = ", ".join(f"{_sum(name)} {amount(each)}" for name, each in book.sums.items() if each)
    moved = say("from {opening} to {closing}", opening=book.opening, closing=book.closing)
    lines = [owed, f"{moved}: {sums}" if sums else moved]
    lines += [
        f"{text.day(line.day)}  {_kind(line.kind)} {text.foreign(line.number or words.method(line.method), limit=60)}"
        f"  {amount(line.amount)}"
        for line in book.lines[-LINES_SHOWN:]
    ]
    if len(book.lines) > LINES_SHOWN:
        lines.append(counted("… and {n} earlier entry", "… and {n} earlier entries", len(book.lines) - LINES_SHOWN))
    lines += _late([each for each in book.open_invoices if each.days_past_due > 0])
    return blocks.section("\n".join(lines))


def _late(late: Sequence[OpenInvoice]) -> list[str]:
    """Return the invoices that are past due, a line for each."""
    if not late:
        return []
    lines = [
        counted(
            "{invoice}  {open} of {total}, {n} day",
            "{invoice}  {open} of {total}, {n} days",
            each.days_past_due,
            invoice=text.foreign(each.number, limit=60),
            open=each.open,
            total=each.total,
        )
        for each in late[:OPEN_SHOWN]
    ]
    if len(late) > OPEN_SHOWN:
        lines.append(say("… and {n} more", n=len(late) - OPEN_SHOWN))
    return [f"*{say('Past due')}*", *lines]


_KINDS: Mapping[str, str] = {
    "invoice": phrase("invoice"),
    "payment": phrase("payment"),
    "refund": phrase("refund"),
    "chargeback": phrase("chargeback"),
    "reinstated": phrase("chargeback that was won"),
    "credit": phrase("credit"),
    "credit_note": phrase("credit note"),
    "write_off": phrase("write-off"),
    "lowered": phrase("lowered by the books"),
    "paid_for_other": phrase("paid for another customer"),
    "paid_by_other": phrase("paid by another customer"),
}
"""What an entry of a statement is."""

_SUMS: Mapping[str, str] = {
    "invoiced": phrase("invoiced"),
    "received": phrase("received"),
    "returned": phrase("returned"),
    "credited": phrase("credited"),
}
"""What a sum of a statement is of."""


def _kind(kind: str) -> str:
    return say(_KINDS[kind]) if kind in _KINDS else kind.replace("_", " ")


def _sum(name: str) -> str:
    return say(_SUMS[name]) if name in _SUMS else name


def audited(found: BalancesAudited | BalancesDiffer | None) -> Message:
    """Return what the newest comparison of balances with their entries found."""
    if found is None:
        return _plain(say("No balance was compared yet; it is done every night, and at once by `plixo ledger audit`."))
    when = text.moment(found.at)
    whole = blocks.section(f"{when}: {text.said(found.told(), limit=2500)}")
    return Message(text=f"{when}: {text.said(found.told(), limit=150)}", blocks=(whole,))


def _plain(sentence: str) -> Message:
    return Message(text=sentence, blocks=(blocks.section(sentence),))
