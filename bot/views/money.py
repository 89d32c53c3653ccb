"""Unapplied cash, entries and credit notes as the operators see them."""

from collections.abc import Mapping, Sequence

from bot import blocks, ids, text
from bot.blocks import Confirmation, Message
from bot.views import states
from domain.kernel import sentences
from domain.kernel.events import InvoiceEvent
from domain.kernel.speech import amount, counted, phrase, say
from domain.ledger import words
from domain.ledger.credit_notes import OpenNote
from domain.ledger.unapplied import Entries, Entry, LooseCash, LoosePage
from domain.operations import short_ids

LINES_SHOWN = 15

ENTRIES_SHOWN = 30

_REVERSED = " (reversed)"

_BY: Mapping[str, str] = {
    "payment": phrase("payment by {method}"),
    "refund": phrase("refund by {method}"),
    "chargeback": phrase("chargeback by {method}"),
    "reinstated": phrase("reinstated by {method}"),
}

_ENTRIES: Mapping[str, str] = {
    "taken back": phrase("taken back"),
    "lowered by a ledger file": phrase("lowered by a ledger file"),
    "credit": phrase("credit"),
    "difference let go": phrase("difference let go"),
    "write-off": phrase("write-off"),
    "void": phrase("void"),
}
"""What an entry is, as ``domain/ledger/unapplied.py`` names it."""


def done(events: Sequence[InvoiceEvent]) -> Message:
    """Return what was done with several invoices, a line for each."""
    lines = [f"{text.foreign(each.invoice_number)}: {text.said(each.told())}." for each in events]
    more = f" {say('And {n} more.', n=len(lines) - 1)}" if len(lines) > 1 else ""
    return Message(text=f"{lines[0]}{more}", blocks=blocks.listing([], map(blocks.section, lines), most=LINES_SHOWN))


def loose(page: LoosePage, *, asked: str, totals: str) -> Message:
    """Return unapplied cash, the oldest first."""
    if not page.lines:
        nothing = say("There is no unapplied cash.")
        sentence = say("No unapplied cash fits {words}.", words=text.foreign(asked)) if asked else nothing
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} payment has unapplied cash: {sums}", "{n} payments have unapplied cash: {sums}", page.found, sums=totals
    )
    hint = say("`/plixo place ID INV [AMOUNT]` places it; search by customer, amount, reference, or `>30d` for its age")
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
    note = f"\n_{text.said(sentences.said(cash.note), limit=200)}_" if cash.note else ""
    sum_ = f"*{amount(cash.unapplied)}*"
    if cash.received != cash.unapplied:
        sum_ = say("{part} of {whole}", part=sum_, whole=cash.received)
    told = counted(
        "{method} on {day}, {reference}, unapplied for {n} day",
        "{method} on {day}, {reference}, unapplied for {n} days",
        cash.days,
        method=text.foreign(words.method(cash.method), limit=60),
        day=cash.received_on,
        reference=text.foreign(cash.reference, limit=60),
    )
    return f"`{short_ids.short(cash.payment_id)}`  {sum_}  {text.foreign(cash.account_name)}\n{told}{note}"


def entries(found: Entries) -> Message:
    """Return what a balance is made of."""
    head = say(
        "{invoice}: {balance} of {total} open ({state})",
        invoice=text.foreign(found.invoice_number),
        balance=found.balance,
        total=found.total,
        state=states.of_case(found.state.replace("_", " ")),
    )
    lines = [_entry(each) for each in found.lines] or [say("Nothing was written on it yet.")]
    ways = [f"`/plixo {each} ID reason…`" for each in dict.fromkeys(each.undone_by for each in found.lines) if each]
    hint = say("What has an id is taken back: {commands}.", commands=", ".join(ways))
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
    note = f" _{text.said(sentences.said(entry.note), limit=120)}_" if entry.note else ""
    return f"{short}{amount(-entry.amount)}  {text.foreign(_what(entry.what), limit=60)}, {text.moment(entry.at)}{note}"


def _what(kept_as: str) -> str:
    """Return what an entry is, in the reader's words; the ledger's list of entries is in English."""
    if kept_as.endswith(_REVERSED):
        return say("{what} (reversed)", what=_what(kept_as.removesuffix(_REVERSED)))
    kind, by, method = kept_as.partition(" by ")
    if by and kind in _BY:
        return say(_BY[kind], method=words.method(method))
    note = kept_as.removeprefix("credit note ")
    if note != kept_as:
        return say("credit note {number}", number=note)
    return say(_ENTRIES[kept_as]) if kept_as in _ENTRIES else kept_as


def credit_notes(notes: Sequence[OpenNote], *, found: int) -> Message:
    """Return the credit notes of which something is left."""
    if not notes:
        sentence = say("No open credit note fits.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted("{n} open credit note, the oldest first", "{n} open credit notes, the oldest first", found)
    hint = say("`/plixo credit note NUMBER` shows where one may go")
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
    number = f"*{text.foreign(note.number)}*"
    if note.issued_on:
        number = say("{number} of {day}", number=number, day=note.issued_on)
    left = (
        say(
            "*{amount}* of {total} left, names {invoice}",
            amount=note.left,
            total=note.total,
            invoice=text.foreign(note.names),
        )
        if note.names
        else say("*{amount}* of {total} left", amount=note.left, total=note.total)
    )
    why = f"\n_{text.said(sentences.said(note.reason), limit=200)}_" if note.reason else ""
    return f"{number}  {text.foreign(note.account_name)}\n{left}{why}"


def credit_note(note: OpenNote) -> Message:
    """Return one credit note, with the invoices that it may be applied to, and a button that does it."""
    lines = [
        say(
            "{invoice}: {amount} of {balance}, due {day}",
            invoice=text.foreign(each.invoice_number),
            amount=each.amount,
            balance=each.balance,
            day=each.due_on,
        )
        for each in note.suggested
    ]
    listed = text.listed(lines, most=10, empty=say("Nothing is open that it could be applied to."))
    shown = blocks.section(f"{_note(note)}\n{listed}")
    head = say("Credit note {number}: {amount} left", number=text.foreign(note.number, limit=60), amount=note.left)
    if not note.suggested:
        return Message(text=head, blocks=(shown,))
    apply = blocks.button(
        say("Apply, oldest first"),
        action=ids.Action.APPLY_NOTE,
        value=ids.value(seen=note.number[:120]),
        label=say("Apply credit note {number} to the invoices named", number=text.plain(note.number, limit=60)),
        primary=True,
        confirm=Confirmation(
            title=say("Apply this credit note?"),
            question=say("{amount} are spread over the invoices named above, in that order.", amount=note.left),
            yes=say("Apply it"),
        ),
    )
    return Message(text=head, blocks=(shown, blocks.actions(apply)))
