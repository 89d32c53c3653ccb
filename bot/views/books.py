"""Ageing, statements and the audit of balances, as the operators see them."""

from bot import blocks, text
from bot.blocks import Message
from domain.ledger.ageing import Ageing, CurrencyAgeing
from domain.ledger.entry_events import BalancesAudited, BalancesDiffer
from domain.ledger.statements import Book, Statement

LINES_SHOWN = 10
"""Newest entries of a statement, of each currency; the papers hold all of them."""

OPEN_SHOWN = 10


def ageing(found: Ageing) -> Message:
    """Return what is open by currency and days past due."""
    if not found.currencies:
        return _plain("Nothing is open.")
    head = f"What is open, by days past due, as of {found.as_of}"
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_aged, found.currencies), most=20),
    )


def _aged(each: CurrencyAgeing) -> blocks.Block:
    lines = [f"*{each.total.amount}* in {each.total.invoices:,} invoices"]
    lines += [f"{bucket.name}: {bucket.amount} ({bucket.invoices:,})" for bucket in each.buckets if bucket.invoices]
    if each.unapplied or each.credit_notes:
        lines.append(
            f"to customers' credit, not taken off: {each.unapplied} unapplied, {each.credit_notes} in credit notes"
        )
    return blocks.section("\n".join(lines))


def statement(found: Statement) -> Message:
    """Return a customer's account in short; the paper and the CSV come from the shell."""
    name = text.foreign(found.account_name, limit=80)
    head = f"{name}: statement from {found.since} to {found.until}"
    if not found.books:
        return _plain(f"{head}. Nothing happened and nothing is open.")
    whose = text.foreign(found.account_number or found.account_name, limit=80)
    hint = f'The whole of it, as a PDF or for a spreadsheet: `plixo statement "{whose}"` in the shell.'
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*"), blocks.context(hint)], map(_book, found.books), most=10),
    )


def _book(book: Book) -> blocks.Block:
    sums = ", ".join(f"{name} {amount}" for name, amount in book.sums.items() if amount)
    lines = [f"*{book.owed} owed now* ({book.to_credit} to their credit is taken off)" if book.to_credit
             else f"*{book.owed} owed now*"]  # fmt: skip
    lines.append(f"from {book.opening} to {book.closing}{f': {sums}' if sums else ''}")
    lines += [
        f"{line.day}  {line.kind.replace('_', ' ')} {text.foreign(line.number or line.method, limit=60)}  {line.amount}"
        for line in book.lines[-LINES_SHOWN:]
    ]
    if len(book.lines) > LINES_SHOWN:
        lines.append(f"… and {len(book.lines) - LINES_SHOWN:,} earlier entries")
    late = [each for each in book.open_invoices if each.days_past_due > 0]
    if late:
        lines.append("*Past due*")
        lines += [
            f"{text.foreign(each.number, limit=60)}  {each.open} of {each.total}, {each.days_past_due} days"
            for each in late[:OPEN_SHOWN]
        ]
    if len(late) > OPEN_SHOWN:
        lines.append(f"… and {len(late) - OPEN_SHOWN:,} more")
    return blocks.section("\n".join(lines))


def audited(found: BalancesAudited | BalancesDiffer | None) -> Message:
    """Return what the newest comparison of balances with their entries found."""
    if found is None:
        return _plain("No balance was compared yet; it is done every night, and at once by `plixo ledger audit`.")
    when = f"{found.at:%Y-%m-%d %H:%M} UTC: "
    whole = blocks.section(when + text.said(found.told(), limit=2500))
    return Message(text=when + text.said(found.told(), limit=150), blocks=(whole,))


def _plain(sentence: str) -> Message:
    return Message(text=sentence, blocks=(blocks.section(sentence),))
