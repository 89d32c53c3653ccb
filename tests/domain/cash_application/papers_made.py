"""Remittance advices as PDFs, made for the tests in the layouts and languages in which customers send them."""

from functools import cache

import typst


@cache
def pdf(source: str) -> bytes:
    """Return the PDF of a typst text."""
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return made


GERMAN = """
#set text(size: 10pt)
Acme GmbH \\ Hauptstr. 1 \\ 10115 Berlin

= Zahlungsavis
Zahlungsdatum: 05.03.2026 \\ Zahlungsbetrag: 2.286,50 EUR
#table(columns: (auto, auto, 1fr, 1fr, 1fr), [Rechnung], [Datum], [Betrag], [Skonto], [Zahlbetrag],
  [INV-1042], [02.02.2026], [1.250,50], [25,00], [1.225,50],
  [INV-1043], [03.02.2026], [1.061,00], [0,00], [1.061,00],
  [Summe], [], [2.311,50], [25,00], [2.286,50])
"""

ENGLISH = """
= REMITTANCE ADVICE
From: Acme Ltd \\ Payment date: 5 March 2026 \\ Payment reference: BACS-77
#v(1em)
#grid(columns: (1fr, 1fr, 1fr), row-gutter: 8pt,
  [Your invoice], [Our reference], align(right)[Amount (GBP)],
  [INV-1042], [PO 8812], align(right)[1,250.50],
  [INV-1043], [PO 8813], align(right)[1,061.00],
  [Total payment], [], align(right)[2,311.50])
"""

DEDUCTED_BELOW = """
= Payment advice
Customer: Acme Inc
#grid(columns: (2fr, 1fr), row-gutter: 6pt,
  [Invoice INV-1042], align(right)[\\$1,250.50],
  [less 2% early payment discount], align(right)[-\\$25.01],
  [Invoice INV-1043], align(right)[\\$1,061.00],
  [Damaged goods deduction], align(right)[-\\$61.00],
  [Amount paid USD], align(right)[\\$2,225.49])
"""

FRENCH = """
Émetteur : Acme SARL
= Avis de virement
Date de règlement : 05/03/2026
#table(columns: (1fr, 1fr, 1fr, 1fr), stroke: none, [Facture], [Montant facture], [Escompte], [Montant payé],
  [INV-1042], [1 250,50 €], [12,51 €], [1 237,99 €],
  [INV-1043], [1 061,00 €], [10,61 €], [1 050,39 €])
Montant du virement : 2 288,38 €
"""

SPANISH = """
= Aviso de pago
Pagador: Acme SL \\ Fecha de pago: 05/03/2026
#table(columns: (1fr, 1fr), [Su factura], [Importe pagado], [INV-1042], [1.250,50], [INV-1043], [1.061,00])
Total pagado: 2.311,50 EUR
"""

SENTENCE = """
Dear Sirs,

we have transferred 1,225.50 EUR today for your invoice INV-1042 (1,250.50 EUR less 25.00 EUR discount).

Kind regards, Acme
"""

OFF = """
= Remittance
#table(columns: (1fr, 1fr), [Invoice], [Paid], [INV-1042], [1,250.50], [INV-1043], [1,061.00], [Total], [2,300.00])
All amounts in EUR.
"""

NO_INVOICE = "= Our new price list\nNuts 1.00 EUR\n\nBolts 2.00 EUR"

TWO_PAGES = """
#set page(height: 6cm)
= Zahlungsavis
#table(columns: (1fr, 1fr), [Rechnungsnummer], [Zahlbetrag],
  ..range(1000, 1030).map(n => ([INV-#n], [10,00])).flatten(), [Gesamtbetrag EUR], [300,00])
"""

PICTURE = "#rect(width: 5cm, height: 5cm, fill: red)"
