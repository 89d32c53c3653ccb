"""The words of bank statements: their fields, and the headers that banks put over them in several languages."""

import re
from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.money import CurrencyUnknown, digits
from domain.ledger.csv_import.amount_texts import SIGNS
from domain.ledger.csv_import.headers import Known, Vocabulary, folded


class BankField(StrEnum):
    """What a cell of a bank statement can be about."""

    BOOKED = "booking-date"
    VALUED = "value-date"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    DIRECTION = "direction"
    CURRENCY = "currency"
    PAYER = "payer-name"
    PAYEE = "payee-name"
    PAYER_ACCOUNT = "payer-account"
    REFERENCE = "reference"
    TRANSACTION = "transaction-id"
    ACCOUNT = "bank-account"
    STATUS = "status"
    BALANCE = "balance"


KNOWN: Mapping[BankField, Known] = {
    BankField.BOOKED: Known(
        "Booking Date",
        ("booking date", "booked on", "date booked", "posting date", "posted date", "post date", "date posted",
         "transaction date", "entry date", "Buchungsdatum", "Buchungstag", "Buchung", "date opération",
         "date d'opération", "date de l'opération", "date comptable", "date de comptabilisation",
         "fecha operación", "fecha de operación", "fecha contable", "F. operación", "F. contable"),
        ("date", "Datum", "fecha", "completed date", "date completed", "finished on", "process date"),
    ),
    BankField.VALUED: Known(
        "Value Date",
        ("value date", "Valuta", "Valutadatum", "Wertstellung", "Wertstellungsdatum", "Wert", "date valeur",
         "date de valeur", "fecha valor", "fecha de valor", "F. valor"),
    ),
    BankField.AMOUNT: Known(
        "Amount",
        ("amount", "transaction amount", "amount in account currency", "booking amount", "Betrag",
         "Betrag in Kontowährung", "Buchungsbetrag", "Umsatz", "montant", "montant opération",
         "montant de l'opération", "montant operation en euro", "importe", "importe operación", "cantidad", "monto"),
        ("gross", "brutto", "value", "sum"),
    ),
    BankField.DEBIT: Known(
        "Debit",
        ("debit", "debits", "debit amount", "amount debit", "paid out", "money out", "withdrawal", "withdrawals",
         "withdrawal amount", "Soll", "Belastung", "Ausgang", "débit", "montant débit", "debe", "cargo", "cargos"),
    ),
    BankField.CREDIT: Known(
        "Credit",
        ("credit", "credits", "credit amount", "amount credit", "paid in", "money in", "deposit", "deposits",
         "deposit amount", "Haben", "Gutschrift", "Eingang", "crédit", "montant crédit", "haber", "abono", "abonos"),
    ),
    BankField.DIRECTION: Known(
        "Direction",
        ("direction", "debit/credit", "credit/debit", "debit or credit", "dr/cr", "cr/dr", "d/c", "c/d", "s/h", "h/s",
         "Soll/Haben", "Soll-/Haben-Kennung", "credit debit indicator", "debit credit indicator", "Eingang/Ausgang",
         "débit/crédit", "sens", "debe/haber", "signo"),
    ),
    BankField.CURRENCY: Known(
        "Currency",
        ("currency", "currency code", "account currency", "transaction currency", "ccy", "Währung", "Kontowährung",
         "devise", "moneda", "divisa"),
    ),
    BankField.PAYER: Known(
        "Payer Name",
        ("payer", "payer name", "paid by", "sender", "sender name", "source name", "counterparty",
         "counterparty name", "partner name", "remitter", "remitter name", "ordering party", "debtor", "debtor name",
         "originator", "Auftraggeber", "Auftraggeber/Empfänger", "Auftraggeber/Begünstigter",
         "Begünstigter / Auftraggeber", "Beguenstigter/Zahlungspflichtiger", "Begünstigter/Zahlungspflichtiger",
         "Zahlungspflichtiger", "Zahlungspflichtige*r", "Zahlungspartner", "Name Zahlungsbeteiligter",
         "Empfänger/Auftraggeber", "donneur d'ordre", "émetteur", "nom du donneur d'ordre", "tiers", "ordenante",
         "nombre del ordenante", "remitente"),
        ("name", "payee", "other party", "contrepartie", "contraparte", "Gegenpartei", "nombre", "nom"),
    ),
    BankField.PAYEE: Known(
        "Payee Name",
        ("payee name", "target name", "Zahlungsempfänger", "Zahlungsempfänger*in", "Empfänger", "bénéficiaire",
         "beneficiary", "beneficiary name", "beneficiario"),
    ),
    BankField.PAYER_ACCOUNT: Known(
        "Payer Account",
        ("payer account", "payer iban", "payer account number", "counterparty account", "counterparty iban",
         "partner iban", "partner account", "sender account", "sender iban", "debtor account", "debtor iban",
         "Kontonummer/IBAN", "IBAN Zahlungsbeteiligter", "IBAN Auftraggeber", "Auftraggeber IBAN", "Gegenkonto",
         "IBAN Gegenkonto", "IBAN / Kontonummer", "from email address",
         "compte donneur d'ordre", "IBAN donneur d'ordre", "cuenta ordenante", "IBAN ordenante"),
        ("iban", "account number"),
    ),
    BankField.REFERENCE: Known(
        "Reference",
        ("reference", "payment reference", "payer reference", "remittance information", "payment details",
         "Verwendungszweck", "Verwendungszweck 1", "Verwendungszweck 2", "Verwendungszweck 3", "Verwendungszweck 4",
         "Kundenreferenz", "Kundenreferenz (End-to-End)", "end-to-end reference", "end to end id", "customer reference",
         "libellé", "libellé opération", "libellé de l'opération", "libellé complet", "motif", "référence", "concepto",
         "concepto ampliado", "observaciones", "referencia", "invoice number"),
        ("description", "transaction description", "details", "detail", "transaction details", "memo", "narrative",
         "particulars", "text", "note", "notes", "subject", "message", "additional information", "Buchungsdetails",
         "Beschreibung", "informations complémentaires", "détail", "descripción", "información adicional"),
    ),
    BankField.TRANSACTION: Known(
        "Transaction ID",
        ("transaction id", "transaction number", "transaction reference", "bank reference", "bank transaction id",
         "unique id", "fit id", "TransferWise ID", "Wise ID", "Transaktionscode", "Transaktions-ID",
         "Transaktionsnummer", "Bankreferenz", "référence banque", "référence de l'opération", "id de transacción",
         "número de operación"),
    ),
    BankField.ACCOUNT: Known(
        "Bank Account",
        ("bank account", "own account", "Auftragskonto", "IBAN Auftragskonto", "account iban", "compte", "cuenta"),
        ("account", "Konto", "account name"),
    ),
    BankField.STATUS: Known("Status", ("status", "booking status", "transaction status", "Info", "statut", "estado")),
    BankField.BALANCE: Known(
        "Balance",
        ("balance", "running balance", "running bal", "account balance", "balance after transaction", "Saldo",
         "Kontostand", "Saldo nach Buchung", "solde"),
    ),
}  # fmt: skip

