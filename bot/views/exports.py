"""Files that somebody asked for, as they are told of: being made, or given up."""

from collections.abc import Mapping, Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.kernel.speech import phrase, say
from domain.operations.exports import CHARTS, REPORTS, What

NAMES: Mapping[What, str] = {
    What.STATEMENT: phrase("The statement"),
    What.INVOICE: phrase("The invoice"),
    What.RECEIPT: phrase("The receipt"),
    What.QUEUE: phrase("The list of the queue"),
    What.AGEING: phrase("The ageing list"),
    What.UNAPPLIED: phrase("The list of unapplied cash"),
    What.SUPPRESSIONS: phrase("The list of suppressions"),
    What.CASH: phrase("The list of bank lines"),
    What.REJECTS: phrase("The reject log"),
    What.CONTACTLESS: phrase("The list of customers without a contact"),
    What.AGEING_CHART: phrase("The ageing chart"),
    What.PORTAL_CHART: phrase("The chart of the portal"),
    What.CASH_CHART: phrase("The cash chart"),
    What.REPORT: phrase("The report"),
    What.DIGEST: phrase("The digest"),
}


def queued(what: What, *, here: bool) -> Message:
    """Return that a file is being made, and where it comes: *here* is the channel where it was asked for."""
    file = say(NAMES[what])
    sentence = (
        say(
            "{file} is being made; it comes here, or as a message from Plixo where everybody may read along.", file=file
        )
        if here
        else say("{file} is being made; it comes as a message from Plixo.", file=file)
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def given_up(what: What, words: Sequence[str], *, request_id: str) -> Message:
    """Return that a file could not be made, and what to do."""
    named = what.value if what in (*CHARTS, *REPORTS) else f"export {what.value}"
    typed = text.foreign(" ".join((named, *words)), limit=200)
    sentence = say(
        "{file} could not be made or brought, though it was tried again and again. Ask for it once more: "
        "`/plixo {typed}`. If that fails, too, tell whoever runs Plixo the request id `{request}`.",
        file=say(NAMES[what]),
        typed=typed,
        request=request_id,
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))
