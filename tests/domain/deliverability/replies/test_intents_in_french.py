"""What payers write in French, and what is guessed from it, on Sunday, 22 November 2026."""

import pytest

from tests.domain.deliverability.replies.written import guesses

SAID = [
    ("Nous paierons 500 € vendredi.", "promise 500EUR 11-27"),
    ("Nous avons déjà payé cette facture le 3/11, réf 881.", "paid_already 11-03 ref=881"),
    (
        "Je ne suis pas le bon interlocuteur, veuillez écrire à compta@acme.example.",
        "wrong_contact @compta@acme.example",
    ),
    ("Merci d'arrêter de nous relancer.", "stop"),
    ("Nous ne paierons pas vendredi.", "out_of_scope:refusal"),
    ("Je n'ai pas encore payé.", "out_of_scope"),
    ("Pouvons-nous payer vendredi ?", "question | promise 11-27"),
    ("Nous paierons la moitié le 1er décembre et le solde à la fin du mois.", "promise half rest 12-01 11-30"),
    ("Le montant est incorrect, le prix convenu était de 1 234,56 €.", "dispute:wrong_amount 1234.56EUR"),
    ("Nous n'avons pas reçu la marchandise.", "dispute:not_received"),
    ("Il manque le numéro de commande sur la facture.", "dispute:missing_order_number"),
    ("Pouvez-vous m'appeler au 06 12 34 56 78 ?", "wants_call @06 12 34 56 78"),
    ("Pourriez-vous m'envoyer une copie de la facture FA-2024-001 ?", "wants_copy:invoice #FA-2024-001"),
    ("Pouvons-nous payer en trois fois ?", "wants_instalments x3"),
    ("Mme Dupont ne travaille plus ici.", "wrong_contact"),
    ("Le virement sera effectué le 30 novembre.", "promise 11-30"),
    ("Quand allez-vous livrer le reste ?", "question"),
    ("Merci pour votre rappel.", "out_of_scope"),
    ("Nous ne pouvons pas payer avant le 15 décembre.", "promise 12-15"),
    ("La marchandise était endommagée.", "dispute:poor_quality"),
    ("Cette facture a été réglée par virement hier.", "paid_already 11-21"),
    ("Vous nous avez facturé deux fois.", "dispute:duplicate"),
    ("La facture n'est pas encore échue.", "dispute:terms"),
    ("Nous n'avons jamais commandé cela.", "dispute:wrong_customer"),
    ("La TVA est incorrecte.", "dispute:wrong_tax"),
    ("Nous sommes en liquidation judiciaire.", "out_of_scope:refusal"),
    ("Veuillez nous envoyer un relevé de compte.", "wants_copy:statement"),
    ("Je souhaite me désinscrire.", "stop"),
    ("Nous contestons cette facture.", "dispute:other"),
    ("Dès que nous aurons été payés, nous vous paierons.", ""),
    ("Aucun problème, nous virons 1.250,00 EUR demain.", "promise 1250.00EUR 11-23"),
    ("Ne m'envoyez plus de mails.", "stop"),
    ("Veuillez contacter le service comptabilité.", "wrong_contact"),
    ("Nous attendons toujours l'avoir.", "dispute:returned"),
    ("Le paiement est prévu pour la fin de la semaine prochaine.", "promise 11-27"),
    ("Nous souhaitons un échéancier de 100 € par mois.", "wants_instalments 100EUR"),
    ("Je vais régler la facture la semaine prochaine.", "promise 11-27"),
    ("On paie vendredi prochain.", "promise 11-27"),
    ("Nous n'avons pas reçu la facture.", "wants_copy:invoice"),
    ("Le virement a été fait le 12 novembre.", "paid_already 11-12"),
    ("Merci de me rappeler par téléphone.", "wants_call"),
    ("M. Martin a quitté la société.", "wrong_contact"),
    ("Nous réglerons le montant de 1 190,00 € au plus tard le 5 décembre.", "promise 1190.00EUR 12-05"),
    ("Notre comptable est absente, le paiement sera fait la semaine prochaine.", "promise 11-27"),
    ("Serait-il possible de payer en 4 mensualités ?", "wants_instalments x4"),
    ("C'est déjà réglé depuis deux semaines !", "paid_already"),
    ("Je ne fais plus partie de la société.", "wrong_contact"),
    ("Vous avez la mauvaise adresse, essayez finance@acme.example", "wrong_contact @finance@acme.example"),
    ("Merci de me retirer de votre liste.", "stop"),
    ("Qui êtes-vous ?", "question"),
    ("Le prix ne correspond pas à notre commande.", "dispute:wrong_amount"),
    ("Nous n'avons reçu que 8 chaises sur 10.", "dispute:wrong_quantity"),
    ("Deux écrans étaient cassés.", "dispute:poor_quality"),
    ("Nous avons résilié le contrat en août.", "dispute:returned"),
    ("Merci de m'appeler au 01 23 45 67 89.", "wants_call @01 23 45 67 89"),
    ("Je n'arrive pas à ouvrir la pièce jointe, pouvez-vous renvoyer la facture ?", "wants_copy:invoice"),
    ("Le délai de paiement convenu est de 60 jours.", "dispute:terms"),
    ("Sans numéro de commande nous ne pouvons pas traiter la facture.", "dispute:missing_order_number"),
    ("Je vous fais le virement demain.", "promise 11-23"),
    ("Ci-joint la preuve de paiement.", "paid_already"),
    ("Le virement partira vendredi.", "promise 11-27"),
    ("Je m'en occupe.", "out_of_scope"),
    ("Merci, c'est noté.", "out_of_scope"),
    ("Pouvez-vous nous accorder un délai jusqu'à la fin du mois ?", "question"),
    ("Nous contestons les pénalités de retard.", "dispute:other"),
    ("Nous ne pourrons pas payer avant janvier.", "promise 01-01"),
    ("Nous ne connaissons pas cette facture.", "wants_copy:invoice"),
    ("500 € aujourd'hui et le reste le mois prochain.", "promise 500EUR rest 11-22 12-31"),
    ("La facture n° 2026-114 a été payée par virement le 2 novembre.", "paid_already 11-02 #2026-114"),
    ("Nous avons renvoyé la marchandise.", "dispute:returned"),
    ("Veuillez envoyer vos factures à factures@acme.example.", "wrong_contact @factures@acme.example"),
    ("Laissez-moi tranquille.", "stop"),
    ("Chèque envoyé hier.", "paid_already 11-21"),
    ("Nous procédons au règlement cette semaine.", "promise 11-22"),
]
"""A sentence, and the guesses that are made of it in their order; see ``written.py`` for their short form."""


@pytest.mark.parametrize(("sentence", "expected"), SAID)
def test_a_sentence_is_understood(sentence: str, expected: str) -> None:
    assert " | ".join(guesses(sentence, language="fr")) == expected


def test_the_same_is_understood_when_the_language_is_not_known() -> None:
    kinds = {sentence: [each.split()[0] for each in guesses(sentence, language="fr")] for sentence, _ in SAID}

    found = {sentence: [each.split()[0] for each in guesses(sentence, language="")] for sentence, _ in SAID}

    assert found == kinds
