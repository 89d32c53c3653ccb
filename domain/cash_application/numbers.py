"""Numbers: how well what is written names an invoice, from its very number down to figures that it shares."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from domain.cash_application.mentions import How, Mention, Reading, skeleton
from domain.ledger import invoices


class Strength(IntEnum):
    """How well a text names an invoice."""

    CUT = 1
    BARE = 2
    MANGLED = 3
    CLEAR = 4


@dataclass(frozen=True, slots=True)
class Named:
    """An invoice number of the ledger that a text names."""

    key: str
    strength: Strength
    raw: str
    how: How
    start: int
    end: int
    rivals: int = 0
    """How many other invoices the same words may mean as well."""


LONG_ENOUGH = 6
"""Figures that a number without any letters needs to be told from dates, amounts and house numbers."""

_GENERIC = """
    invoice invoices inv invno no nr num number numbers rechnung rechnungen rechnungsnr rechnungsnummer rechn
    re rg rn rnr rgnr rng facture factures fact fac fra factura facturas fattura fatt ft factuur bill bills
    ref reference referenz verwendungszweck zahlung payment pay paiement pago for für fuer pour de vom from
    und and et y n doc beleg belegnr belegnummer text svwz sepa ueberweisung transfer zu our your ihre
"""

_FOREIGN = """
    po order orders ord bestellung bestell bestellnr best auftrag auftragsnr auftr ab kd kdnr kunde kunden
    kundennr kundennummer customer cust account acct konto ktonr kto iban bic blz eref mref kref cred crid
    debt contract vertrag vertragsnr tel telefon fax phone ls lieferschein delivery projekt project proj dated
    date datum am on eur usd gbp chf amount betrag total summe tan vat ust mwst tax steuer steuernr stnr plz
    room page seite art artikel item qty menge
"""

GENERIC = frozenset(_GENERIC.split())
"""Words before figures that say that an invoice follows, or nothing."""

FOREIGN = frozenset(_FOREIGN.split())
"""Words before figures that say that something else follows."""

_NO_FIGURES = re.compile(r"[\W\d_]+")


def named(reading: Reading, keys: Sequence[str]) -> tuple[Named, ...]:
    """Return which of the ledger's numbers (their keys) the text names, the best reading of each.

    What lies within a better reading is dropped: in ``2024-1042`` the invoice 1042 is not named where 2024-1042 exists.
    """
    by_key = {key: key for key in keys}
    by_skeleton = _grouped({key: skeleton(key) for key in keys})
    by_digits = _grouped({key: digits(key) for key in keys})
    found = [
        Named(word.key, Strength.CLEAR, word.raw, How.WRITTEN, word.start, word.end)
        for word in reading.words
        if word.key in by_key and worth(word.key)
    ]
    found += [
        Named(key, _alike(word.raw, key), word.raw, How.WRITTEN, word.start, word.end)
        for word in reading.skeletons
        for key in by_skeleton.get(word.key, ())
        if worth(key)
    ]
    found += [
        Named(key, strength, mention.raw, mention.how, mention.start, mention.end)
        for mention in reading.mentions
        for key in by_digits.get(mention.digits, ())
        if (strength := compared(mention, key)) is not None
    ]
    return _rivalled(_best(found))


def digits(number: str) -> str:
    """Return a number's figures without leading zeros, by which mentions find it."""
    return re.sub(r"[^0-9]", "", number).lstrip("0")


def worth(key: str) -> bool:
    """Tell whether a number can be told from other words: two figures with letters, or enough figures alone."""
    figures = sum(sign.isdigit() for sign in key)
    return figures >= 2 and len(key) >= 4 if _NO_FIGURES.sub("", key) else figures >= LONG_ENOUGH


def compared(mention: Mention, key: str) -> Strength | None:
    """Return how well a mention of the same figures names the number; None where it speaks of something else."""
    letters = _NO_FIGURES.sub("", key)
    derived = mention.how in {How.COMPLETED, How.SPLIT}
    same_letters = bool(letters) and skeleton(mention.letters).endswith(skeleton(letters))
    if same_letters:
        whole = mention.exact == re.sub(r"[^0-9]", "", key) and mention.how in {How.WRITTEN, How.RANGE}
        clear = whole and mention.letters.endswith(letters)
        return Strength.BARE if derived else Strength.CLEAR if clear else Strength.MANGLED
    if mention.letters in FOREIGN:
        return None
    if mention.letters not in GENERIC and mention.letters and mention.attached:
        return None
    if derived or mention.how is How.CORRECTED or len(mention.digits) < LONG_ENOUGH - 2:
        return Strength.CUT
    if not letters and len(mention.digits) >= LONG_ENOUGH and mention.exact == key:
        return Strength.CLEAR
    return Strength.BARE


def ends(reading: Reading, key: str) -> Mention | None:
    """Return the mention that has the last figures of a number, at least three, and is no other word's."""
    whole = digits(key)
    for mention in reading.mentions:
        if mention.letters in FOREIGN or mention.how not in {How.WRITTEN, How.CORRECTED}:
            continue
        if len(mention.exact) < len(whole) and whole.endswith(mention.exact):
            return mention
    return None


def _alike(raw: str, key: str) -> Strength:
    """Return CLEAR where only separators differ, MANGLED where letters were read as figures."""
    plain = "".join(sign for sign in raw if sign.isalnum())
    same = plain == "".join(sign for sign in invoices.number_key(key) if sign.isalnum())
    return Strength.CLEAR if same else Strength.MANGLED


def _grouped(of: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for key, group in of.items():
        if group:
            groups.setdefault(group, []).append(key)
    return {group: tuple(keys) for group, keys in groups.items()}


def _best(found: Sequence[Named]) -> list[Named]:
    """Keep the best reading of each number, and drop those that lie within a better reading of another."""
    best: dict[str, Named] = {}
    for each in found:
        known = best.get(each.key)
        if known is None or (each.strength, each.end - each.start) > (known.strength, known.end - known.start):
            best[each.key] = each
    return [each for each in best.values() if not any(_swallows(other, each) for other in best.values())]


def _swallows(other: Named, each: Named) -> bool:
    if other.key == each.key or other.start > each.start or other.end < each.end:
        return False
    longer = other.end - other.start > each.end - each.start
    members = other.how is How.RANGE and each.how is How.RANGE
    return not members and (other.strength > each.strength or (other.strength == each.strength and longer))


def _rivalled(found: Sequence[Named]) -> tuple[Named, ...]:
    """Say of each how many others the same words may mean; the members of a range are no rivals."""

    def rivals(each: Named) -> int:
        if each.how in {How.RANGE, How.SPLIT}:
            return 0
        return sum(
            other.key != each.key
            and (other.start, other.end) == (each.start, each.end)
            and other.strength == each.strength
            and other.how not in {How.RANGE, How.SPLIT}
            for other in found
        )

    ranked = [Named(each.key, each.strength, each.raw, each.how, each.start, each.end, rivals(each)) for each in found]
    return tuple(sorted(ranked, key=lambda each: (-each.strength, each.start, each.key)))