_CURRENCY_IN_HEADER = re.compile(r"[(\[]\s*(?P<sign>[A-Za-z]{3}|[€$£¥])\s*[)\]]\s*$")
_TWO_LETTERS = re.compile(r"([aou])e")
"""How umlauts are written where there are none: ``Waehrung``."""

_EURO_IN_HEADER = re.compile(r"\ben euros?\s*$", re.IGNORECASE)


def plain(header: str) -> str:
    """Return a header without case, accents, punctuation and the currency that some banks add to it."""
    return _TWO_LETTERS.sub(r"\1", folded(_CURRENCY_IN_HEADER.sub("", header)))


def currency_in(header: str) -> str | None:
    """Return the currency that a header over amounts names: ``Amount (EUR)``."""
    if _EURO_IN_HEADER.search(header):
        return "EUR"
    named = _CURRENCY_IN_HEADER.search(header)
    return currency_of(named["sign"]) if named else None


def currency_of(text: str) -> str | None:
    """Return the currency that a code or a sign stands for; none where it is no currency or could be several."""
    text = text.strip()
    several = SIGNS.get(text)
    if several is not None:
        return next(iter(several)) if len(several) == 1 else None
    code = text.upper()
    try:
        digits(code)
    except CurrencyUnknown:
        return None
    return code


WORDS = Vocabulary(
    "bank",
    tuple(BankField),
    KNOWN,
    (
        (BankField.BOOKED, BankField.VALUED),
        (BankField.AMOUNT, BankField.CREDIT),
    ),
    many=frozenset({BankField.REFERENCE}),
    fold=plain,
)
"""What the import of bank lines knows about headers."""
