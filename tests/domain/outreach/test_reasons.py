"""What planners and senders write down about mails is kept with its values, and read in the reader's language."""

from datetime import date, timedelta

from domain.kernel import sentences, speech
from domain.kernel.money import Money
from domain.kernel.speech import Reader, Said
from domain.outreach import guardrails, settling
from domain.outreach.facts import Stop
from domain.outreach.verdicts import Never
from domain.outreach.warm_up import Week
from tests.domain.outreach.mails_made import NOW, item_facts

GERMAN = Reader("de", "de_DE")


def test_sentences_within_sentences_are_said_in_the_readers_language() -> None:
    held = guardrails.judged(item_facts(hold=Stop("legal", "they write", NOW + timedelta(days=1))))
    promise = {"amount": Money(125050, "EUR"), "day": date(2026, 11, 30)}
    promised = speech.say("a promise over {amount} runs until {day}", **promise)
    asked = guardrails.judged(item_facts(ask=Money(0, "EUR"), paused_why=promised))
    assert isinstance(held, Never)
    assert isinstance(asked, Never)
    step = speech.say(
        "step {step} of cadence {cadence}, {age}",
        step=3,
        cadence="Standard v2",
        age=speech.counted("{n} day past due", "{n} days past due", 5),
    )
    why = settling._together([("INV-1", held.reason), ("INV-2", asked.reason)])

    stored = sentences.as_text(speech.joined("; ", [step, speech.say("not sent: {why}", why=why)]))
    with speech.spoken_to(GERMAN):
        read = sentences.said(stored)

    assert read.startswith("Schritt 3 des Erinnerungsplans Standard v2, 5 Tage überfällig; nicht gesendet: INV-1: ")
    assert "(rechtlich) bis 2026-03-11 09:00 UTC: they write" in read
    assert "1.250,50 EUR" in read
    assert read.endswith("30. Nov. 2026")


def test_two_troubles_of_a_week_are_one_sentence() -> None:
    trouble = Week(90, 3, 2, 5).trouble

    assert isinstance(trouble, Said)
    assert trouble == "3 of 90 mails of the week hit dead addresses and 2 of 90 mails of the week drew complaints"
