"""Incident letters: what managers are mailed about an incident, its text and its HTML made of the same lines.

Nothing in it is about a payer, and no words that people typed are quoted: those stand in Slack, where rights hold.
"""

from collections.abc import Iterator
from datetime import timedelta

from domain.kernel import dates
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.speech import amount, counted, phrase, say
from domain.letters import Letter
from domain.operations import operator_pages
from domain.operations.incident_lists import Shown
from domain.operations.incident_rules import MEANINGS, PERSON

OPENED, WORSE_P2, WORSE_P1, OVER, BACK = "opened", "worse P2", "worse P1", "over", "back"
"""Stages of an incident; of each there is one letter to each manager at the most, and one more each time it is back."""

LATE = timedelta(minutes=10)
"""A letter that could not leave for so long says so."""

STAGES = (OPENED, WORSE_P2, WORSE_P1, OVER, BACK)

SUBJECTS = {
    OPENED: phrase("{severity} {meaning}: {title}"),
    WORSE_P2: phrase("Worse, {severity} {meaning}: {title}"),
    WORSE_P1: phrase("Worse, {severity} {meaning}: {title}"),
    OVER: phrase("Over: {title}"),
    BACK: phrase("Back, {severity} {meaning}: {title}"),
}


def letter(core: Core, shown: Shown, *, stage: str, late: bool) -> Letter:
    """Return the letter, said to the reader; a *late* one says so in its subject and first of all."""
    called = say("What a person in your team saw") if shown.cause == PERSON else shown.called
    subject = say(SUBJECTS[stage], severity=shown.severity.value, meaning=say(MEANINGS[shown.severity]), title=called)
    named = say("Plixo incident {number}", number=str(shown.number))
    subject = f"{say('Late')}: {named}: {subject}" if late else f"{named}: {subject}"
    lines = list(_lines(core, shown, late=late))
    return Letter(
        subject=subject[:150],
        text="\n\n".join([subject, *lines]),
        html=operator_pages.page(core.merchant.name, subject, lines),
    )


def _lines(core: Core, shown: Shown, *, late: bool) -> Iterator[str]:
    if late:
        yield say("This letter is late: the mail relay did not take it before. It tells how things stand now.")
    yield say("It began at {at}.", at=dates.told(shown.opened_at))
    if shown.over:
        yield _ended(shown)
        return
    for each in shown.signals:
        yield each.told()
    if shown.about is not None:
        yield say(shown.about.means)
        yield say("What to do: {remedy}", remedy=say(shown.about.remedy)).replace("`", "")
        if core.limits.docs_url:
            yield f"{core.limits.docs_url.rstrip('/')}/runbooks/#{shown.about.runbook}"
    if shown.blocks:
        yield _held(shown)
    yield say("Somebody has taken it.") if shown.owner else say("Nobody has taken it yet.")
    yield say("In Slack: {command}", command=f"/plixo incident show {shown.number}")


def _ended(shown: Shown) -> str:
    at = dates.told(shown.over_at or shown.opened_at)
    if shown.over_by == SYSTEM.name:
        return say("It is over since {at}: nothing of it was seen for a while.", at=at)
    return say("It is over since {at}, as somebody in your team said.", at=at)


def _held(shown: Shown) -> str:
    sums = ", ".join(map(amount, shown.held_sums)) or say("nothing open")
    return counted(
        "Mail that asks to pay waits until it is over: {n} mail over {sums}.",
        "Mail that asks to pay waits until it is over: {n} mails over {sums}.",
        shown.held_mails,
        sums=sums,
    )
