"""Columns: the fields of ledgers, and the synonyms of their headers."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from domain.kernel.speech import phrase
from domain.ledger.csv_import import headers as words
from domain.ledger.csv_import.headers import Known, Vocabulary
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
    DOCUMENT = "document-type"
    REFERS_TO = "original-invoice"
    PAID = "paid-amount"


KNOWN: Mapping[Field, Known] = {
    Field.INVOICE_NUMBER: Known(
        phrase("Invoice Number"),
        ("invoice number", "invoice no", "invoice nr", "invoice num", "inv no", "inv number", "invoice", "invoice ref",
         "bill number", "Rechnungsnummer", "Rechnungs-Nr", "numéro de facture", "n° facture", "número de factura",
         "n.º factura"),
        ("invoice id", "document number", "document no", "doc no", "doc number", "Belegnummer", "Beleg-Nr"),
    ),
    Field.CUSTOMER_NUMBER: Known(
        phrase("Customer Number"),
        ("customer number", "customer no", "customer nr", "customer id", "customer code", "cust no", "cust id",
         "account number", "account no", "account id", "account code", "client number", "client no", "client id",
         "debtor number", "debtor no", "debtor id", "Kundennummer", "Kunden-Nr", "Debitorennummer", "Debitor-Nr",
         "numéro client", "code client", "número de cliente", "código de cliente"),
    ),
    Field.CUSTOMER_NAME: Known(
        phrase("Customer Name"),
        ("customer name", "account name", "client name", "debtor name", "company name", "Kundenname", "nom du client",
         "nombre del cliente"),
        ("customer", "client", "account", "company", "debtor", "bill to", "Kunde", "Firma", "Debitor", "société",
         "cliente"),
    ),
    Field.ISSUED: Known(
        phrase("Invoice Date"),
        ("invoice date", "date of invoice", "issue date", "issued on", "issued", "date issued", "bill date",
         "Rechnungsdatum", "date de facture", "date facture", "fecha de factura", "fecha factura"),
        ("document date", "doc date", "Belegdatum", "date", "Datum"),
    ),
    Field.DUE: Known(
        phrase("Due Date"),
        ("due date", "due on", "due", "date due", "payment due", "payment due date", "net due date", "Fälligkeit",
         "Fälligkeitsdatum", "fällig am", "fällig", "date d'échéance", "échéance", "fecha de vencimiento",
         "vencimiento"),
    ),
    Field.CURRENCY: Known(
        phrase("Currency"),
        ("currency", "currency code", "invoice currency", "ccy", "Währung", "devise", "moneda", "divisa"),
    ),
    Field.TOTAL: Known(
        phrase("Amount"),
        ("invoice amount", "invoice total", "total amount", "gross amount", "original amount", "grand total",
         "Rechnungsbetrag", "Gesamtbetrag", "Bruttobetrag", "montant ttc", "montant total", "importe total"),
        ("amount", "total", "Betrag", "montant", "importe"),
    ),
    Field.BALANCE: Known(
        phrase("Balance"),
        ("balance", "balance due", "open balance", "open amount", "amount due", "amount open", "outstanding",
         "outstanding amount", "outstanding balance", "amount outstanding", "remaining balance", "remaining",
         "offener Betrag", "offen", "Restbetrag", "solde", "reste à payer", "saldo", "importe pendiente"),
    ),
    Field.STATUS: Known(
        phrase("Status"),
        ("status", "invoice status", "payment status", "Rechnungsstatus", "statut", "estado"),
        ("state",),
    ),
    Field.SETTLED: Known(
        phrase("Paid Date"),
        ("paid date", "date paid", "paid on", "settled date", "date settled", "settled on", "settlement date",
         "payment date", "fully paid on", "bezahlt am", "Zahlungsdatum", "date de paiement", "fecha de pago"),
        ("closed date", "date closed", "clearing date", "last payment date", "last payment", "date of last payment",
         "letzte Zahlung", "date du dernier paiement", "dernier paiement", "último pago", "fecha del último pago"),
    ),
    Field.CONTACT_NAME: Known(
        phrase("Contact Name"),
        ("contact name", "contact person", "contact", "billing contact", "Ansprechpartner", "nom du contact",
         "nombre de contacto"),
        ("full name", "attention"),
    ),
    Field.EMAIL: Known(
        phrase("Contact Email"),
        ("contact email", "contact e-mail", "billing email", "invoice email", "accounts payable email", "ap email"),
        ("email", "e-mail", "email address", "customer email", "mail", "E-Mail-Adresse", "courriel",
         "correo electrónico", "correo"),
    ),
    Field.COUNTRY: Known(phrase("Country"), ("country", "country code", "Land", "pays", "país")),
    Field.LANGUAGE: Known(phrase("Language"), ("language", "language code", "locale", "Sprache", "langue", "idioma")),
    Field.ZONE: Known(phrase("Time Zone"), ("time zone", "timezone", "tz", "Zeitzone")),
    Field.INDUSTRY: Known(
        phrase("Industry"),
        ("industry", "industry sector", "line of business", "Branche", "secteur d'activité", "industria"),
        ("sector", "secteur"),
    ),
    Field.RISK: Known(
        phrase("Risk"),
        ("risk", "risk class", "risk level", "risk rating", "credit risk", "Risiko", "Risikoklasse", "risque",
         "niveau de risque", "riesgo", "nivel de riesgo"),
    ),
    Field.TAGS: Known(
        phrase("Tags"),
        ("tags", "labels", "customer tags", "customer labels", "Schlagworte", "étiquettes", "etiquetas"),
        ("tag", "label"),
    ),
    Field.ROLE: Known(
        phrase("Contact Role"),
        ("contact role", "contact type", "role of contact", "Kontaktrolle", "rôle du contact", "rol del contacto"),
        ("role", "Rolle", "rôle", "rol"),
    ),
    Field.DOCUMENT: Known(
        phrase("Document Type"),
        ("document type", "doc type", "transaction type", "invoice type", "voucher type", "record type", "Belegart",
         "Dokumentart", "Vorgangsart", "type de document", "type de pièce", "tipo de documento"),
        ("type", "Typ", "Art", "tipo"),
    ),
    Field.PAID: Known(
        phrase("Paid Amount"),
        ("paid amount", "amount paid", "total paid", "paid to date", "bezahlter Betrag", "gezahlter Betrag",
         "montant payé", "montant réglé", "importe pagado", "importe cobrado"),
    ),
    Field.REFERS_TO: Known(
        phrase("Original Invoice"),
        ("original invoice", "original invoice number", "original invoice no", "corrected invoice", "credited invoice",
         "applies to invoice", "related invoice", "reference invoice", "Originalrechnung", "Bezugsrechnung",
         "Ursprungsrechnung", "korrigierte Rechnung", "facture d'origine", "facture corrigée", "factura original",
         "factura rectificada"),
        ("applies to", "applied to", "corrects", "credit for", "Bezug", "Bezugsbeleg"),
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


VOCABULARIES: Mapping[Kind, Vocabulary[Field]] = {
    kind: Vocabulary(kind.value, FIELDS[kind], KNOWN, REQUIRED[kind]) for kind in FIELDS
}


Columns: TypeAlias = words.Columns[Field]
"""Which column of a ledger holds what."""


def matched(
    kind: Kind, headers: Sequence[str], said: Sequence[tuple[str, str]], saved: Sequence[tuple[str, str]] = ()
) -> Columns:
    """Find the columns of the fields that this kind of ledger file has; raises as ``found`` does."""
    return words.found(VOCABULARIES[kind], headers, said, saved)
