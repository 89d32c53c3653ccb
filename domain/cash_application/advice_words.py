"""The words of remittance advices: headers of their columns, totals, deductions and labels in several languages."""

import re
from collections.abc import Mapping
from enum import StrEnum

from domain.cash_application.bank_words import plain
from domain.ledger.csv_import.headers import Known, Vocabulary


class AdviceField(StrEnum):
    """What a cell of an advice can be about."""

    NUMBER = "invoice-number"
    GROSS = "invoice-amount"
    DEDUCTION = "deduction"
    AMOUNT = "amount-paid"
    REASON = "reason"
    CURRENCY = "currency"
    PAID = "payment-date"
    PAYER = "payer-name"


KNOWN: Mapping[AdviceField, Known] = {
    AdviceField.NUMBER: Known(
        "Invoice Number",
        ("invoice number", "invoice no", "invoice nr", "invoice", "invoice #", "inv no", "inv number", "invoice ref",
         "supplier invoice", "vendor invoice", "your invoice", "bill number", "Rechnung", "Rechnungsnummer",
         "Rechnungs-Nr", "Rechnung Nr", "Re-Nr", "Ihre Rechnung", "facture", "numéro de facture", "n° facture",
         "no facture", "votre facture", "factura", "número de factura", "n.º factura", "su factura"),
        ("document number", "document no", "document", "doc no", "reference", "your reference", "ref", "Beleg",
         "Belegnummer", "Beleg-Nr", "Ihr Beleg", "Ihr Zeichen", "Referenz", "pièce", "n° pièce", "référence",
         "documento", "n.º documento", "referencia", "description", "Verwendungszweck"),
    ),
    AdviceField.GROSS: Known(
        "Invoice Amount",
        ("invoice amount", "invoice total", "gross", "gross amount", "original amount", "amount due", "balance due",
         "Rechnungsbetrag", "Brutto", "Bruttobetrag", "Forderung", "montant facture", "montant brut", "montant ttc",
         "importe factura", "importe bruto"),
    ),
    AdviceField.DEDUCTION: Known(
        "Deduction",
        ("discount", "discount taken", "discount amount", "cash discount", "deduction", "deductions", "adjustment",
         "adjustments", "less", "short paid", "withheld", "Skonto", "Skontobetrag", "Abzug", "Abzüge", "Kürzung",
         "Nachlass", "escompte", "remise", "retenue", "déduction", "descuento", "deducción", "retención"),
    ),
    AdviceField.AMOUNT: Known(
        "Amount Paid",
        ("amount paid", "paid amount", "paid", "payment amount", "payment", "net", "net amount", "net paid",
         "net payment",          "amount applied", "Zahlbetrag", "Zahlungsbetrag",
         "gezahlt", "gezahlter Betrag", "Netto", "Nettobetrag",
         "Überweisungsbetrag", "Auszahlungsbetrag", "montant payé", "montant net", "net à payer", "montant réglé",
         "règlement", "importe pagado", "importe neto", "pagado", "líquido"),
        ("amount", "total", "Betrag", "montant", "importe"),
    ),
    AdviceField.REASON: Known(
        "Reason",
        ("reason", "deduction reason", "reason code", "discount reason", "Abzugsgrund", "Grund", "motif",
         "motif de déduction", "motivo"),
        ("comment", "comments", "remark", "remarks", "note", "notes", "Bemerkung", "Text", "commentaire",
         "observaciones"),
    ),
    AdviceField.CURRENCY: Known("Currency", ("currency", "currency code", "ccy", "curr", "Währung", "Whrg", "devise",
                                             "moneda", "divisa")),
    AdviceField.PAID: Known(
        "Payment Date",
        ("payment date", "paid on", "date paid", "pay date", "value date", "Zahlungsdatum", "Zahldatum", "Zahltag",
         "Valuta", "date de paiement", "date de règlement", "fecha de pago"),
    ),
    AdviceField.PAYER: Known(
        "Payer",
        ("payer", "payer name", "paid by", "customer", "customer name", "company", "from", "Zahler", "Kunde",
         "Auftraggeber", "Absender", "client", "payeur", "société", "pagador", "cliente", "empresa"),
    ),
}  # fmt: skip

WORDS = Vocabulary(
    "remittance",
    tuple(AdviceField),
    KNOWN,
    ((AdviceField.NUMBER,), (AdviceField.AMOUNT, AdviceField.GROSS)),
    fold=plain,
)
"""What the import of remittance advices knows about headers."""

PAID_TOTAL = re.compile(
    r"(?:total )?(?:payment|paid|remittance|transfer|cheque|check|net)\b[\w ]{0,12}(?:amount|total)"
    r"|amount (?:paid|of payment)|(?:total|net) (?:payment|paid|remitted|pay)"
    r"|zahl(?:ungs)?betrag|überweisungsbetrag|auszahlungsbetrag|gesamt(?:zahl|zahlungs)betrag|zahlung(?:ssumme)? gesamt"
    r"|montant (?:du )?(?:paiement|virement|r[èe]glement|pay[ée])|net [àa] payer"
    r"|total (?:du )?(?:paiement|r[èe]gl[ée]|r[èe]glement|virement|pay[ée])"
    r"|importe (?:del )?(?:pago|pagado|transferencia)|total (?:del? )?(?:pago|pagado)",
    re.IGNORECASE,
)
"""Labels of the whole payment."""

TOTAL = re.compile(r"\b(?:grand )?(?:total|totals|sum|summe|gesamt\w*|endbetrag|somme|suma)\b", re.IGNORECASE)
"""Labels of sums, which may be of the payment or of a column."""

DEDUCTED = re.compile(
    r"\b(?:skonto|abzug|abz[üu]ge|k[üu]rzung|nachlass|r[üu]ckbehalt|minderung|discount|deduct\w*|less|short\w*|withh\w*"
    r"|damaged?|returned?|retoure|rebate|allowance|escompte|remise|retenue|d[ée]duction|avoir|descuento|deducci[óo]n"
    r"|retenci[óo]n|abono)\b",
    re.IGNORECASE,
)
"""Words of what a payer keeps back."""

DATED = re.compile(
    r"(?:payment date|date of payment|paid on|pay date|value date|zahl(?:ungs)?datum|zahltag|valuta|wertstellung"
    r"|date (?:de|du) (?:paiement|r[èe]glement|virement)|fecha (?:de|del) pago)",
    re.IGNORECASE,
)
"""Labels of the day of the payment."""

NAMED = re.compile(
    r"^\s*(?:from|payer|paid by|remitter|customer|sender|absender|auftraggeber|zahler|zahlung von|kunde|[ée]metteur"
    r"|payeur|donneur d'ordre|client|pagador|ordenante|cliente)\s*(?:name)?\s*:\s*(?P<name>\S.{1,120}?)(?:\s{2,}.*)?$",
    re.IGNORECASE,
)
"""A line that names the payer."""
