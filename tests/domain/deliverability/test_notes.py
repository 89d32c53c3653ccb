"""Notes: what is kept about a mail in English is said to whoever reads it, the server's status as it is."""

import pytest

from domain.deliverability import notes
from domain.kernel.speech import Reader, spoken_to

GERMAN = Reader.of("de", "de_DE")


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("mailbox full (4.2.2)", "Postfach voll (4.2.2)"),
        (
            "mailbox full (4.2.2); the address may be mailed again",
            "Postfach voll (4.2.2); die Adresse darf wieder angeschrieben werden",
        ),
        (
            "user unknown (5.1.1); it came without a valid token, so nothing was suppressed",
            "Empfänger unbekannt (5.1.1); es kam ohne gültiges Merkmal, deshalb wurde nichts gesperrt",
        ),
        ("an automatic answer: back on 2026-03-12", "eine automatische Antwort: zurück am 12. März 2026"),
        ("a clerk's own words (4.2.2)", "a clerk's own words (4.2.2)"),
    ],
)
def test_a_note_is_said_to_its_reader_and_a_status_stays_in_it(kept: str, said: str) -> None:
    with spoken_to(GERMAN):
        assert notes.said(kept) == said

    assert notes.said(kept) == kept
