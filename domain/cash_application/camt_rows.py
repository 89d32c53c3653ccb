"""Rows of camt.053: what came in of each entry, and what of it went back; batch bookings by their transactions."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, ClassVar

from domain.cash_application import camt_amounts, payer_texts
from domain.cash_application.bank_dates import AHEAD
from domain.cash_application.bank_faults import BankFault, NoMovement
from domain.cash_application.bank_rows import LONGEST_ID, LONGEST_NAME, LONGEST_REFERENCE, NO_ID, BankRow
from domain.cash_application.bank_words import BankField
from domain.cash_application.camt_entries import Detail, Entries, Entry
from domain.cash_application.doubts import Doubt
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.ledger.csv_import.headers import Columns
from domain.ledger.csv_import.refusals import FileHoldsNoRows, FileUnreadable
from domain.ledger.csv_import.rejects import RejectLog
from domain.ledger.csv_import.requests import Progress
from domain.ledger.csv_import.sources import Tally

PAGE = 500
"""Entries that are staged at a time."""

MOST_ACCOUNTS = 100
"""Accounts of one file that are told."""

COLUMNS: Columns[BankField] = Columns(
    tuple(each.value for each in BankField), {each: place for place, each in enumerate(BankField)}, ()
)
"""What the parts of an entry are called in the reject log; its line there is the how-manieth entry of the file."""

_BOOKED = frozenset({"BOOK", ""})
_AHEAD = frozenset({"PDNG", "INFO", "FUTR"})
"""Statuses of what has not moved, or is told only: pending, information, booked on a later day."""


@dataclass(frozen=True, slots=True)
class CamtLayout:
    """What was found in a statement before anything is taken from it; such a file explains itself."""

    form: ClassVar[str] = "camt.053"

    accounts: tuple[str, ...]
    """The merchant's accounts; a file may hold the statements of several."""
    rows: int
    size: int
    sha256: str


def surveyed(file: BinaryIO, *, name: str, progress: Progress | None) -> CamtLayout:
    """Read a statement to its end, so that one that breaks off brings nothing.

    Raises:
        NoCamt: It cannot be read.
        FileHoldsNoRows: It has no entry.
    """
    size = file.seek(0, 2)
    entries = Entries(file, Tally(progress, before=0, whole=2 * size), name=name)
    rows = 0
    accounts: dict[str, None] = {}
    for entry in entries:
        rows += 1
        if entry.account and len(accounts) < MOST_ACCOUNTS:
            accounts.setdefault(entry.account)
    if not rows:
        raise FileHoldsNoRows(say("{file} is a statement without entries; there is nothing to import.", file=name))
    return CamtLayout(tuple(accounts), rows, size, entries.sha256)


class CamtPages:
    """The movements of a statement, page by page; what is wrong with an entry goes to the log."""

    def __init__(
        self, file: BinaryIO, layout: CamtLayout, *, name: str, log: RejectLog, today: date, progress: Progress | None
    ) -> None:
        self.read = 0
        self.left_out: Counter[str] = Counter()
        self._log, self._latest, self._sha256 = log, today + AHEAD, layout.sha256
        self.entries = Entries(file, Tally(progress, before=layout.size, whole=2 * layout.size), name=name)
        self._each = iter(self.entries)

    def next(self) -> list[BankRow] | None:
        """Return the movements of the next entries, or None at the end.

        Raises:
            FileUnreadable: The file was changed since it was surveyed.
        """
        page: list[BankRow] = []
        some = 0
        for entry in self._each:
            some += 1
            self._take(entry, page)
            if some == PAGE:
                break
        if not some and self.entries.sha256 != self._sha256:
            raise FileUnreadable(say("The file was changed while it was read. Import it again."))
        return page if some else None

    def _take(self, entry: Entry, page: list[BankRow]) -> None:
        self.read += 1
        try:
            found = rows(entry, latest=self._latest)
        except NoMovement as nothing:
            self.left_out[nothing.reason] += 1
        except BankFault as fault:
            self._log.add({entry.place: [fault]}, COLUMNS)
        else:
            page += (each for each in found if isinstance(each, BankRow))
            self.left_out.update(each.reason for each in found if isinstance(each, NoMovement))
            self.read += len(found) - 1


