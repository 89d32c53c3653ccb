"""Amounts of camt.053: what an entry and each of its transactions moved, whose money it is, and what the bank kept."""

import re

from domain.cash_application.bank_faults import BankFault, NoMovement
from domain.cash_application.bank_words import BankField
from domain.cash_application.camt_entries import Detail, Entry
from domain.kernel.money import AmountMalformed, CurrencyUnknown, Money

_LONG = re.compile(r"\d{14,}(\.\d+)?")
"""More figures than ``Money`` takes, or any bank moves at once."""


def whole(entry: Entry) -> Money:
    """Return what the entry moved, negative where the account was debited."""
    amount = _money(entry.values.get("amount", ""), entry.currency)
    if not amount:
        raise NoMovement("nothing_moved")
    return _signed(amount, entry.values.get("direction", ""))


def _signed(amount: Money, direction: str) -> Money:
    match direction.upper():
        case "CRDT":
            return amount
        case "DBIT":
            return -amount
        case _:
            raise BankFault(BankField.DIRECTION, direction, "direction_unknown")


def own_money(entry: Entry, details: list[Detail], amount: Money) -> bool:
    """Tell whether a credit is money of our own that comes back, and no customer's.

    The bank says so by a reversal, which turns an earlier debit round, or by the reason of a return: only what the
    merchant had sent can come back to the merchant. A debit with one of the two takes a customer's payment back.

    Raises:
        NoMovement: The merchant paid something.
    """
    reversal = entry.values.get("reversal", "").lower() in ("true", "1")
    back = reversal or any("returned" in each.values for each in details)
    if amount.minor < 0 and not back:
        raise NoMovement("went_out")
    return amount.minor > 0 and back


def _money(text: str, currency: str) -> Money:
    if not text:
        raise BankFault(BankField.AMOUNT, "", "movement_without_amount")
    if not currency:
        raise BankFault(BankField.CURRENCY, "", "currency_missing")
    try:
        amount = Money.of(text, currency.upper())
    except CurrencyUnknown:
        raise BankFault(BankField.CURRENCY, currency, "currency_unknown") from None
    except AmountMalformed:
        code = "amount_too_large" if _LONG.fullmatch(text) else "amount_malformed"
        raise BankFault(BankField.AMOUNT, text, code) from None
    if amount.minor < 0:
        raise BankFault(BankField.AMOUNT, text, "direction_contradicts")
    return amount


def parts(entry: Entry, whole: Money) -> list[tuple[Detail, Money]] | None:
    """Return the transactions of a batch booking with what each moved; None where they do not make up the entry.

    The bank may have taken its charges off each of them before it booked the sum.
    """
    if len(entry.details) < 2:
        return None
    try:
        gross = [_moved(entry, detail) for detail in entry.details]
        kept = [_charges(detail) for detail in entry.details]
    except BankFault:
        return None
    if any(not part or part.currency != whole.currency for part in gross):
        return None
    net = [part - charges for part, charges in zip(gross, kept, strict=True)]
    for parts in (gross, net):
        if sum(part.minor for part in parts) == whole.minor and all(parts):
            return list(zip(entry.details, parts, strict=True))
    return None


def _moved(entry: Entry, detail: Detail) -> Money:
    amount = _money(detail.values.get("amount", ""), detail.currency)
    return _signed(amount, detail.values.get("direction", "") or entry.values.get("direction", ""))


def _charges(of: Entry | Detail) -> Money:
    """Return what the bank says that it kept of an amount, in that amount's currency."""
    kept = Money(0, (of.currency or of.charges.items[0][1]).upper())
    for text, currency in of.charges.items:
        if currency.upper() != kept.currency:
            raise BankFault(BankField.CURRENCY, currency, "currency_contradicts")
        kept += _money(text, currency)
    return kept


def told_charges(of: Entry | Detail) -> str:
    """Say what the bank kept, which explains a payment that is short by it."""
    if not of.charges.items:
        return ""
    try:
        charges = _charges(of)
    except (BankFault, CurrencyUnknown):
        return ""
    return f"bank charges {charges}" if charges else ""
