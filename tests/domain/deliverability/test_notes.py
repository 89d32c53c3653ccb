"""Notes: what is kept about a mail is said to whoever reads it, the server's status as it is."""

from datetime import date

import pytest

from domain.deliverability import notes
from domain.deliverability.reading.readings import Reason
from domain.deliverability.suppressions import Why
from domain.kernel import sentences
from domain.kernel.speech import Reader, say, spoken_to

GERMAN = Reader.of("de", "de_DE")

FULL = say(notes.WITH_STATUS, reason=say(notes.REFUSED[Reason.MAILBOX_FULL]), status="4.2.2")


@pytest.mark.parametrize(
    ("note", "english", "german"),
    [
        (FULL, "mailbox full (4.2.2)", "Postfach voll (4.2.2)"),
        (
            say(notes.TRIED_AGAIN, what=FULL),
            "mailbox full (4.2.2); the address may be mailed again",
            "Postfach voll (4.2.2); die Adresse darf wieder angeschrieben werden",
        ),
        (
            say(notes.UNPROVEN, what=say(notes.REFUSED[Reason.USER_UNKNOWN]), missing=say(notes.NO_TOKEN)),
            "user unknown; it came without a valid token, so nothing was suppressed",
            "Empfänger unbekannt; es kam ohne gültiges Merkmal, deshalb wurde nichts gesperrt",
        ),
        (
            say(notes.BACK_ON, day=date(2026, 3, 12)),
            "an automatic answer: back on 12 Mar 2026",
            "eine automatische Antwort: zurück am 12. März 2026",
        ),
        ("a clerk's own words (4.2.2)", "a clerk's own words (4.2.2)", "a clerk's own words (4.2.2)"),
    ],
)
def test_a_note_is_said_to_its_reader_and_a_status_stays_in_it(note: str, english: str, german: str) -> None:
    stored = sentences.as_text(note)

    assert sentences.said(stored) == english
    with spoken_to(GERMAN):
        assert sentences.said(stored) == german


def test_every_reason_has_its_words() -> None:
    assert set(notes.REFUSED) == set(Reason)
    assert {each.value for each in Why} == set(notes.SUPPRESSED)