def rows(entry: Entry, *, latest: date) -> list[BankRow | NoMovement]:
    """Return the movements of an entry: one, or one for each transaction of a batch booking that adds up.

    Transactions of a batch that are nothing for the books stand among them, with the reason.

    Raises:
        NoMovement: Nothing came in and nothing of that went back.
        BankFault: What is wrong with it.
    """
    _require_booked(entry)
    booked = _day(entry)
    if booked > latest:
        raise BankFault(BankField.BOOKED, booked.isoformat(), "booked_in_future")
    whole = camt_amounts.whole(entry)
    parts = camt_amounts.parts(entry, whole)
    if parts is None:
        return [_row(entry, entry.details, booked, whole, batch=False)]
    found = [_part_row(entry, detail, booked, part) for detail, part in parts]
    if all(isinstance(each, NoMovement) for each in found):
        raise NoMovement("went_out")
    return found


def _part_row(entry: Entry, detail: Detail, booked: date, part: Money) -> BankRow | NoMovement:
    try:
        return _row(entry, [detail], booked, part, batch=True)
    except NoMovement as nothing:
        return nothing


def _require_booked(entry: Entry) -> None:
    status = entry.values.get("status", "")
    if status.upper() in _AHEAD:
        raise NoMovement("not_booked")
    if status.upper() not in _BOOKED:
        raise BankFault(BankField.STATUS, status, "booking_status_unknown")


def _day(entry: Entry) -> date:
    for name, column in (("booked", BankField.BOOKED), ("valued", BankField.VALUED)):
        if text := entry.values.get(name, ""):
            try:
                return date.fromisoformat(text[:10])
            except ValueError:
                raise BankFault(column, text, "date_malformed") from None
    raise BankFault(BankField.BOOKED, "", "booked_missing")


def _row(entry: Entry, details: list[Detail], booked: date, amount: Money, *, batch: bool) -> BankRow:
    own = camt_amounts.own_money(entry, details, amount)
    first = details[0] if details else Detail()
    side = "debtor" if amount.minor > 0 else "creditor"  # of money that goes back the payer is its creditor
    name = payer_texts.shown(
        first.values.get(side) or (first.values.get("ultimate_debtor", "") if amount.minor > 0 else ""), LONGEST_NAME
    )
    one_payer = len(details) == 1
    texts = _texts(entry, details)
    return BankRow(
        line=entry.place,
        account=payer_texts.shown(entry.account, LONGEST_NAME),
        booked_on=booked,
        currency=amount.currency,
        amount_minor=amount.minor,
        payer_name=(name if one_payer else "") or payer_texts.named_in(texts),
        payer_account=first.values.get(f"{side}_account", "") if one_payer else "",
        reference=texts,
        transaction=_number(entry, first if one_payer else None, batch=batch),
        doubt=Doubt.OWN_MONEY if own else Doubt.NONE,
    )


def _texts(entry: Entry, details: list[Detail]) -> str:
    """Return what the payer wrote, each text once; an entry without transactions has the bank's own words only."""
    each: dict[str, None] = {}
    for detail in details:
        reason = detail.values.get("returned", "")
        named = [f"return {reason}"] if reason else []
        end_to_end = detail.values.get("end_to_end", "")
        texts = [
            "".join(detail.unstructured),
            *detail.structured,
            *named,
            end_to_end,
            camt_amounts.told_charges(detail),
        ]
        each |= dict.fromkeys(payer_texts.shown(text, LONGEST_REFERENCE) for text in texts if _tells(text))
    if not each:
        about = [entry.values.get("about", ""), *(detail.values.get("about", "") for detail in details)]
        each = dict.fromkeys(payer_texts.shown(text, LONGEST_REFERENCE) for text in about if _tells(text))
    if kept := camt_amounts.told_charges(entry):
        each.setdefault(kept)
    return " · ".join(each)[:LONGEST_REFERENCE]


def _tells(text: str) -> bool:
    return text.strip().upper() not in NO_ID


def _number(entry: Entry, detail: Detail | None, *, batch: bool) -> str:
    """Return the bank's number of the movement; within a batch booking that of the transaction goes with it."""
    of_entry = entry.values.get("bank_reference", "") or entry.values.get("number", "")
    names = ("bank_reference", "number", "end_to_end")
    own = next((text for name in names if detail and _tells(text := detail.values.get(name, ""))), "")
    known = [text for text in ((of_entry, own) if batch else (of_entry or own,)) if _tells(text)]
    return payer_texts.shown("/".join(known), LONGEST_ID)
