"""Imports: files that are shared with the bot or handed in by a form, and the decisions about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot import text
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Listener, Route, command
from bot.views import answers, import_forms, import_notes
from bot.views import imports as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations.imports import cards, deciding, handing
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.refusals import ImportUnknown, PreviewOutdated
from domain.operations.imports.said import ImportKind

EXAMPLE = "import invoices"

_WORDS: Mapping[str, ImportKind] = {
    **{each.value: each for each in ImportKind},
    "invoice": ImportKind.INVOICES,
    "contact": ImportKind.CONTACTS,
    "customers": ImportKind.CONTACTS,
    "totals": ImportKind.CONTROL,
    "statement": ImportKind.BANK,
    "advice": ImportKind.REMITTANCE,
}


SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
"""Endings of files that have to be saved as CSV first."""


def is_spreadsheet(file_name: str) -> bool:
    """Tell whether a file is a spreadsheet by its name."""
    return file_name.casefold().endswith(SPREADSHEETS)


async def open_form(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo import [KIND]`` with a form that takes files."""
    del core
    word = ask.words[0].casefold() if ask.words else ""
    if word and word not in _WORDS:
        kinds = ", ".join(f"`{each}`" for each in ImportKind)
        raise Misunderstood(
            say("What does the file hold: {kinds}? For example `/plixo {example}`.", kinds=kinds, example=EXAMPLE)
        )
    kind = _WORDS.get(word)
    handing.require(ask.actor, kind)
    return import_forms.hand_in(kind)


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo import list``: the files that wait for a decision."""
    handing.require(ask.actor, None)
    return import_notes.waiting(await cards.waiting(core))


async def submit_files(core: Core, filled: Filled) -> Message:
    """Take the files that were handed in; each is previewed in a message of its own."""
    files = filled.values.files("files")
    if not files:
        raise Misfilled({"files": say("Choose a file.")})
    for file in files[: import_forms.MOST_FILES]:
        if is_spreadsheet(file.name):
            raise Misfilled({"files": import_notes.spreadsheet(text.plain(file.name))})
    said = filled.values.choice("kind")
    kind = ImportKind(said) if said in set(ImportKind) else None
    full = "full" in filled.values.choices("full")
    told = []
    for file in files[: import_forms.MOST_FILES]:
        event = await handing.hand_in(
            core, source=handing.source_of(file.id), file_name=file.name, channel="", chat_id=filled.slack_id,
            kind=kind, full=full, actor=filled.actor,
        )  # fmt: skip
        told.append(f"{event.told()}.")
    told.append(
        say(
            "What would change comes as a message from Plixo (in Slack’s list of apps: *Plixo*, *Messages*); there you "
            "decide whether it is imported."
        )
    )
    return answers.said(" ".join(told))


async def press_apply(core: Core, press: Press) -> Message:
    """Answer a click on Import: what the preview shows is done, or nothing."""
    event = await deciding.apply(
        core, import_id=_id(press), seen=_seen(press), actor=press.actor, chat_id=press.slack_id
    )
    note = say(
        "The message with the preview now shows how far it is, and in the end what was imported; rows that were "
        "rejected come as a file below it."
    )
    return answers.done(event, note=note)


async def press_cancel(core: Core, press: Press) -> Message:
    """Answer a click on Cancel."""
    return answers.done(await deciding.cancel(core, import_id=_id(press), actor=press.actor))


async def press_answer(core: Core, press: Press) -> Message:
    """Answer a click on one of the answers to a question."""
    found = await _card(core, press)
    place = press.subject.place or 0
    if found.question is None or not 0 < place <= len(found.question.choices):
        raise PreviewOutdated(found.file_name)
    event = await deciding.answer(
        core,
        import_id=found.import_id,
        seen=_seen(press),
        text=found.question.choices[place - 1],
        actor=press.actor,
    )
    return answers.done(event)


async def press_ask(core: Core, press: Press) -> Answer:
    """Answer a click on Answer…: show the form."""
    found = await _card(core, press)
    return import_forms.answer(found) or views.card(found)


async def press_columns(core: Core, press: Press) -> Answer:
    """Answer a click on Columns…: show the form."""
    found = await _card(core, press)
    return import_forms.columns(found) if found.kind and import_forms.headers_of(found) else views.card(found)


async def press_kind(core: Core, press: Press) -> Answer:
    """Answer a click on It holds something else…: show the form."""
    return import_forms.kind(await _card(core, press))


async def press_full(core: Core, press: Press) -> Message:
    """Answer a click that says whether the file is a full export."""
    found = await _card(core, press)
    event = await deciding.say(
        core, import_id=found.import_id, seen=_seen(press), full=not found.said.full, actor=press.actor
    )
    return answers.done(event)


async def submit_answer(core: Core, filled: Filled) -> Message:
    """Take an answer that was typed or chosen."""
    on = filled.values.day("answer")
    said = on.isoformat() if on else filled.values.choice("answer") or filled.values.text("answer")
    if not said:
        raise Misfilled({"answer": say("The file cannot be read without it.")})
    event = await deciding.answer(core, import_id=_id(filled), seen=_seen(filled), text=said, actor=filled.actor)
    return answers.done(event)


async def submit_kind(core: Core, filled: Filled) -> Message:
    """Take what the file holds."""
    said = filled.values.choice("kind")
    if said not in set(ImportKind):
        raise Misfilled({"kind": say("Choose one.")})
    event = await deciding.say(
        core, import_id=_id(filled), seen=_seen(filled), kind=ImportKind(said), actor=filled.actor
    )
    return answers.done(event)


async def submit_columns(core: Core, filled: Filled) -> Message:
    """Take which column is what; one that was taken and is chosen no more is not used."""
    found = await _card(core, filled)
    pairs = import_forms.pairs(found, filled.values.choice)
    event = await deciding.say(
        core,
        import_id=found.import_id,
        seen=_seen(filled),
        columns=pairs,
        keep_as=filled.values.text("keep_as"),
        actor=filled.actor,
    )
    return answers.done(event)


async def shared(core: Core, event: Mapping[str, Any]) -> None:
    """Look at a file that somebody shared where the bot can see it; a job finds out whether it is for an import."""
    file = event.get("file")
    file_id = str(event.get("file_id") or (file.get("id") if isinstance(file, dict) else "") or "")
    channel, slack_id = str(event.get("channel_id") or ""), str(event.get("user_id") or "")
    if file_id and channel and slack_id:
        await handing.look_at(core, file_id=file_id, channel=channel, chat_id=slack_id)


async def _card(core: Core, about: Press | Filled) -> ImportCard:
    """Return the import for somebody who may decide about it: forms show what is in the file.

    Raises:
        ImportUnknown: There is none.
        NotAllowed: The actor may not import such files.
    """
    found = await cards.card(core, import_id=_id(about))
    handing.require(about.actor, found.kind if found else None)
    if found is None:
        raise ImportUnknown
    return found


def _id(about: Press | Filled) -> UUID:
    assert about.subject.file is not None, "the route asks for it"
    return about.subject.file


def _seen(about: Press | Filled) -> int:
    seen = about.subject.seen or ""
    return int(seen) if seen.isascii() and seen.isdecimal() else 0


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "import",
        "[invoices|contacts|control|bank|remittance]",
        Permission.IMPORT,
        phrase("takes files, and shows what they would change"),
        EXAMPLE,
        open_form,
        Permission.APPLY_CASH,
        opens=1,
    ),
    command(
        Group.MONEY,
        "import list",
        "",
        Permission.IMPORT,
        phrase("lists files that wait for a decision"),
        "import list",
        listed,
        Permission.APPLY_CASH,
    ),
)

_P = Permission.VIEW
"""Who may decide depends on what the file holds; the domain asks."""

BUTTONS: Mapping[Action, Route] = {
    Action.IMPORT_APPLY: Route(_P, press_apply, ("file", "seen")),
    Action.IMPORT_CANCEL: Route(_P, press_cancel, ("file",)),
    Action.IMPORT_ANSWER: Route(_P, press_answer, ("file", "seen", "place")),
    Action.IMPORT_ASK: Route(_P, press_ask, ("file", "seen"), opens=True),
    Action.IMPORT_COLUMNS: Route(_P, press_columns, ("file", "seen"), opens=True),
    Action.IMPORT_KIND: Route(_P, press_kind, ("file", "seen"), opens=True),
    Action.IMPORT_FULL: Route(_P, press_full, ("file", "seen")),
}

FORMS: Mapping[FormId, Form] = {
    FormId.IMPORT_FILE: Form(_P, submit_files),
    FormId.IMPORT_ANSWER: Form(_P, submit_answer, ("file", "seen")),
    FormId.IMPORT_COLUMNS: Form(_P, submit_columns, ("file", "seen")),
    FormId.IMPORT_KIND: Form(_P, submit_kind, ("file", "seen")),
}

LISTENERS: Mapping[str, Listener] = {"file_shared": shared}
