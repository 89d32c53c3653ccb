"""What automatic answers say: the person is gone, who answers instead, and when somebody is back."""

from datetime import UTC, date, datetime

import pytest

from domain.deliverability.reading import Kind, read

HEAD = (
    "From: Ann <ann@acme.example>\nTo: r@merchant.example\nAuto-Submitted: auto-replied\n"
    "Date: Mon, 21 Dec 2026 09:30:00 +0100\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
)

BACK = {
    "I am out of the office and will be back on 5 January 2027.": date(2027, 1, 5),
    "I am out of the office until Monday 5 January. For urgent matters call 555-0100.": date(2027, 1, 5),
    "I will return to the office on January 5th, 2027.": date(2027, 1, 5),
    "I'm away from 22 December to 4 January, back on the 5th of January.": date(2027, 1, 5),
    "On leave from 12/22/2026 to 01/05/2027.": date(2027, 1, 5),
    "I am on leave through 4 January 2027.": date(2027, 1, 5),
    "I will be out of the office starting 12/22/2026 and will not return until 01/05/2027.": date(2027, 1, 5),
    "Return date: 2027-01-05": date(2027, 1, 5),
    "Ich bin bis zum 05.01.2027 nicht im Haus. Ihre Mail wird nicht weitergeleitet.": date(2027, 1, 5),
    "Ich bin vom 22.12. bis 04.01.2027 im Urlaub.": date(2027, 1, 4),
    "Ich bin bis einschließlich 4. Januar abwesend.": date(2027, 1, 5),
    "Ab dem 5. Januar bin ich wieder für Sie da.": date(2027, 1, 5),
    "Ich bin ab 5.1. wieder im Büro.": date(2027, 1, 5),
    "Je suis absente jusqu'au 5 janvier 2027.": date(2027, 1, 5),
    "Je suis absent du 22 décembre au 4 janvier inclus.": date(2027, 1, 5),
    "Je serai de retour le lundi 5 janvier.": date(2027, 1, 5),
    "Estoy fuera de la oficina hasta el 5 de enero de 2027.": date(2027, 1, 5),
    "Estaré de vuelta el martes 5 de enero.": date(2027, 1, 5),
    "Sono assente dal 22 dicembre al 4 gennaio.": date(2027, 1, 4),
    "Sarò di nuovo in ufficio il 5 gennaio 2027.": date(2027, 1, 5),
    "Ik ben afwezig t/m 4 januari 2027.": date(2027, 1, 5),
    "Ik ben op 5 januari weer aanwezig.": date(2027, 1, 5),
    "Estarei ausente até 5 de janeiro de 2027.": date(2027, 1, 5),
    "Estarei de volta no dia 5 de janeiro.": date(2027, 1, 5),
    "I am out of the office from 1 December until 18 December 2026.": date(2026, 12, 18),
    "Thank you for your mail of 5 January. We answer within two days.": None,
    "We were founded on 3 May 1998 and moved to Berlin on 1 March 2027.": None,
    "Unsere Messe findet vom 12.03. an in Halle 5 statt.": None,
    "I am out of the office with no access to mail.": None,
}


@pytest.mark.parametrize("text", BACK)
def test_an_answer_tells_when_somebody_is_back(text: str) -> None:
    reading = read((HEAD.format(subject="Automatic reply: your invoice") + text).encode())

    assert reading.kind is Kind.AUTO_REPLY
    assert reading.back_on == BACK[text]
    assert not reading.left


BY_WEEKDAY = {  # the answers are written on a Monday, 21 December 2026
    "I am out of the office and will be back on Wednesday.": date(2026, 12, 23),
    "Back Thursday!": date(2026, 12, 24),
    "I'm out today, returning on Tuesday.": date(2026, 12, 22),
    "I'll be back in the office on Monday.": date(2026, 12, 28),
    "I am out until Friday.": date(2026, 12, 25),
    "I am away through Friday.": date(2026, 12, 26),
    "I will be back on Wednesday next week.": date(2026, 12, 30),
    "Ab Mittwoch bin ich wieder für Sie da.": date(2026, 12, 23),
    "Ich bin ab Dienstag wieder erreichbar.": date(2026, 12, 22),
    "Ich bin ab Montag wieder im Büro.": date(2026, 12, 28),
    "Nächste Woche Mittwoch bin ich zurück.": date(2026, 12, 30),
    "Ich bin bis einschließlich Mittwoch nicht im Haus.": date(2026, 12, 24),
    "Je serai de retour jeudi.": date(2026, 12, 24),
    "Je suis absente jusqu'à mardi.": date(2026, 12, 22),
    "De retour au bureau le lundi.": date(2026, 12, 28),
    "Estaré de vuelta el miércoles.": date(2026, 12, 23),
    "Vuelvo el jueves.": date(2026, 12, 24),
    "Estoy fuera de la oficina hasta el viernes.": date(2026, 12, 25),
    "Back on Wednesday, 30 December.": date(2026, 12, 30),
    "Your mail of Wednesday has reached us.": None,
    "I am in the office Monday to Wednesday.": None,
    "We are back in the office Monday to Friday, 9 to 5.": None,
    "Our shop is open again every Tuesday.": None,
    "I will get back to you on Thursday.": None,
    "We will return your call on Tuesday.": None,
    "Ich rufe Sie am Dienstag zurück.": None,
    "Wir liefern ab Mittwoch wieder.": None,
    "Montags bin ich wieder im Büro.": None,
    "Estaré disponible los lunes.": None,
}


