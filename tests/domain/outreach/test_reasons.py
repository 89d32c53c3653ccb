"""What planners, senders and people write down about mails is read in the reader's language."""

import pytest

from domain.kernel import kept, speech
from domain.kernel.speech import Reader
from domain.outreach import decisions, planner, settling, stops

STORED = [
    "step 3 of cadence Standard v2, 5 days past due; and 2 more invoices",
    "cadence Standard v2, due in 1 day; rejected by Ben: they called",
    "instalment 2 of 3 is due on 2026-03-10; not sent: the plan is completed",
    "asked for by Anna; refused by the relay: 550 no such user",
    "the last mail about it left on 2026-03-10, the next waits 1 day",
    "the customer wrote on 2026-03-09 and waits for an answer (known by its sender only: until 2026-03-16)",
    "2 complaints and 1 refusal for its policy since the last pause",
    "3 of 90 mails of the week hit dead addresses and 2 of 90 mails of the week drew complaints",
    "waits until 2026-03-11 09:00 UTC: it is the weekend where the payer is",
    "readiness until 2026-03-11 09:00 UTC: a bank debit is under way",
    settling.NOTHING_LEFT,
    planner.FULL,
    planner.APART,
    *decisions.UNREACHABLE,
    *(f"{kind}: the lawyer said so" for kind in stops.HOLDS.values()),
]


@pytest.mark.parametrize("stored", STORED)
def test_what_is_written_down_is_a_sentence_that_every_reader_understands(stored: str) -> None:
    assert kept.knows(stored)


def test_sentences_within_sentences_are_said_in_the_readers_language() -> None:
    stored = (
        "step 3 of cadence Standard v2, 5 days past due; not sent: INV-1: on hold (legal) until 2026-03-11 09:00 UTC: "
        "they write; INV-2: nothing is left to ask for: a promise over 1,250.50 EUR runs until 2026-11-30"
    )

    with speech.spoken_to(Reader("de", "de_DE")):
        read = kept.said(stored)

    assert read.startswith("Schritt 3 des Erinnerungsplans Standard v2, 5 Tage überfällig; nicht gesendet: INV-1: ")
    assert "(rechtlich) bis 2026-03-11 09:00 UTC: they write" in read
    assert "1.250,50 EUR" in read
    assert read.endswith("30. Nov. 2026")
