"""Notes about files that were handed in: which wait, why one is not taken, not shown, or was given up."""

from bot import blocks, text
from bot.blocks import Message
from domain.kernel import sentences
from domain.kernel.speech import counted, phrase, say
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.states import ENDED, ImportState

SPREADSHEET = phrase(
    "{file} is a spreadsheet, and files are read as CSV. Save the sheet as CSV and hand that in: in Excel “File → "
    "Save As → CSV UTF-8”, in LibreOffice “File → Save As → Text CSV”, in Google Sheets “File → Download → Comma "
    "Separated Values”."
)


def waiting(found: list[ImportCard]) -> Message:
    """Return the imports about which somebody has to decide."""
    if not found:
        sentence = say("No file waits for a decision. Share one with me, or type `/plixo import invoices`.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} file waits for a decision; its card says what for.",
        "{n} files wait for a decision; their cards say what for.",
        len(found),
    )
    lines = [blocks.section(_waiting(each)) for each in found]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def _waiting(found: ImportCard) -> str:
    about = {
        "file": text.foreign(found.file_name, limit=80),
        "who": text.who(found.handed_by),
        "when": text.moment(found.created_at),
    }
    match found.state:
        case ImportState.OPEN:
            return say("*{file}*, a question is open, handed in by {who} {when}", **about)
        case ImportState.PREVIEWED:
            return say("*{file}*, previewed, handed in by {who} {when}", **about)
        case _:
            return say("*{file}*, being read, handed in by {who} {when}", **about)


def withheld(found: ImportCard) -> Message:
    """Return the card for somebody who has lost the right to import: nothing that the file holds."""
    name = text.foreign(found.file_name, limit=80)
    if found.state in ENDED:
        told = say("{file}: you may not import such files any more, so its card is not shown to you.", file=name)
    else:
        told = say(
            "{file}: you may not import such files any more, so what it holds is not shown to you, and nobody decides "
            "about it here. Whoever may import it can share it again.",
            file=name,
        )
    return Message(text=told, blocks=(blocks.section(f"*{name}*"), blocks.context(told)))


def given_up(found: ImportCard, *, request_id: str) -> Message:
    """Return that a file could not be imported whatever was tried, and what to do."""
    told = say(
        "{file} is not imported: {why} Nothing was changed. The request id is `{request}`.",
        file=text.foreign(found.file_name, limit=80),
        why=text.said(sentences.said(found.reason)),
        request=request_id,
    )
    return Message(text=told, blocks=(blocks.section(told),))


def spreadsheet(file_name: str) -> str:
    """Return how a spreadsheet becomes a file that can be imported."""
    return say(SPREADSHEET, file=file_name)


def refused(sentence: str) -> Message:
    """Return why a shared file is not taken."""
    shown = text.said(sentence)
    return Message(text=shown, blocks=(blocks.section(shown),))
