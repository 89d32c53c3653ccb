"""Unapplied cash, entries, credit notes and write-offs as the operators see them."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import reasons
from domain.kernel.events import InvoiceEvent
from domain.ledger.credit_notes import OpenNote
from domain.ledger.unapplied import Entries, Entry, LooseCash, LoosePage
from domain.ledger.write_off_records import WaitingWriteOff
from domain.operations import short_ids

LINES_SHOWN = 15

ENTRIES_SHOWN = 30


def done(events: Sequence[InvoiceEvent]) -> Message:
    """Return what was done with several invoices, a line for each."""
    lines = [f"{text.foreign(each.invoice_number)}: {text.said(each.told())}." for each in events]
    more = f" And {len(lines) - 1} more." if len(lines) > 1 else ""
    return Message(text=f"{lines[0]}{more}", blocks=blocks.listing([], map(blocks.section, lines), most=LINES_SHOWN))


def loose(page: LoosePage, *, asked: str, totals: str) -> Message:
    """Return unapplied cash, the oldest first."""
    if not page.lines:
        sentence = f"No unapplied cash fits {text.foreign(asked)}." if asked else "There is no unapplied cash."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    count = f"{page.found} {'payment has' if page.found == 1 else 'payments have'} unapplied cash"
    head = f"{count}: {totals}"
    hint = "`/plixo place ID INV [AMOUNT]` places it; search by customer, amount, reference, or `>30d` for its age"
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{text.said(head)}*"), blocks.context(hint)],
            (blocks.section(_loose(each)) for each in page.lines),
            total=page.found,
            most=LINES_SHOWN,
        ),
    )


def _loose(cash: LooseCash) -> str:
    share = f" of {cash.received}" if cash.received != cash.unapplied else ""
    note = f"\n_{text.said(cash.note, limit=200)}_" if cash.note else ""
    return (
        f"`{short_ids.short(cash.payment_id)}`  *{cash.unapplied}*{share}  {text.foreign(cash.account_name)}\n"
        f"{text.foreign(cash.method, limit=60)} on {cash.received_on}, {text.foreign(cash.reference, limit=60)},"
        f" unapplied for {cash.days} days{note}"
    )


def entries(found: Entries) -> Message:
    """Return what a balance is made of."""
    number = text.foreign(found.invoice_number)
    head = f"{number}: {found.balance} of {found.total} open ({found.state.replace('_', ' ')})"
    lines = [_entry(each) for each in found.lines] or ["Nothing was written on it yet."]
    ways = [f"`/plixo {each} ID reason…`" for each in dict.fromkeys(each.undone_by for each in found.lines) if each]
    hint = f"What has an id is taken back: {' or '.join(ways)}."
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            map(blocks.section, lines),
            tail=[blocks.context(hint)] if ways else [],
            most=ENTRIES_SHOWN,
        ),
    )


def _entry(entry: Entry) -> str:
    short = f"`{short_ids.short(entry.id)}` " if entry.undone_by else ""
    note = f" _{text.said(entry.note, limit=120)}_" if entry.note else ""
    return f"{short}{-entry.amount}  {text.foreign(entry.what, limit=60)}, {text.moment(entry.at)}{note}"


def credit_notes(notes: Sequence[OpenNote], *, found: int) -> Message:
    """Return the credit notes of which something is left."""
    if not notes:
        sentence = "No open credit note fits."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{found} open credit {'note' if found == 1 else 'notes'}, the oldest first"
    hint = "`/plixo credit note NUMBER` shows where one may go"
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*"), blocks.context(hint)],
            (blocks.section(_note(each)) for each in notes),
            total=found,
            most=LINES_SHOWN,
        ),
    )


def _note(note: OpenNote) -> str:
    names = f", names {text.foreign(note.names)}" if note.names else ""
    on = f" of {note.issued_on}" if note.issued_on else ""
    why = f"\n_{text.said(note.reason, limit=200)}_" if note.reason else ""
    return (
        f"*{text.foreign(note.number)}*{on}  {text.foreign(note.account_name)}\n"
        f"*{note.left}* of {note.total} left{names}{why}"
    )


def credit_note(note: OpenNote) -> Message:
    """Return one credit note, with the invoices that it may be applied to, and a button that does it."""
    lines = [
        f"{text.foreign(each.invoice_number)}: {each.amount} of {each.balance}, due {each.due_on}"
        for each in note.suggested
    ]
    listed = text.listed(lines, most=10, empty="Nothing is open that it could be applied to.")
    shown = blocks.section(f"{_note(note)}\n{listed}")
    head = f"Credit note {text.foreign(note.number, limit=60)}: {note.left} left"
    if not note.suggested:
        return Message(text=head, blocks=(shown,))
    apply = blocks.button(
        "Apply, oldest first",
        action=ids.Action.APPLY_NOTE,
        value=ids.value(seen=note.number[:120]),
        label=f"Apply credit note {text.plain(note.number, limit=60)} to the invoices named",
        primary=True,
        confirm=Confirmation(
            title="Apply this credit note?",
            question=f"{note.left} are spread over the invoices named above, in that order.",
            yes="Apply it",
        ),
    )
    return Message(text=head, blocks=(shown, blocks.actions(apply)))


def write_offs(waiting: Sequence[WaitingWriteOff]) -> Message:
    """Return the write-offs and voids that wait, the oldest first, each with what can be decided."""
    if not waiting:
        sentence = "No write-off or void waits for a decision."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(waiting)} {'waits' if len(waiting) == 1 else 'wait'} for a decision, the oldest first."
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_write_off, waiting), most=LINES_SHOWN),
    )


def reject_form(waits: WaitingWriteOff) -> Modal:
    """Return the form in which somebody says why a write-off or a void is declined."""
    what = "Void" if waits.of == "void" else "Write-off"
    return reasons.form(
        ids.FormId.REJECT_WRITE_OFF,
        ids.Subject(write_off=waits.write_off_id),
        title=f"Decline the {what.casefold()}",
        head=f"*{what} of {waits.amount} on {text.foreign(waits.invoice_number)}, {text.foreign(waits.account_name)}*"
        f"\n_{text.said(waits.reason, limit=200)}_ ({text.foreign(waits.proposed_by, limit=40)})",
        label="Why?",
        hint="Whoever proposed it reads it. What is open stays as it is.",
        submit="Decline",
    )


def _becomes(waits: WaitingWriteOff) -> str:
    if waits.of == "void":
        return f"{waits.balance} are open, and nothing is owed any more then."
    if waits.amount > waits.balance:
        return f"Only {waits.balance} are open by now."
    return f"What is open goes from {waits.balance} to {waits.balance - waits.amount}."


def _write_off(waits: WaitingWriteOff) -> tuple[Block, Block]:
    number = text.plain(waits.invoice_number, limit=40)
    value = ids.value(write_off=waits.write_off_id)
    what = "Void" if waits.of == "void" else "Write-off"
    question = (
        f"{number} is owed no more, {waits.balance} with it; a void invoice stays void."
        if waits.of == "void"
        else f"{waits.amount} on {number} are given up at once. {_becomes(waits)}"
    )
    approve = blocks.button(
        "Approve",
        action=ids.Action.APPROVE_WRITE_OFF,
        value=value,
        label=f"Approve: {what.casefold()} of {waits.amount} on {number}",
        primary=True,
        confirm=Confirmation(title=f"Approve this {what.casefold()}?", question=question, yes="Approve"),
    )
    reject = blocks.button(
        "Reject…",
        action=ids.Action.REJECT_WRITE_OFF,
        value=value,
        label=f"Decline the {what.casefold()} of {number}",
    )
    said = (
        f"`{short_ids.short(waits.write_off_id)}`  *{text.foreign(waits.invoice_number)}*"
        f"  {text.foreign(waits.account_name)}\n"
        f"*{what}: {waits.amount}*. {_becomes(waits)}\n"
        f"_{text.said(waits.reason, limit=200)}_ ({text.foreign(waits.proposed_by, limit=40)},"
        f" {text.moment(waits.proposed_at)})"
    )
    return blocks.section(said), blocks.actions(approve, reject)
