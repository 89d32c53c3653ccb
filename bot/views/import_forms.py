"""Forms about files: handing one in, answering what it leaves open, saying which column is what."""

from collections.abc import Callable

from bot import blocks, inputs, text
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from bot.views.states import capital
from domain.kernel.speech import again, say
from domain.operations.imports import kinds
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.said import CALLED, Asked, ImportKind

ENDINGS = ("csv", "tsv", "txt", "xml", "pdf", "xlsx", "xls", "ods")
"""Name endings of files that may be chosen; whoever chooses a spreadsheet is told how it is saved as CSV."""

MOST_FILES = 5
ANY_KIND = "any"
ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "utf-16", "mac-roman")

OPTION_ROOM = 150
"""Characters of a header by which a menu tells it from others."""


def hand_in(kind: ImportKind | None) -> Modal:
    """Return the form in which files are handed in."""
    options = [
        Option(say("Find out by its headers"), ANY_KIND),
        *(Option(capital(say(CALLED[each])), each) for each in ImportKind),
    ]
    return Modal(
        title=say("Import"),
        form=FormId.IMPORT_FILE,
        submit=say("Preview"),
        blocks=(
            inputs.files(
                "files",
                say("Files"),
                kinds=ENDINGS,
                most=MOST_FILES,
                hint=say("CSV, camt.053 or, for remittance advices, PDF. Save spreadsheets as CSV."),
                optional=False,
            ),
            inputs.select("kind", say("What do they hold?"), options, initial=kind or ANY_KIND),
            inputs.boxes(
                "full",
                say("Is it a full export?"),
                [
                    Option(
                        say("It has every open invoice"),
                        "full",
                        say("What the ledger has and the file lacks is then listed"),
                    )
                ],
            ),
            blocks.context(
                say("You see what would change before anything does. The preview comes as a message from Plixo.")
            ),
        ),
    )


def answer(found: ImportCard) -> Modal | None:
    """Return the form for an answer that is typed; None when nothing of the kind is asked any more."""
    asked = found.question
    if asked is None:
        return None
    match asked.what:
        case Asked.AS_OF:
            field = inputs.day("answer", say("Day"))
        case Asked.ENCODING:
            field = inputs.select(
                "answer", say("Encoding"), [Option(each, each) for each in ENCODINGS], initial="cp1252"
            )
        case Asked.CURRENCY:
            field = inputs.text("answer", say("Currency"), placeholder="EUR", most=3)
        case _:
            field = inputs.text("answer", say("Answer"), most=100)
    return Modal(
        title=say("How to read it"),
        form=FormId.IMPORT_ANSWER,
        submit=say("Read again"),
        subject=_subject(found),
        blocks=(blocks.section(f"*{text.said(asked.text)}*\n{text.said(asked.why)}"), field),
    )


def kind(found: ImportCard) -> Modal:
    """Return the form for what a file holds."""
    return Modal(
        title=say("What it holds"),
        form=FormId.IMPORT_KIND,
        submit=say("Read again"),
        subject=_subject(found),
        blocks=(
            inputs.radio(
                "kind",
                say("What does {file} hold?", file=text.plain(found.file_name, limit=80)),
                [Option(capital(say(CALLED[each])), each) for each in ImportKind],
                initial=found.kind or "",
            ),
        ),
    )


def columns(found: ImportCard) -> Modal:
    """Return the form that says which column is what; those that are known are filled in."""
    assert found.kind is not None, "whoever shows it looks"
    headers = headers_of(found)
    options = [Option(text.plain(each, limit=75), each[:OPTION_ROOM]) for each in headers]
    taken = matched(found)
    fields = [
        inputs.select(
            each.name,
            each.title,
            options,
            initial=taken.get(each.title, "")[:OPTION_ROOM],
            hint=say("This or the {fields} is needed.", fields=" / ".join(each.instead)) if each.instead else "",
            optional=not each.needed,
        )
        for each in kinds.fields_of(found.kind)
    ]
    return Modal(
        title=say("Columns"),
        form=FormId.IMPORT_COLUMNS,
        submit=say("Read again"),
        subject=_subject(found),
        blocks=(
            blocks.section(say("Which column of *{file}* holds what?", file=text.foreign(found.file_name, limit=80))),
            *fields,
            inputs.text(
                "keep_as",
                say("Keep this layout as"),
                initial=found.said.keep_as,
                hint=say("A name, such as netsuite. The next file with the same headers is then read in the same way."),
                most=60,
                optional=True,
            ),
        ),
    )


def headers_of(found: ImportCard) -> list[str]:
    """Return the headers of a file, as far as a menu takes them."""
    known = [each.header for each in found.findings.reading.columns] if found.findings else []
    asked = found.question.choices if found.question and found.question.what is Asked.COLUMN else ()
    return list(dict.fromkeys(each for each in (*asked, *known) if each.strip()))[: inputs.MOST_OPTIONS]


def matched(found: ImportCard) -> dict[str, str]:
    """Return which header was taken for the field of which title."""
    of_preview = (
        {again(each.meant): each.header for each in found.findings.reading.columns if each.meant}
        if found.findings
        else {}
    )
    titles = {each.name: each.title for each in kinds.fields_of(found.kind)} if found.kind else {}
    said = {titles[field]: header for header, field in found.said.columns if field in titles}
    return of_preview | said


def _subject(found: ImportCard) -> Subject:
    return Subject(file=found.import_id, seen=str(found.version))


def pairs(found: ImportCard, chosen: Callable[[str], str]) -> list[tuple[str, str]]:
    """Return what the form says about columns; *chosen* returns the choice in a field."""
    assert found.kind is not None, "the form is about a kind"
    headers = {each[:OPTION_ROOM]: each for each in headers_of(found)}
    fields = [each.name for each in kinds.fields_of(found.kind)]
    said = [(headers[header], field) for field in fields if (header := chosen(field)) in headers]
    used = {header for header, _ in said}
    return said + [
        (header, "ignore") for header in matched(found).values() if header not in used and header in headers.values()
    ]
