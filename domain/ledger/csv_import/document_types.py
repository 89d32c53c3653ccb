"""Document types: whether a row of a ledger is an invoice, a credit note or money on account."""

from collections.abc import Mapping
from enum import StrEnum

from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.faults import Fault, LeftOut
from domain.ledger.csv_import.headers import folded


class Document(StrEnum):
    """What a row stands for."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    ON_ACCOUNT = "payment on account"
    NO_CLAIM = "no claim"


_WORDS: Mapping[Document, tuple[str, ...]] = {
    Document.INVOICE: (
        "invoice", "inv", "sales invoice", "customer invoice", "tax invoice", "bill", "standard", "debit note",
        "debit memo", "debit", "dn", "ri", "dr", "rv", "finance charge", "late fee", "charge", "accrec", "out_invoice",
        "Rechnung", "Ausgangsrechnung", "Debitorenrechnung", "Re", "Lastschriftanzeige", "Belastung", "Mahngebühr",
        "facture", "facture client", "note de débit", "factura", "factura de cliente", "factura de venta",
        "nota de débito", "nota de cargo"),
    Document.CREDIT_NOTE: (
        "credit note", "credit memo", "credit", "cn", "cm", "cr", "dg", "sales credit note", "customer credit",
        "credit invoice", "invoice correction", "accreccredit", "out_refund", "Gutschrift", "Rechnungskorrektur",
        "Stornorechnung", "Kundengutschrift", "avoir", "facture d'avoir", "note de crédit", "abono",
        "nota de crédito", "nota de abono", "factura rectificativa"),
    Document.ON_ACCOUNT: (
        "payment", "customer payment", "payment on account", "on account payment", "unapplied payment",
        "unapplied cash", "prepayment", "overpayment", "deposit", "receipt", "cash receipt", "pmt", "dz", "Zahlung",
        "Zahlungseingang", "Kundenzahlung", "Anzahlung", "Akonto", "Akontozahlung", "Überzahlung", "paiement",
        "règlement", "acompte", "encaissement", "pago", "cobro", "anticipo", "pago a cuenta"),
    Document.NO_CLAIM: (
        "quote", "quotation", "estimate", "proforma", "pro forma", "sales order", "order", "statement",
        "delivery note", "Angebot", "Auftrag", "Auftragsbestätigung", "Proformarechnung", "Lieferschein", "devis",
        "commande", "facture proforma", "presupuesto", "pedido", "albarán"),
}  # fmt: skip

_MEANS = {folded(word): document for document, words in _WORDS.items() for word in words}

_BY_TEXT: dict[str, Document] = {}
"""Spellings met so far; only those that mean something are kept, so it stays small."""


def document_of(text: str) -> Document:
    """Return what a row with this type is.

    Raises:
        Fault: The word is not known.
        LeftOut: It is no claim at all.
    """
    document = _BY_TEXT.get(text)
    if document is None:
        document = _MEANS.get(folded(text[:60]))
        if document is None:
            raise Fault(Field.DOCUMENT, text, "document_unknown")
        if len(_BY_TEXT) < 1000:
            _BY_TEXT[text] = document
    if document is Document.NO_CLAIM:
        raise LeftOut("no_claim")
    return document


def credited(total: int | None, left: int | None, document: Document) -> tuple[int | None, int | None]:
    """Return what was credited and what is left of it, without the sign by which the file says so.

    Raises:
        Fault: The signs contradict each other.
    """
    if document is Document.INVOICE and (total or -1) > 0:
        raise Fault(Field.BALANCE, "", "overpaid")
    if (total or 0) * (left or 0) < 0:
        raise Fault(Field.BALANCE, "", "signs_differ")
    return (None if total is None else abs(total)), (None if left is None else abs(left))
