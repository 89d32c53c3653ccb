"""What payers write in Spanish, and what is guessed from it, on Sunday, 22 November 2026."""

import pytest

from tests.domain.deliverability.replies.written import guesses

SAID = [
    ("Pagaremos 500 € el viernes.", "promise 500EUR 11-27"),
    ("Ya hemos pagado esta factura el 3/11, ref 881.", "paid_already 11-03 ref=881"),
    (
        "No soy la persona indicada, por favor escriba a contabilidad@acme.example.",
        "wrong_contact @contabilidad@acme.example",
    ),
    ("Por favor, dejen de enviarme correos.", "stop"),
    ("No pagaremos el viernes.", "out_of_scope:refusal"),
    ("Todavía no he pagado.", "out_of_scope"),
    ("¿Podemos pagar el viernes?", "question | promise 11-27"),
    ("Pagaremos la mitad el 1 de diciembre y el resto a fin de mes.", "promise half rest 12-01 11-30"),
    ("El importe es incorrecto, acordamos 1.234,56 €.", "dispute:wrong_amount 1234.56EUR"),
    ("No hemos recibido la mercancía.", "dispute:not_received"),
    ("Falta el número de pedido en la factura.", "dispute:missing_order_number"),
    ("¿Puede llamarme al 612 345 678?", "wants_call @612 345 678"),
    ("¿Podrían enviarme una copia de la factura FA-2024-001?", "wants_copy:invoice #FA-2024-001"),
    ("¿Podemos pagar en tres plazos?", "wants_instalments x3"),
    ("La señora García ya no trabaja aquí.", "wrong_contact"),
    ("La transferencia se realizará el 30 de noviembre.", "promise 11-30"),
    ("¿Cuándo entregan el resto?", "question"),
    ("Gracias por el recordatorio.", "out_of_scope"),
    ("No podemos pagar antes del 15 de diciembre.", "promise 12-15"),
    ("La mercancía llegó dañada.", "dispute:poor_quality"),
    ("La factura fue pagada ayer por transferencia.", "paid_already 11-21"),
    ("Nos han facturado dos veces.", "dispute:duplicate"),
    ("La factura todavía no ha vencido.", "dispute:terms"),
    ("Nunca pedimos esto.", "dispute:wrong_customer"),
    ("El IVA es incorrecto.", "dispute:wrong_tax"),
    ("Estamos en concurso de acreedores.", "out_of_scope:refusal"),
    ("Por favor envíen un extracto de cuenta.", "wants_copy:statement"),
    ("Quiero darme de baja.", "stop"),
    ("No estamos de acuerdo con la factura.", "dispute:other"),
    ("Cuando nos paguen, pagaremos.", ""),
    ("No hay problema, transferiremos 1.250,00 EUR mañana.", "promise 1250.00EUR 11-23"),
    ("No me envíen más correos.", "stop"),
    ("Por favor contacte con el departamento de contabilidad.", "wrong_contact"),
    ("Estamos esperando la nota de crédito.", "dispute:returned"),
    ("El pago está previsto para finales de la próxima semana.", "promise 11-27"),
    ("Queremos un plan de pagos de 100 € al mes.", "wants_instalments 100EUR"),
    ("Voy a pagar la factura la semana que viene.", "promise 11-27"),
    ("Pagamos el próximo viernes.", "promise 11-27"),
    ("No hemos recibido la factura.", "wants_copy:invoice"),
    ("El pago se hizo el 12 de noviembre.", "paid_already 11-12"),
    ("Prefiero hablar por teléfono.", "wants_call"),
    ("Juan Pérez ha dejado la empresa.", "wrong_contact"),
    ("Abonaremos el importe de 1.190,00 € a más tardar el 5 de diciembre.", "promise 1190.00EUR 12-05"),
    ("Nuestra contable está de baja, el pago se hará la próxima semana.", "promise 11-27"),
    ("¿Sería posible pagar en 4 cuotas mensuales?", "wants_instalments x4"),
    ("¡Ya lo pagamos hace dos semanas!", "paid_already 11-08"),
    ("Ya no trabajo en la empresa.", "wrong_contact"),
    ("Tiene el correo equivocado, pruebe con finanzas@acme.example", "wrong_contact @finanzas@acme.example"),
    ("Por favor, elimíneme de su lista.", "stop"),
    ("¿Quién es usted?", "question"),
    ("El precio no coincide con nuestro pedido.", "dispute:wrong_amount"),
    ("Solo recibimos 8 de 10 sillas.", "dispute:wrong_quantity"),
    ("Dos monitores llegaron rotos.", "dispute:poor_quality"),
    ("Cancelamos el contrato en agosto.", "dispute:returned"),
    ("Llámeme al 912 345 678, por favor.", "wants_call @912 345 678"),
    ("No puedo abrir el adjunto, ¿pueden reenviar la factura?", "wants_copy:invoice"),
    ("El plazo de pago acordado es de 60 días.", "dispute:terms"),
    ("Sin número de pedido no podemos tramitar la factura.", "dispute:missing_order_number"),
    ("Mañana hago la transferencia.", "promise 11-23"),
    ("Adjunto el comprobante de pago.", "paid_already"),
    ("La transferencia saldrá el viernes.", "promise 11-27"),
    ("Me encargo.", "out_of_scope"),
    ("Gracias, recibido.", "out_of_scope"),
    ("¿Nos pueden dar hasta fin de mes?", "question"),
    ("No estamos conformes con los intereses de demora.", "dispute:other"),
    ("No podremos pagar hasta enero.", "promise 01-01"),
    ("No conocemos esta factura.", "wants_copy:invoice"),
    ("500 € hoy y el resto el mes que viene.", "promise 500EUR rest 11-22 12-31"),
    ("La factura nº 2026-114 fue pagada por transferencia el 2 de noviembre.", "paid_already 11-02 #2026-114"),
    ("Hemos devuelto la mercancía.", "dispute:returned"),
    ("Envíen las facturas a facturas@acme.example.", "wrong_contact @facturas@acme.example"),
    ("Déjenme en paz.", "stop"),
    ("Hicimos la transferencia ayer.", "paid_already 11-21"),
    ("Estamos gestionando el pago esta semana.", "promise 11-22"),
]
"""A sentence, and the guesses that are made of it in their order; see ``written.py`` for their short form."""


@pytest.mark.parametrize(("sentence", "expected"), SAID)
def test_a_sentence_is_understood(sentence: str, expected: str) -> None:
    assert " | ".join(guesses(sentence, language="es")) == expected


def test_the_same_is_understood_when_the_language_is_not_known() -> None:
    kinds = {sentence: [each.split()[0] for each in guesses(sentence, language="es")] for sentence, _ in SAID}

    found = {sentence: [each.split()[0] for each in guesses(sentence, language="")] for sentence, _ in SAID}

    assert found == kinds
