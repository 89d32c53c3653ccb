"""Columns: which header means which field, by a table of synonyms; what is not known is asked, never guessed."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.ledger.csv_import.refusals import ColumnMissing, ColumnUnclear, HeaderAmbiguous, OptionUnusable
from domain.ledger.csv_import.requests import Kind


class Field(StrEnum):
    """What a cell can be about."""

    INVOICE_NUMBER = "invoice-number"
    CUSTOMER_NUMBER = "customer-number"
    CUSTOMER_NAME = "customer-name"
    ISSUED = "invoice-date"
    DUE = "due-date"
    CURRENCY = "currency"
    TOTAL = "amount"
    BALANCE = "balance"
    STATUS = "status"
    SETTLED = "paid-date"
    CONTACT_NAME = "contact-name"
    EMAIL = "contact-email"
    COUNTRY = "country"
    LANGUAGE = "language"
    ZONE = "time-zone"
    INDUSTRY = "industry"
    RISK = "risk"
    TAGS = "tags"
    ROLE = "contact-role"


LONGEST_HEADER = 200
"""Characters of a header that count."""

IGNORE = "ignore"
"""Said instead of a field: the column is not used."""


@dataclass(frozen=True, slots=True)
class Known:
    """The headers of one field: its title, the clear names, and names that yield to a clear one in the same file."""

    title: str
    clear: tuple[str, ...]
    vague: tuple[str, ...] = ()


KNOWN: Mapping[Field, Known] = {
    Field.INVOICE_NUMBER: Known(
        "Invoice Number",
        ("invoice number", "invoice no", "invoice nr", "invoice num", "inv no", "inv number", "invoice", "invoice ref",
         "bill number", "Rechnungsnummer", "Rechnungs-Nr", "numéro de facture", "n° facture", "número de factura",
         "n.º factura"),
        ("invoice id", "document number", "document no", "doc no", "doc number", "Belegnummer", "Beleg-Nr"),
    ),
    Field.CUSTOMER_NUMBER: Known(
        "Customer Number",
        ("customer number", "customer no", "customer nr", "customer id", "customer code", "cust no", "cust id",
         "account number", "account no", "account id", "account code", "client number", "client no", "client id",
         "debtor number", "debtor no", "debtor id", "Kundennummer", "Kunden-Nr", "Debitorennummer", "Debitor-Nr",
         "numéro client", "code client", "número de cliente", "código de cliente"),
    ),
    Field.CUSTOMER_NAME: Known(
        "Customer Name",
        ("customer name", "account name", "client name", "debtor name", "company name", "Kundenname", "nom du client",
         "nombre del cliente"),
        ("customer", "client", "account", "company", "debtor", "bill to", "Kunde", "Firma", "Debitor", "société",
         "cliente"),
    ),
    Field.ISSUED: Known(
        "Invoice Date",
        ("invoice date", "date of invoice", "issue date", "issued on", "issued", "date issued", "bill date",
         "Rechnungsdatum", "date de facture", "date facture", "fecha de factura", "fecha factura"),
        ("document date", "doc date", "Belegdatum", "date", "Datum"),
    ),
    Field.DUE: Known(
        "Due Date",
        ("due date", "due on", "due", "date due", "payment due", "payment due date", "net due date", "Fälligkeit",
         "Fälligkeitsdatum", "fällig am", "fällig", "date d'échéance", "échéance", "fecha de vencimiento",
         "vencimiento"),
    ),
    Field.CURRENCY: Known(
        "Currency",
        ("currency", "currency code", "invoice currency", "ccy", "Währung", "devise", "moneda", "divisa"),
    ),
    Field.TOTAL: Known(
        "Amount",
        ("invoice amount", "invoice total", "total amount", "gross amount", "original amount", "grand total",
         "Rechnungsbetrag", "Gesamtbetrag", "Bruttobetrag", "montant ttc", "montant total", "importe total"),
        ("amount", "total", "Betrag", "montant", "importe"),
    ),
    Field.BALANCE: Known(
        "Balance",
        ("balance", "balance due", "open balance", "open amount", "amount due", "amount open", "outstanding",
         "outstanding amount", "outstanding balance", "amount outstanding", "remaining balance", "remaining",
         "offener Betrag", "offen", "Restbetrag", "solde", "reste à payer", "saldo", "importe pendiente"),
    ),
    Field.STATUS: Known(
        "Status",
        ("status", "invoice status", "payment status", "Rechnungsstatus", "statut", "estado"),
        ("state",),
    ),
    Field.SETTLED: Known(
        "Paid Date",
        ("paid date", "date paid", "paid on", "settled date", "date settled", "settled on", "settlement date",
         "payment date", "fully paid on", "bezahlt am", "Zahlungsdatum", "date de paiement", "fecha de pago"),
        ("closed date", "date closed", "clearing date"),
    ),
    Field.CONTACT_NAME: Known(
        "Contact Name",
        ("contact name", "contact person", "contact", "billing contact", "Ansprechpartner", "nom du contact",
         "nombre de contacto"),
        ("full name", "attention"),
    ),
    Field.EMAIL: Known(
        "Contact Email",
        ("contact email", "contact e-mail", "billing email", "invoice email", "accounts payable email", "ap email"),
        ("email", "e-mail", "email address", "customer email", "mail", "E-Mail-Adresse", "courriel",
         "correo electrónico", "correo"),
    ),
    Field.COUNTRY: Known("Country", ("country", "country code", "Land", "pays", "país")),
    Field.LANGUAGE: Known("Language", ("language", "language code", "locale", "Sprache", "langue", "idioma")),
    Field.ZONE: Known("Time Zone", ("time zone", "timezone", "tz", "Zeitzone")),
    Field.INDUSTRY: Known(
        "Industry",
        ("industry", "industry sector", "line of business", "Branche", "secteur d'activité", "industria"),
        ("sector", "secteur"),
    ),
    Field.RISK: Known(
        "Risk",
        ("risk", "risk class", "risk level", "risk rating", "credit risk", "Risiko", "Risikoklasse", "risque",
         "niveau de risque", "riesgo", "nivel de riesgo"),
    ),
    Field.TAGS: Known(
        "Tags",
        ("tags", "labels", "customer tags", "customer labels", "Schlagworte", "étiquettes", "etiquetas"),
        ("tag", "label"),
    ),
    Field.ROLE: Known(
        "Contact Role",
        ("contact role", "contact type", "role of contact", "Kontaktrolle", "rôle du contact", "rol del contacto"),
        ("role", "Rolle", "rôle", "rol"),
    ),
}  # fmt: skip

_CUSTOMER = (Field.CUSTOMER_NUMBER, Field.CUSTOMER_NAME)
_ABOUT_CUSTOMER = (Field.CONTACT_NAME, Field.EMAIL, Field.ROLE, Field.COUNTRY, Field.LANGUAGE, Field.ZONE,
                   Field.INDUSTRY, Field.RISK, Field.TAGS)  # fmt: skip

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.INVOICES: tuple(Field),
    Kind.CONTACTS: (*_CUSTOMER, *_ABOUT_CUSTOMER),
}
"""Fields of each kind of file, in the order of its template."""

REQUIRED: Mapping[Kind, tuple[tuple[Field, ...], ...]] = {
    Kind.INVOICES: ((Field.INVOICE_NUMBER,), _CUSTOMER, (Field.DUE,), (Field.TOTAL, Field.BALANCE)),
    Kind.CONTACTS: (_CUSTOMER,),
}
"""Of each group at least one column must be there."""


def folded(header: str) -> str:
    """Return a header without case, accents, spaces and punctuation: ``Invoice No.`` and ``invoiceNo`` are one."""
    text = unicodedata.normalize("NFKD", header.replace("#", " number ").replace("№", " number ")).casefold()
    return re.sub(r"[^a-z0-9]", "", text)


_MEANS = {
    folded(name): (field, place)
    for field, known in KNOWN.items()
    for place, names in enumerate((known.clear, known.vague))
    for name in names
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what."""

    headers: tuple[str, ...]
    places: Mapping[Field, int]
    ignored: tuple[str, ...]

    def header(self, field: Field | None) -> str:
        """Return the header over a field, or nothing for a fault of the whole row."""
        return self.headers[self.places[field]] if field is not None and field in self.places else ""


