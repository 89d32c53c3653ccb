"""Words: what is kept of promises, plans and disputes in English is said in the reader's language when it is read."""

from datetime import date
from uuid import UUID

import pytest

from domain.commitments import words
from domain.commitments.dispute_reasons import BY_CODE, document
from domain.commitments.events import PromiseWithdrawn
from domain.kernel.actor import SYSTEM
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import Reader, say, spoken_to
from tests.clocks import StandingClock

GERMAN = Reader.of("de", "de_DE")
ID = UUID(int=1)


def withdrawn(reason: str) -> PromiseWithdrawn:
    return PromiseWithdrawn(
        invoice_id=ID,
        invoice_number="INV-1042",
        account_id=ID,
        promise_id=ID,
        amount=Money(125050, "EUR"),
        promised_on=date(2026, 3, 15),
        reason=reason,
        **by(SYSTEM, StandingClock().now()),
    )


@pytest.mark.parametrize(
    ("kept", "said"), [(say(words.BOOKS_LOWERED), "die Bücher haben die Rechnung"), ("{they} rang", "{they} rang")]
)
def test_a_reason_of_ours_is_translated_and_a_persons_stays(kept: str, said: str) -> None:
    event = withdrawn(kept)

    with spoken_to(GERMAN):
        told = event.told()

    assert told.startswith("Zusage über 1.250,50 EUR bis 15. März 2026 (W-0000-0001) zurückgenommen: ")
    assert said in told


def test_reasons_and_documents_are_called_as_the_reader_calls_them_and_kept_in_english() -> None:
    with spoken_to(GERMAN):
        called = BY_CODE["duplicate"].title, document("photo"), document("never heard of")

    assert called == ("Doppelt berechnet", "Foto des Schadens", "anderes Dokument")
    assert BY_CODE["duplicate"].name == "Billed twice"


def test_a_state_that_there_is_no_more_is_shown_as_it_is() -> None:
    with spoken_to(GERMAN):
        assert (words.dispute_state("partly accepted"), words.plan_state("bygone")) == ("teilweise anerkannt", "bygone")
