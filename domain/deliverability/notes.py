"""Notes: what is kept with a mail that came in about what followed from it (``sentences.py``), and names of reasons."""

from collections.abc import Mapping

from domain.deliverability.reading.readings import Reason
from domain.kernel.speech import phrase

OPT_OUT_LATE = phrase("asks to be left alone, but the token is too old or of no message that we know")

OPT_OUT_BY_MACHINE = phrase(
    "a machine's mail to the address for opting out, which asks for nothing, so nothing was suppressed"
)

OPTED_OUT = phrase("asked for no more reminders")

UNPROVEN = phrase("{what}; {missing}, so nothing was suppressed")

OTHER_ADDRESS = phrase("the report names another address than the one that was mailed")

NEVER_LEFT = phrase("{what}, of a mail that never left")

CONTRADICTED = phrase(
    "{what}; its owner wrote or a person lifted the suppression since that mail left, so nothing was suppressed"
)

OURS = phrase("{what}; our fault, the address may be mailed again")

TRIED_AGAIN = phrase("{what}; the address may be mailed again")

STILL_TRIES = phrase("the receiving server still tries")

REPORT = phrase("a report of the type {type}")

COMPLAINT = phrase("a complaint ({type})")

COMPLAINT_ELSEWHERE = phrase("a complaint ({type}) that names another address than the one that was mailed")

COMPLAINT_BACK = phrase("the recipient took the complaint back")

COMPLAINED = phrase("complained ({type})")

LEFT = phrase("no longer with the company, says an automatic answer")

LEFT_UNPROVEN = phrase("an automatic answer: no longer with the company")

AUTOMATIC = phrase("an automatic answer")

BACK_ON = phrase("an automatic answer: back on {day}")

BACK_TOO_LATE = phrase("an automatic answer: back on {day}, which is too far ahead to wait for")

WROTE = phrase("a person wrote")

NOBODYS = phrase(", and nothing tells to which customer it belongs")

BY_SENDER = phrase("; it belongs there by its sender only, which anybody can write")

OF_SEVERAL = phrase(", by its sender of a customer with {count} open invoices: say which one it is about")

NEITHER = phrase("neither a report nor an answer")

NO_TOKEN = phrase("it came without a valid token")

OTHER_TOKEN = phrase("its token does not prove it")

TOKEN_OLD = phrase("its token is too old")

UNPROVABLE = phrase("its token cannot be verified any more, so it is left as it was")

READ_AGAIN = phrase("a mail was read again and does not say so")

OVER = phrase("its time is over")

WITH_STATUS = phrase("{reason} ({status})")

CRASHED = phrase("the reader crashed twice")

NONSENSE = phrase("the reader's answer makes no sense")

FAILED = phrase("the reader failed: {fault}")

SLOW = phrase("reading took more than {seconds} s")

REFUSED: Mapping[str, str] = {
    Reason.USER_UNKNOWN: phrase("user unknown"),
    Reason.HOST_UNKNOWN: phrase("host unknown"),
    Reason.MOVED: phrase("moved"),
    Reason.NO_MAIL_SERVICE: phrase("domain takes no mail"),
    Reason.ABANDONED: phrase("mailbox abandoned"),
    Reason.MAILBOX_FULL: phrase("mailbox full"),
    Reason.DISABLED: phrase("mailbox disabled"),
    Reason.FILTERED: phrase("refused by the recipient's filter"),
    Reason.RECIPIENT_POLICY: phrase("recipient takes no such mail"),
    Reason.SPAM: phrase("taken for spam"),
    Reason.VIRUS: phrase("taken for malware"),
    Reason.CONTENT: phrase("content refused"),
    Reason.POLICY: phrase("policy"),
    Reason.SENDER: phrase("sender refused"),
    Reason.AUTHENTICATION: phrase("sender authentication"),
    Reason.REPUTATION: phrase("sending host refused"),
    Reason.RATE: phrase("too many mails"),
    Reason.SIZE: phrase("mail too large"),
    Reason.RELAYING: phrase("relaying denied"),
    Reason.SECURITY: phrase("security"),
    Reason.SYNTAX: phrase("protocol error"),
    Reason.LOOP: phrase("mail loop"),
    Reason.EXPIRED: phrase("tried for too long"),
    Reason.NETWORK: phrase("network or name service"),
    Reason.SYSTEM: phrase("trouble at the receiving system"),
    Reason.UNDEFINED: phrase("not stated"),
}
"""Why a server did not take a mail."""

SUPPRESSED = (
    phrase("hard bounce"),
    phrase("soft bounces"),
    phrase("complaint"),
    phrase("opted out"),
    phrase("legal hold"),
    phrase("invalid"),
    phrase("manual"),
)
"""For what an address is suppressed (``suppressions.Why``), as it is kept and said."""