def matched(kind: Kind, headers: Sequence[str], said: Sequence[tuple[str, str]]) -> Columns:
    """Find the columns of the fields that this kind of file has.

    Raises:
        ColumnMissing: A required field has no column.
        ColumnUnclear: Two columns could hold one field.
        HeaderAmbiguous: A header that is used stands in the file twice.
        OptionUnusable: What was said names an unknown header or field.
    """
    names = tuple(_printable(each) for each in headers)
    told = dict(_told(kind, names, pair) for pair in said)
    places = {field: place for place, field in told.items() if field is not None}
    for field in FIELDS[kind]:
        if field not in places and (found := _candidates(field, names, told)):
            if len(found) > 1:
                raise _unclear(field, names, found)
            places[field] = found[0]
    for place in places.values():
        if names.count(names[place]) > 1:
            raise HeaderAmbiguous(names[place])
    for group in REQUIRED[kind]:
        if not any(field in places for field in group):
            titles = " or the ".join(KNOWN[field].title for field in group)
            raise ColumnMissing(titles, group[0].value, tuple(each for each in names if each))
    used = set(places.values())
    return Columns(names, places, tuple(each for place, each in enumerate(names) if each and place not in used))


def field_named(kind: Kind, text: str) -> Field | None:
    """Return the field that a person calls so, or None when the column is to be ignored.

    Raises:
        OptionUnusable: No field of this kind of file has that name.
    """
    if text.strip().casefold() == IGNORE:
        return None
    wanted = folded(text)
    for field in FIELDS[kind]:
        if wanted in (folded(field.value), *(folded(each) for each in KNOWN[field].clear + KNOWN[field].vague)):
            return field
    fields = ", ".join(each.value for each in FIELDS[kind])
    raise OptionUnusable(f"{text[:40]!r} is not a field of {kind} files. The fields are: {fields}, {IGNORE}.")


