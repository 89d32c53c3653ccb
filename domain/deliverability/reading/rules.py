"""The rules: an ordered table of small pure functions, each of which knows one sort of mail; the first to speak wins.

Reports come before automatic answers, since many reports are marked ``Auto-Submitted: auto-replied``; what carries
machine-readable parts comes before prose; a person comes last, and everything that no rule claims is a person's.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.deliverability.reading import automatic, bounces, complaints
from domain.deliverability.reading.look import Look
from domain.deliverability.reading.readings import Kind, Reading

Finder = Callable[[Look], Reading | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    name: str
    says: str
    find: Finder


def _human(look: Look) -> Reading:
    kind = "an answer" if look.answers else "a letter"
    return Reading(Kind.HUMAN, "human", because=(f"{kind}, and nothing in it is a machine's",))


RULES = (
    Rule("feedback-report", "A complaint in the standard report format.", complaints.by_report),
    Rule("read-receipt", "A receipt that a mail was read or deleted.", automatic.read_receipt),
    Rule("notification-json", "A notification of a sending service, as JSON.", bounces.by_notification),
    Rule("delivery-report", "A delivery report with machine-readable fields.", bounces.by_report),
    Rule(
        "junk-report", "A complaint that only forwards the mail (junk mail reporting programs).", complaints.by_forward
    ),
    Rule("auto-reply-subject", "An automatic answer, by its subject.", automatic.by_subject),
    Rule("failed-recipients", "A report that names the recipients in X-Failed-Recipients.", bounces.by_header),
    Rule("failure-prose", "A report in prose.", bounces.by_prose),
    Rule("challenge", "A demand to prove that the sender is a person.", automatic.challenge),
    Rule("list-or-bulk", "A newsletter or a mailing list.", automatic.bulk),
    Rule("auto-reply-header", "An automatic answer, by its headers.", automatic.by_header),
    Rule("auto-reply-sender", "An automatic mail: no return path, or a mail system as sender.", automatic.by_sender),
    Rule("human", "Everything else was written by a person.", _human),
)
