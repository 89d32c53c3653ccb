"""Forms about files: handing one in, answering what it leaves open, saying which column is what."""

from collections.abc import Callable

from bot import blocks, inputs, text
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from domain.operations.imports import kinds
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.said import CALLED, Asked, ImportKind

ENDINGS = ("csv", "tsv", "txt", "xml", "pdf")
"""Name endings of files that can be imported; spreadsheets are saved as CSV first."""

MOST_FILES = 5
ANY_KIND = "any"
ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "utf-16", "mac-roman")

OPTION_ROOM = 150
"""Characters of a header by which a menu tells it from others."""


def hand_in(kind: ImportKind | None) -> Modal:
    """Return the form in which files are handed in."""
    options = [
        Option("Find out by its headers", ANY_KIND),
        *(Option(CALLED[each].capitalize(), each) for each in ImportKind),
    ]
    return Modal(
        title="Import",
        form=FormId.IMPORT_FILE,
        submit="Preview",
        blocks=(
            inputs.files(
                "files",
                "Files",
                kinds=ENDINGS,
                most=MOST_FILES,
                hint="CSV, camt.053 or, for remittance advices, PDF. Save spreadsheets as CSV.",
                optional=False,
            ),
            inputs.select("kind", "What do they hold?", options, initial=kind or ANY_KIND),
            inputs.boxes(
                "full",
                "Is it a full export?",
                [Option("It has every open invoice", "full", "What the ledger has and the file lacks is then listed")],
            ),
            blocks.context(
                "You see what would change before anything does. The preview comes as a message from Plixo."
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
            field = inputs.day("answer", "Day")
        case Asked.ENCODING:
            field = inputs.select("answer", "Encoding", [Option(each, each) for each in ENCODINGS], initial="cp1252")
        case Asked.CURRENCY:
            field = inputs.text("answer", "Currency", placeholder="EUR", most=3)
        case _:
            field = inputs.text("answer", "Answer", most=100)
    return Modal(
        title="How to read it",
        form=FormId.IMPORT_ANSWER,
        submit="Read again",
        subject=_subject(found),
        blocks=(blocks.section(f"*{text.said(asked.text)}*\n{text.said(asked.why)}"), field),
    )


def kind(found: ImportCard) -> Modal:
    """Return the form for what a file holds."""
    return Modal(
        title="What it holds",
        form=FormId.IMPORT_KIND,
        submit="Read again",
        subject=_subject(found),
        blocks=(
            inputs.radio(
                "kind",
                f"What does {text.plain(found.file_name, limit=80)} hold?",
                [Option(CALLED[each].capitalize(), each) for each in ImportKind],
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
            hint=f"This or the {' or '.join(each.instead)} is needed." if each.instead else "",
            optional=not each.needed,
        )
        for each in kinds.fields_of(found.kind)
    ]
    return Modal(
        title="Columns",
        form=FormId.IMPORT_COLUMNS,
        submit="Read again",
        subject=_subject(found),
        blocks=(
            blocks.section(f"Which column of *{text.foreign(found.file_name, limit=80)}* holds what?"),
            *fields,
            inputs.text(
                "keep_as",
                "Keep this layout as",
                initial=found.said.keep_as,
                hint="A name, such as netsuite. The next file with the same headers is then read in the same way.",
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
        {each.meant: each.header for each in found.findings.reading.columns if each.meant} if found.findings else {}
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
