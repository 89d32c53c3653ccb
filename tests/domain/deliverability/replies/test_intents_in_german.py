"""What payers write in German, and what is guessed from it, on Sunday, 22 November 2026."""

import pytest

from tests.domain.deliverability.replies.written import guesses

SAID = [
    ("Wir werden 500 Euro am Freitag überweisen.", "promise 500EUR 11-27"),
    ("Wir haben die Rechnung bereits am 03.11. bezahlt, Referenz 881.", "paid_already 11-03 ref=881"),
    (
        "Ich bin nicht der richtige Ansprechpartner, bitte wenden Sie sich an buchhaltung@acme.example.",
        "wrong_contact @buchhaltung@acme.example",
    ),
    ("Bitte keine Mahnungen mehr!", "stop"),
    ("Wir zahlen am Freitag nicht.", "out_of_scope:refusal"),
    ("Ich habe noch nicht bezahlt.", "out_of_scope"),
    ("Können wir am Freitag zahlen?", "question | promise 11-27"),
    ("Wir zahlen die Hälfte am 1. Dezember und den Rest Ende des Monats.", "promise half rest 12-01 11-30"),
    ("Der Betrag ist falsch, vereinbart waren 1.234,56 €.", "dispute:wrong_amount 1234.56EUR"),
    ("Die Ware ist noch nicht angekommen.", "dispute:not_received"),
    ("Auf der Rechnung fehlt unsere Bestellnummer.", "dispute:missing_order_number"),
    ("Bitte rufen Sie mich unter 0171 1234567 an.", "wants_call @0171 1234567"),
    ("Können Sie mir bitte eine Kopie der Rechnung RE-2024-001 schicken?", "wants_copy:invoice #RE-2024-001"),
    ("Können wir in drei Raten zu je 200 Euro zahlen?", "wants_instalments 200EUR x3"),
    ("Frau Schmidt arbeitet nicht mehr bei uns.", "wrong_contact"),
    ("Die Überweisung erfolgt am 30. November.", "promise 11-30"),
    ("Wann wird der Rest geliefert?", "question"),
    ("Vielen Dank für die Erinnerung.", "out_of_scope"),
    ("Vor dem 15. Dezember können wir nicht zahlen.", "promise 12-15"),
    ("Die Ware war beschädigt.", "dispute:poor_quality"),
    ("Die Rechnung wurde doppelt gestellt.", "dispute:duplicate"),
    ("Die Rechnung ist noch nicht fällig.", "dispute:terms"),
    ("Wir haben das nie bestellt.", "dispute:wrong_customer"),
    ("Die Mehrwertsteuer stimmt nicht.", "dispute:wrong_tax"),
    ("Wir haben Insolvenz angemeldet.", "out_of_scope:refusal"),
    ("Bitte senden Sie uns eine Aufstellung aller offenen Posten.", "wants_copy:statement"),
    ("Guten Morgen, die Zahlung ist gestern raus.", "paid_already 11-21"),
    ("Sobald wir bezahlt wurden, überweisen wir.", ""),
    ("Kein Problem, wir überweisen morgen 1.250,00 EUR.", "promise 1250.00EUR 11-23"),
    ("Nehmen Sie mich bitte aus dem Verteiler.", "stop"),
    ("Ich möchte keine weiteren E-Mails von Ihnen erhalten.", "stop"),
    ("Am besten besprechen wir das telefonisch.", "wants_call"),
    ("Wir haben die Rechnung nie erhalten.", "wants_copy:invoice"),
    (
        "Frau Weber hat das Unternehmen verlassen, bitte schreiben Sie an Herrn Klaus Meier.",
        "wrong_contact @Herrn Klaus Meier",
    ),
    ("Wird nächste Woche bezahlt.", "promise 11-27"),
    ("Ist angewiesen.", "paid_already"),
    ("Wurde am 15.11.2026 überwiesen.", "paid_already 11-15"),
    ("Der Restbetrag wird bis zum 15. gezahlt.", "promise rest 12-15"),
    ("Nächsten Freitag.", "promise 11-27"),
    ("Es ist nichts falsch an der Rechnung.", "out_of_scope"),
    ("Wir warten noch auf die Gutschrift.", "dispute:returned"),
    ("Wir möchten eine Ratenzahlung von 100 Euro monatlich vereinbaren.", "wants_instalments 100EUR"),
    ("Der Betrag wurde letzte Woche von unserem Konto abgebucht.", "paid_already 11-13"),
    (
        "Wir werden den offenen Betrag in Höhe von 1.190,00 € bis spätestens 5. Dezember begleichen.",
        "promise 1190.00EUR 12-05",
    ),
    ("Leider ist unsere Buchhalterin erkrankt, wir holen die Zahlung nächste Woche nach.", "promise 11-27"),
    ("Könnten wir den Betrag in 4 Monatsraten abzahlen?", "wants_instalments x4"),
    ("Das haben wir doch schon vor zwei Wochen bezahlt!", "paid_already 11-08"),
    ("Ich bin nicht mehr bei der Beispiel GmbH tätig.", "wrong_contact @Beispiel GmbH"),
    (
        "Für Rechnungen ist Frau Beispiel zuständig, frau.beispiel@acme.example.",
        "wrong_contact @frau.beispiel@acme.example",
    ),
    ("Bitte löschen Sie meine E-Mail-Adresse aus Ihrem Verteiler.", "stop"),
    ("Wer sind Sie?", "question"),
    ("Der Preis in Position 3 entspricht nicht unserer Bestellung.", "dispute:wrong_amount"),
    ("Wir haben nur 8 von 10 Stühlen erhalten.", "dispute:wrong_quantity"),
    ("Zwei Monitore waren defekt.", "dispute:poor_quality"),
    ("Wir haben den Vertrag im August gekündigt.", "dispute:returned"),
    ("Bitte um Rückruf unter 030 1234567.", "wants_call @030 1234567"),
    ("Ich kann den Anhang nicht öffnen. Bitte schicken Sie die Rechnung noch einmal als PDF.", "wants_copy:invoice"),
    ("Das vereinbarte Zahlungsziel beträgt 60 Tage.", "dispute:terms"),
    ("Ohne Bestellnummer können wir die Rechnung nicht bearbeiten.", "dispute:missing_order_number"),
    ("Wir überweisen das morgen.", "promise 11-23"),
    ("Anbei der Zahlungsbeleg.", "paid_already"),
    ("Zahlung erfolgt im nächsten Zahlungslauf am 4.12.", "promise 12-04"),
    ("Geht heute raus.", "promise 11-22"),
    ("Ich kümmere mich darum.", "out_of_scope"),
    ("Danke, erledigt.", "paid_already"),
    ("Können Sie uns bis Ende des Monats Aufschub geben?", "question"),
    ("Wir bitten um Stundung bis zum 15.12.2026.", "promise 12-15"),
    ("Wir bestreiten die Mahngebühren.", "dispute:other"),
    ("Vor Weihnachten können wir leider nicht zahlen.", "out_of_scope:refusal"),
    ("Die Rechnung ist uns nicht bekannt.", "wants_copy:invoice"),
    ("Wir zahlen nicht.", "out_of_scope:refusal"),
    ("500 Euro heute, den Rest nächsten Monat.", "promise 500EUR rest 11-22 12-31"),
    ("Die Rechnung Nr. 2026-114 wurde am 02.11.2026 per Überweisung beglichen.", "paid_already 11-02 #2026-114"),
    ("Wir hatten 3 % Skonto vereinbart, das fehlt auf der Rechnung.", "dispute:wrong_amount"),
    ("Bitte senden Sie Rechnungen künftig an rechnung@acme.example.", "wrong_contact @rechnung@acme.example"),
    ("Die Ware haben wir zurückgeschickt.", "dispute:returned"),
]
"""A sentence, and the guesses that are made of it in their order; see ``written.py`` for their short form."""


@pytest.mark.parametrize(("sentence", "expected"), SAID)
def test_a_sentence_is_understood(sentence: str, expected: str) -> None:
    assert " | ".join(guesses(sentence, language="de")) == expected


def test_the_same_is_understood_when_the_language_is_not_known() -> None:
    kinds = {sentence: [each.split()[0] for each in guesses(sentence, language="de")] for sentence, _ in SAID}

    found = {sentence: [each.split()[0] for each in guesses(sentence, language="")] for sentence, _ in SAID}

    assert found == kinds
