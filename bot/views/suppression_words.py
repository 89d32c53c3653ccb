"""What evidence of mails is called: why an address is suppressed, what a mail said of it, and why that is no proof."""

from collections.abc import Mapping

from domain.deliverability.evidence import Proof, Sort
from domain.deliverability.notes import REFUSED
from domain.deliverability.suppressions import Why
from domain.kernel.speech import phrase, say

WHY: Mapping[str, str] = {
    Why.HARD_BOUNCE: phrase("hard bounce"),
    Why.SOFT_BOUNCES: phrase("soft bounces"),
    Why.COMPLAINT: phrase("complaint"),
    Why.OPTED_OUT: phrase("opted out"),
    Why.LEGAL_HOLD: phrase("legal hold"),
    Why.INVALID: phrase("invalid"),
    Why.MANUAL: phrase("manual"),
}
"""Why an address must not be mailed."""

SORTS: Mapping[str, str] = {
    Sort.DEAD: phrase("dead address"),
    Sort.TROUBLE: phrase("mailbox trouble"),
    Sort.OURS: phrase("our fault"),
    Sort.GAVE_UP: phrase("gave up"),
    Sort.UNCLEAR: phrase("unclear"),
    Sort.LATE: phrase("still trying"),
    Sort.COMPLAINT: phrase("complaint"),
    Sort.OPTED_OUT: phrase("no more reminders were asked for"),
    Sort.WITHDRAWN: phrase("complaint withdrawn"),
    Sort.LEFT: phrase("left"),
    Sort.AWAY: phrase("away"),
    Sort.ALIVE: phrase("its owner wrote"),
}
"""What a mail said of an address."""

PROOFS: Mapping[str, str] = {
    Proof.STALE: phrase("stale"),
    Proof.MISSING: phrase("missing"),
    Proof.OTHER_ADDRESS: phrase("other address"),
    Proof.OTHER_TOKEN: phrase("other token"),
    Proof.NOT_MAILED: phrase("not mailed"),
    Proof.CONTRADICTED: phrase("contradicted"),
}
"""Why what a mail said is not proven."""

FAULTS: Mapping[str, str] = REFUSED
"""Why a server did not take a mail."""


def said(code: str, known: Mapping[str, str]) -> str:
    """Return a code of these in the reader's words; one that is not known stays as it is."""
    return say(known[code]) if code in known else code
