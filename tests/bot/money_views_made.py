"""The views of unapplied cash, credit notes and write-offs, made from read models with names of the caller's choice."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from bot.blocks import Message
from bot.views import falls, money, write_offs
from domain.kernel.money import Money
from domain.ledger.credit_notes import OpenNote, Suggestion
from domain.ledger.entry_events import CashPlaced
from domain.ledger.falls import Fall, Falls
from domain.ledger.sums import Totals
from domain.ledger.unapplied import Entries, Entry, LooseCash, LoosePage
from domain.ledger.write_off_records import WaitingWriteOff

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)
ID = UUID(int=0x1A2B3C4D << 96)
EURO = Money(12500, "EUR")
NONE = Money(0, "EUR")


def money_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    """Return each view of this kind once."""
    cash = LooseCash(ID, ID, name, number, EURO, EURO + EURO, DAY, name, "bank", name, name, AT, 9)
    note = OpenNote(ID, number, name, number, EURO + EURO, EURO, DAY, name)
    going = OpenNote(
        ID, number, name, "", EURO, EURO, None, name, (Suggestion(ID, number, DAY, EURO, EURO),) * min(many, 50)
    )
    placed = CashPlaced(
        invoice_id=ID, invoice_number=number, account_id=ID, payment_id=ID, allocation_id=ID, amount=EURO, balance=NONE,
        unapplied=NONE, payer=name, note=name, actor=name, actor_kind="person", at=AT,
    )  # fmt: skip
    lines = (Entry(ID, name, EURO, AT, name, "unplace"), Entry(ID, name, -EURO, AT, "", "")) * (min(many, 50) // 2)
    waiting = (
        WaitingWriteOff(ID, "write-off", number, name, EURO, EURO, name, name, AT),
        WaitingWriteOff(ID, "void", number, name, EURO, EURO, name, name, AT),
    )
    totals = Totals((EURO, Money(500, "JPY")))
    return {
        "unapplied": money.loose(LoosePage((cash,) * min(many, 15), many, totals), asked="", totals=str(totals)),
        "unapplied, none": money.loose(LoosePage((), 0, Totals()), asked=name, totals="nothing"),
        "placed": money.done((placed,) * min(many, 30)),
        "entries": money.entries(Entries(number, "written_off", EURO, NONE, lines)),
        "entries, none": money.entries(Entries(number, "open", EURO, EURO, ())),
        "credit notes": money.credit_notes((note,) * min(many, 15), found=many),
        "credit notes, none": money.credit_notes((), found=0),
        "credit note": money.credit_note(going),
        "credit note, nowhere": money.credit_note(note),
        "write-offs": write_offs.listed(waiting * (min(many, 100) // 2)),
        "write-offs, none": write_offs.listed(()),
        "lowered": falls.waiting(Falls((Fall(number, name, EURO, NONE, DAY, name),) * min(many, 100), many)),
        "lowered, none": falls.waiting(Falls((), 0)),
    }