def _printable(header: str) -> str:
    """Return a header that can be shown: one line, nothing that a terminal or a page would obey."""
    return " ".join("".join(each if each.isprintable() else " " for each in header).split())[:LONGEST_HEADER]


def _told(kind: Kind, names: tuple[str, ...], pair: tuple[str, str]) -> tuple[int, Field | None]:
    header = _printable(pair[0])
    exact = [place for place, each in enumerate(names) if each == header]
    places = exact or [place for place, each in enumerate(names) if folded(each) == folded(header)]
    if not places:
        raise OptionUnusable(
            f"The file has no column {header[:60]!r}; its headers are: {', '.join(map(repr, names[:30]))}."
        )
    if len(places) > 1:
        raise HeaderAmbiguous(header)
    return places[0], field_named(kind, pair[1])


def _candidates(field: Field, names: tuple[str, ...], told: Mapping[int, Field | None]) -> list[int]:
    """Return the columns whose header clearly means the field; without one, those that could mean it."""
    ranked: tuple[list[int], list[int]] = ([], [])
    for place, name in enumerate(names):
        meaning = _MEANS.get(folded(name))
        if place not in told and meaning is not None and meaning[0] is field:
            ranked[meaning[1]].append(place)
    return ranked[0] or ranked[1]


def _unclear(field: Field, names: tuple[str, ...], found: list[int]) -> ColumnUnclear | HeaderAmbiguous:
    spelt = tuple(dict.fromkeys(names[place] for place in found))
    return HeaderAmbiguous(spelt[0]) if len(spelt) == 1 else ColumnUnclear(KNOWN[field].title, field.value, spelt)