@pytest.mark.parametrize("text", BY_WEEKDAY)
def test_a_day_of_the_week_is_the_next_one_after_the_answer(text: str) -> None:
    reading = read((HEAD.format(subject="Automatic reply: your invoice") + text).encode())

    assert reading.kind is Kind.AUTO_REPLY
    assert reading.back_on == BY_WEEKDAY[text]


def test_a_day_of_the_week_says_nothing_when_the_mail_has_no_date() -> None:
    head = "".join(line for line in HEAD.splitlines(keepends=True) if not line.startswith("Date"))

    reading = read((head.format(subject="Automatic reply: your invoice") + "I am back on Monday.").encode())

    assert reading.back_on is None


def test_the_subject_tells_when_somebody_is_back_too() -> None:
    assert read(HEAD.format(subject="Out of office until 5 January").encode()).back_on == date(2027, 1, 5)


def test_a_date_without_a_year_is_not_guessed_when_the_mail_has_no_date() -> None:
    dated = (HEAD.format(subject="Out of office") + "I will be back on 5 January.").encode()

    assert read(dated.replace(b"Date: ", b"X-Date: ")).back_on is None
    assert read(dated.replace(b"Date: ", b"X-Date: ").replace(b"January.", b"January 2027.")).back_on == date(
        2027, 1, 5
    )


GONE = {
    "Anna no longer works for Acme. Please contact Bea Blum at bea@acme.example.": "bea@acme.example",
    "I have left the company. Write to accounts@acme.example instead.": "accounts@acme.example",
    "Ann Smith is no longer with the company.\n\nFor payments, email payables@acme.example": "payables@acme.example",
    "Please contact bea@acme.example, since Ann has left the organisation.": "bea@acme.example",
    "Frau Blum ist nicht mehr für unser Haus tätig. Bitte wenden Sie sich an bea@acme.example.": "bea@acme.example",
    "Herr Muster hat unser Unternehmen verlassen. Nachfolger: bea@acme.example": "bea@acme.example",
    "Je ne fais plus partie de la société. Merci de contacter bea@acme.example.": "bea@acme.example",
    "J’ai quitté l’entreprise le 1er mars. Veuillez écrire à bea@acme.example": "bea@acme.example",
    "Ana ya no trabaja en Acme; puede escribir a bea@acme.example.": "bea@acme.example",
    "Anna non lavora più qui. Può contattare bea@acme.example": "bea@acme.example",
    "Anna werkt niet meer bij Acme. Neem contact op met bea@acme.example.": "bea@acme.example",
    "A Ana já não trabalha connosco. Contacte bea@acme.example.": "bea@acme.example",
    "This address is no longer in use.": "",
    "I have retired. My old address was ann@acme.example.": "",
}


@pytest.mark.parametrize("text", GONE)
def test_an_answer_tells_that_somebody_is_gone_and_who_comes_after(text: str) -> None:
    reading = read((HEAD.format(subject="Automatic reply") + text).encode())

    assert reading.kind is Kind.AUTO_REPLY
    assert (reading.left, reading.successor, reading.back_on) == (True, GONE[text], None)


def test_the_moment_of_a_mail_is_its_date_header_in_utc() -> None:
    assert read(HEAD.format(subject="x").encode()).said_on == datetime(2026, 12, 21, 8, 30, tzinfo=UTC)
    assert read(b"Date: Mon, 21 Dec 2026 09:30:00\n\nx").said_on == datetime(2026, 12, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("told", ["", "yesterday", "Mon, 99 Foo 2026", "Mon, 21 Dec 99999 09:30:00 +9999", "1" * 5000])
def test_a_date_that_cannot_be_read_is_none(told: str) -> None:
    assert read(f"From: a@b.example\nDate: {told}\n\nx".encode()).said_on is None
