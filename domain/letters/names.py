"""Names: letters as operators call them: ``reminder-overdue`` is "reminder overdue"."""

from collections.abc import Mapping

from domain.kernel.speech import phrase, say

NAMES: Mapping[str, str] = {
    "reminder-due": phrase("reminder due"),
    "reminder-overdue": phrase("reminder overdue"),
    "final-notice": phrase("final notice"),
    "instalment-due": phrase("instalment due"),
    "plan-missed": phrase("plan missed"),
    "receipt": phrase("receipt"),
    "new-link": phrase("new link"),
    "promise-noted": phrase("promise noted"),
    "plan-approved": phrase("plan approved"),
    "plan-countered": phrase("plan countered"),
    "plan-rejected": phrase("plan rejected"),
    "dispute-received": phrase("dispute received"),
    "dispute-resolved": phrase("dispute resolved"),
    "dispute-question": phrase("question about a dispute"),
    "question-answered": phrase("question answered"),
    "mail-answered": phrase("mail answered"),
}


def named(letter: str) -> str:
    """Return a letter's name; one that is not ours stays in plain English."""
    known = NAMES.get(letter)
    return letter.replace("-", " ") if known is None else say(known)


def titled(letter: str) -> str:
    """Return a letter's name as a sentence begins with it."""
    name = named(letter)
    return name[:1].upper() + name[1:]
