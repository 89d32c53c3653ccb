"""The words of ageing reports: their fields, their headers in several languages, and how buckets are written."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.money import CurrencyUnknown, digits
from domain.kernel.speech import phrase
from domain.ledger.csv_import.amount_texts import SIGNS
from domain.ledger.csv_import.headers import Known, Vocabulary, folded


class ControlField(StrEnum):
    """What a cell of an ageing report can be about."""

    CURRENCY = "currency"
    AS_OF = "as-of"
    BUCKET = "bucket"
    NUMBER = "invoice-number"
    DUE = "due-date"
    BALANCE = "balance"
    AMOUNT = "amount"
    CURRENT = "current"
    DAYS_30 = "1-30"
    DAYS_60 = "31-60"
    DAYS_90 = "61-90"
    OLDER = "91+"
    CREDITS = "credits"
    TOTAL = "total"


class Shape(StrEnum):
    """How a report is laid out."""

    BUCKETS = phrase("a column for each bucket")
    ROWS = phrase("a row for each bucket")
    LINES = phrase("a row for each invoice")


BUCKET_FIELDS: tuple[ControlField, ...] = (
    ControlField.CURRENT, ControlField.DAYS_30, ControlField.DAYS_60, ControlField.DAYS_90, ControlField.OLDER,
)  # fmt: skip
"""The columns of buckets, whose values are the names of our buckets."""

AMOUNTS: tuple[ControlField, ...] = (
    ControlField.BALANCE, ControlField.AMOUNT, *BUCKET_FIELDS, ControlField.CREDITS, ControlField.TOTAL,
)  # fmt: skip

KNOWN: Mapping[ControlField, Known] = {
    ControlField.CURRENCY: Known(
        phrase("Currency"), ("currency", "currency code", "ccy", "Währung", "Waehrung", "devise", "moneda", "divisa")
    ),
    ControlField.AS_OF: Known(
        phrase("As Of"),
        ("as of", "as of date", "as at", "report date", "ageing date", "aging date", "Stichtag", "per", "Stand",
         "date d'arrêté", "arrêté au", "situation au", "fecha de corte", "a fecha de"),
    ),
    ControlField.BUCKET: Known(
        phrase("Bucket"),
        ("bucket", "ageing bucket", "aging bucket", "age bucket", "aging", "ageing", "age", "Altersklasse",
         "Fälligkeitsraster", "Laufzeitband", "Überfälligkeit", "tranche", "tranche d'âge", "tramo", "antigüedad"),
    ),
    ControlField.NUMBER: Known(
        phrase("Invoice Number"),
        ("invoice number", "invoice no", "invoice", "invoice id", "document number", "Rechnungsnummer", "Rechnung",
         "Rechnungsnr", "Belegnummer", "numéro de facture", "n° facture", "facture", "número de factura", "factura"),
        ("number", "num", "Nummer", "numéro", "número", "reference", "document", "Beleg"),
    ),
    ControlField.DUE: Known(
        phrase("Due Date"),
        ("due date", "due", "due on", "Fälligkeit", "Fälligkeitsdatum", "fällig am", "Faelligkeit", "échéance",
         "date d'échéance", "vencimiento", "fecha de vencimiento"),
    ),
    ControlField.BALANCE: Known(
        phrase("Balance"),
        ("balance", "open balance", "open amount", "amount due", "amount open", "outstanding", "outstanding amount",
         "open", "offener Betrag", "offen", "Restbetrag", "Saldo", "offener Saldo", "solde", "reste dû",
         "montant dû", "solde dû", "saldo pendiente", "importe pendiente", "pendiente"),
    ),
    ControlField.AMOUNT: Known(phrase("Amount"), ("amount", "Betrag", "montant", "importe"), ("value", "Wert", "sum")),
    ControlField.CURRENT: Known(phrase("Current"), ("current",)),
    ControlField.DAYS_30: Known("1-30", ("1-30",)),
    ControlField.DAYS_60: Known("31-60", ("31-60",)),
    ControlField.DAYS_90: Known("61-90", ("61-90",)),
    ControlField.OLDER: Known("91+", ("91+",)),
    ControlField.CREDITS: Known(
        phrase("Credits"),
        ("credits", "unapplied", "unapplied credits", "unapplied cash", "unapplied payments", "prepayments",
         "on account", "Guthaben", "Gutschriften", "Akontozahlungen", "Anzahlungen", "avoirs", "acomptes", "abonos",
         "anticipos"),
    ),
    ControlField.TOTAL: Known(
        phrase("Total"),
        ("total", "totals", "total due", "total balance", "total outstanding", "total open", "grand total", "Gesamt",
         "Summe", "Gesamtbetrag", "Gesamtsumme", "Gesamtsaldo", "total dû", "total général", "total a cobrar",
         "total general", "saldo total"),
    ),
}  # fmt: skip

_CURRENCY_IN_HEADER = re.compile(r"[(\[]\s*(?P<sign>[A-Za-z]{3}|[€$£¥])\s*[)\]]\s*$")
_NOISE = re.compile(
    r"\b(?:days?|tagen?|tage|jours?|dias|d|past|due|overdue|late|ueberfaellig|uberfallig|faellig|fallig|seit|de|retard|"
    r"vencid[oa]s?|echus?|mora|old)\b"
)
_RANGE = re.compile(r"(\d{1,4}) ?(?:-|to|bis|a|au|hasta|through) ?(\d{1,4})")
_BEYOND = re.compile(
    r"(?:>=?|\+|over|above|more than|older than|ueber|uber|mehr als|aelter als|alter als|ab|plus|mas|superieur a|from)"
    r" ?(\d{2,4})|(\d{2,4}) ?(?:\+|plus|and (?:over|above|older)|or more|und (?:mehr|aelter|alter)|et plus|y mas)"
)
_CURRENT = frozenset({
    "current", "not", "not yet", "future", "nicht", "noch nicht", "aktuell", "non", "non echu", "a echoir", "no",
    "corriente", "al dia", "por vencer", "0", "<0", "< 0", "<=0", "<= 0", "<1", "< 1",
})  # fmt: skip
"""What is left of the words for it when those for days and delay are taken away: ``not yet due``."""

_OLDER = frozenset({"older", "aelter", "alter", "plus ancien", "anterieur", "mas antiguo", "anterior"})
_RANGES: Mapping[tuple[int, int], str] = {
    (1, 30): "1-30", (31, 60): "31-60", (30, 60): "31-60", (61, 90): "61-90", (60, 90): "61-90",
}  # fmt: skip
_SEEMS = re.compile(r"\d ?(?:-|to|bis|hasta) ?\d|[<>+] ?\d|\d ?\+|^\d+ ?(?:months?|monate?|mois|mes|meses|weeks?)?$|^<")
_TOTAL = re.compile(
    r"(?:grand |report |overall )?totals?|summen?|gesamt(?:summe|betrag|saldo)?|total (?:general|global|geral)|"
    r"somme|suma"
)
_SUBTOTAL = re.compile(r"(?:sub ?-?totals?|totals?|zwischensumme|summe|sous ?-?total)\b.*")


def _bare(text: str) -> str:
    """Return a text in small letters, with plain dashes, single spaces and no accents."""
    spelt = text.casefold().translate(str.maketrans("–—‑−≥≤", "----><"))
    plain = "".join(each for each in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(each))
    return " ".join(re.sub(r"[.:_()\[\]']", " ", plain).split())


def bucket_of(text: str) -> str | None:
    """Return the bucket that a text names, or None: other limits than ours are no bucket of ours."""
    bare = _bare(_CURRENCY_IN_HEADER.sub("", text))
    left = " ".join(_NOISE.sub(" ", bare).split())
    if found := _RANGE.fullmatch(left):
        first, last = int(found[1]), int(found[2])
        return "91+" if 90 <= first < last else _RANGES.get((first, last))
    if found := _BEYOND.fullmatch(left):
        return "91+" if int(found[1] or found[2]) >= 90 else None
    if left in _OLDER:
        return "91+"
    return "current" if left in _CURRENT else None


def seems_bucket(header: str) -> bool:
    """Tell whether a header looks like a bucket, whether or not it is one of ours."""
    return bucket_of(header) is not None or _SEEMS.search(" ".join(_NOISE.sub(" ", _bare(header)).split())) is not None


def is_total(text: str) -> bool:
    """Tell whether a text is the label of the line that adds up all others, or all of one currency."""
    first, _, last = _bare(text).rpartition(" ")
    return bool(_TOTAL.fullmatch(_bare(text)) or (_TOTAL.fullmatch(first) and currency_of(last)))


def is_subtotal(text: str) -> bool:
    """Tell whether a text may be the label of a line that adds up some of the others."""
    return _SUBTOTAL.fullmatch(_bare(text)) is not None


def plain(header: str) -> str:
    """Return a header by what it means as a bucket, else without case, accents, punctuation and its currency."""
    bucket = bucket_of(header)
    return f"bucket {bucket}" if bucket else folded(_CURRENCY_IN_HEADER.sub("", header))


def currency_in(header: str) -> str | None:
    """Return the currency that a header over amounts names: ``Total (EUR)``."""
    named = _CURRENCY_IN_HEADER.search(header)
    return currency_of(named["sign"]) if named else None


def currency_of(text: str) -> str | None:
    """Return the currency that a code or sign stands for; none where it is no currency or could be several."""
    several = SIGNS.get(text.strip())
    if several is not None:
        return next(iter(several)) if len(several) == 1 else None
    code = text.strip().upper()
    try:
        digits(code)
    except CurrencyUnknown:
        return None
    return code


WORDS = Vocabulary(
    "control",
    tuple(ControlField),
    KNOWN,
    (AMOUNTS,),
    many=frozenset({ControlField.OLDER}),
    fold=plain,
)
"""What the import of control totals knows about headers."""

_EXAMPLES = (("EUR", "2026-03-31", "1250.50", "300.00", "0.00", "0.00", "99.00", "1649.50"),)


def template(*, examples: bool = False) -> str:
    """Return a CSV file with a header that the import knows: a row for each currency."""
    fields = (ControlField.CURRENCY, ControlField.AS_OF, *BUCKET_FIELDS, ControlField.TOTAL)
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([KNOWN[field].title for field in fields])
    if examples:
        rows.writerows(_EXAMPLES)
    return out.getvalue()
