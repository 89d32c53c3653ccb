"""Files that were handed in, as whoever may import sees them: what they would change, what they leave open, the end."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from bot import audience, blocks, ids, text
from bot.audience import FULL, Audience
from bot.blocks import Block, Confirmation, Message
from bot.views import brief
from bot.views.import_details import DELIMITERS, MARKS, ORDERS, counts, details, totals
from bot.views.states import capital
from domain.kernel import sentences
from domain.kernel.speech import counted, say
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.findings import Findings
from domain.operations.imports.said import CALLED, Asked, ImportKind, Question
from domain.operations.imports.states import ImportState

READ = 99
"""Percent of a file from which on the rest of the work is the database's."""

_TELLING = frozenset({ImportState.OPEN, ImportState.PREVIEWED, ImportState.APPLIED, ImportState.FAILED})
"""States in which a card quotes the file."""

BAR = 20
"""Characters of the bar that shows how far a file was read."""


def card(found: ImportCard, readers: Audience = FULL) -> Message:
    """Return the card of one file, as it is at this moment; what a public channel is not shown is one click away."""
    shown = _card(found, readers)
    if not readers.brief or found.state not in _TELLING:
        return shown
    button = brief.reveal(ids.value(file=found.import_id), of=text.plain(found.file_name, limit=40))
    return replace(shown, blocks=(*shown.blocks, blocks.actions(button)))


def in_full(found: ImportCard) -> Message:
    """Return all that the card says, for one reader; what can be decided stays at the card."""
    shown = _card(found, FULL)
    return replace(shown, blocks=tuple(_without_button(each) for each in shown.blocks if each["type"] != "actions"))


def _without_button(block: Block) -> Block:
    return {name: part for name, part in block.items() if name != "accessory"}


def _card(found: ImportCard, readers: Audience) -> Message:
    name = text.foreign(found.file_name, limit=80)
    head = _head(found, name)
    match found.state:
        case ImportState.ASKED | ImportState.APPLYING:
            return _underway(found, head, name)
        case ImportState.OPEN:
            return _open(found, head, name, readers)
        case ImportState.PREVIEWED:
            return _previewed(found, head, name, readers)
        case ImportState.APPLIED:
            return _applied(found, head, name, readers)
        case ImportState.CANCELLED:
            who = text.foreign(found.decided_by or "Plixo")
            return _ended(head, say("{file}: cancelled by {who}. Nothing was changed.", file=name, who=who))
        case ImportState.EXPIRED:
            told = say("{file}: nobody decided about it, so it has ended. Nothing was changed.", file=name)
            return _ended(head, told)
        case ImportState.FAILED if readers.brief:
            return _ended(head, say("{file} cannot be imported. Nothing was changed.", file=name))
        case ImportState.FAILED:
            why = text.said(sentences.said(found.reason))
            return _ended(head, say("{file} cannot be imported: {why} Nothing was changed.", file=name, why=why))


def _head(found: ImportCard, name: str) -> Block:
    who = text.who(found.handed_by)
    if found.kind is None:
        return blocks.section(f"*{name}*\n{say('_handed in by {who}_', who=who)}")
    told = say("_{kind}, handed in by {who}_", kind=say(CALLED[found.kind]), who=who)
    return blocks.section(f"*{name}*\n{told}")


def _underway(found: ImportCard, head: Block, name: str) -> Message:
    if not found.is_fetched:
        sentence, what = say("Fetching {file} …", file=name), say("Fetching …")
    elif found.state is ImportState.APPLYING:
        sentence, what = say("Importing {file} …", file=name), say("Importing …")
    else:
        sentence, what = say("Reading {file} …", file=name), say("Reading …")
    bar = "█" * round(BAR * found.progress / 100)
    far = (
        f"`{bar:░<{BAR}}` {found.progress} %" if found.progress < READ else say("read; it is compared with the ledger")
    )
    shown = [head, blocks.section(f"{what}  {far}" if found.progress else what)]
    if found.reason:
        shown.append(blocks.context(text.said(sentences.said(found.reason))))
    return Message(text=sentence, blocks=tuple(shown))


def _open(found: ImportCard, head: Block, name: str, readers: Audience) -> Message:
    asked = found.question
    assert asked is not None, "the state says so"
    why = "" if readers.brief and asked.what is not Asked.KIND else text.said(asked.why)
    shown = [
        head,
        blocks.section(f"*{text.said(asked.text)}*\n{why}".strip()),
        *_choices(found, asked),
    ]
    sentence = f"{name}: {text.said(asked.text, limit=200)}"
    return Message(text=sentence, blocks=(*shown, _waits(found), blocks.actions(*_asking(found, asked))))


def _choices(found: ImportCard, asked: Question) -> Iterable[Block]:
    """Yield a line with a button for each answer, where there are few."""
    words: Mapping[str, str] = {
        Asked.DATE_ORDER: ORDERS,
        Asked.DECIMAL_MARK: MARKS,
        Asked.KIND: {each.value: called for each, called in CALLED.items()},
        Asked.DELIMITER: DELIMITERS,
    }.get(asked.what, {})
    for place, choice in enumerate(asked.choices if words or asked.what is Asked.BUCKET else ()):
        told = capital(say(words[choice])) if choice in words else choice
        yield blocks.section(
            text.said(told),
            accessory=blocks.button(
                say("Choose"), action=ids.Action.IMPORT_ANSWER, value=_value(found, place=place + 1), label=told[:75]
            ),
        )


def _asking(found: ImportCard, asked: Question) -> Iterable[Block]:
    """Return the buttons below a question."""
    if asked.what is Asked.COLUMN:
        yield blocks.button(
            say("Say which column is what…"),
            action=ids.Action.IMPORT_COLUMNS,
            value=_value(found),
            label=say("Say which column of the file holds what"),
            primary=True,
        )
    elif asked.what in (Asked.CURRENCY, Asked.ENCODING, Asked.ACCOUNT, Asked.AS_OF):
        yield blocks.button(
            say("Answer…"),
            action=ids.Action.IMPORT_ASK,
            value=_value(found),
            label=say("Answer the question"),
            primary=True,
        )
    if found.kind is not None:
        yield _other_kind(found)
    yield _cancel(found)


def _previewed(found: ImportCard, head: Block, name: str, readers: Audience) -> Message:
    told = found.findings
    assert told is not None, "the state says so"
    verdict = say("Nothing would change.") if told.changes_nothing else say("Nothing has been changed yet.")
    if told.taken_before:
        verdict = f"{_taken_before(told)} {verdict}"
    shown: list[Block] = [head]
    if found.reason:
        shown.append(blocks.section(f":warning: {text.said(sentences.said(found.reason))}"))
    shown += [blocks.section(f"{counts(told)}\n{totals(told, readers)}{verdict}"), *details(told, readers)]
    sentence = f"{name}: {counts(told)}. {verdict}"
    return Message(text=sentence, blocks=(*shown, _waits(found), blocks.actions(*_deciding(found, told))))


def _taken_before(told: Findings) -> str:
    when, _, who = told.taken_before.partition(" by ")
    if not who:
        return say("This very file was imported on {when}.", when=_day(when))
    return say("This very file was imported on {when} by {who}.", when=_day(when), who=text.foreign(who))


def _day(written: str) -> object:
    """Return the day of a moment that findings keep, as it is written where it is said."""
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return text.said(written)


def _deciding(found: ImportCard, told: Findings) -> Iterable[Block]:
    if not told.changes_nothing:
        question = say("{counts}. Rejected and conflicting rows are left alone.", counts=counts(told))
        yield blocks.button(
            _verb(told),
            action=ids.Action.IMPORT_APPLY,
            value=_value(found),
            label=say("Import what this preview shows"),
            primary=True,
            confirm=Confirmation(say("Import this file?"), question, say("Import")),
        )
    if told.reading.columns:
        yield blocks.button(
            say("Columns…"),
            action=ids.Action.IMPORT_COLUMNS,
            value=_value(found),
            label=say("Say which column is what"),
        )
    yield _other_kind(found)
    if found.kind is ImportKind.INVOICES:
        yield blocks.button(
            say("It is only a part") if found.said.full else say("It is a full export"),
            action=ids.Action.IMPORT_FULL,
            value=_value(found),
            label=say("Open invoices that the file lacks are not listed") if found.said.full
            else say("List the open invoices that the file lacks"),
        )  # fmt: skip
    yield _cancel(found, say("Close") if told.changes_nothing else say("Cancel"))


def _verb(told: Findings) -> str:
    rows = sum(each.rows for each in told.counts if each.name in ("new", "changed"))
    return counted("Import {n} row", "Import {n} rows", rows) if rows else say("Import")


def _applied(found: ImportCard, head: Block, name: str, readers: Audience) -> Message:
    told = found.findings
    assert told is not None, "the state says so"
    sentence = say("{file} was imported: {counts}.", file=name, counts=counts(told))
    who = say("Imported by {who} {when}.", who=text.foreign(found.decided_by or ""), when=text.moment(found.changed_at))
    shown = [head, blocks.section(f":white_check_mark: {counts(told)}\n{totals(told, readers)}{who}")]
    if told.has_rejects:
        shown.append(
            blocks.context(
                counted(
                    "{n} rejected row waits; the log with what to do is in the thread.",
                    "{n} rejected rows wait; the log with what to do is in the thread.",
                    told.rejected,
                )
            )
        )
    if found.kind in (ImportKind.BANK, ImportKind.REMITTANCE):
        shown.append(
            blocks.actions(
                blocks.button(
                    say("Proposals"),
                    action=ids.Action.CASH_LIST,
                    value=ids.value(page=1),
                    label=say("Bank lines that wait, with what is proposed"),
                )
            )
        )
    return Message(text=sentence, blocks=tuple(shown))


def _waits(found: ImportCard) -> Block:
    until = text.moment(found.expires_at)
    return blocks.context(say("Waits until {when}; then it ends, and the file is removed.", when=until))


def _ended(head: Block, sentence: str) -> Message:
    return Message(text=sentence, blocks=(head, blocks.context(sentence)))


def _other_kind(found: ImportCard) -> Block:
    return blocks.button(
        say("It holds something else…"),
        action=ids.Action.IMPORT_KIND,
        value=_value(found),
        label=say("Say what the file holds"),
    )


def _cancel(found: ImportCard, word: str = "") -> Block:
    return blocks.button(
        word or say("Cancel"),
        action=ids.Action.IMPORT_CANCEL,
        value=_value(found),
        label=say("Drop the file; nothing is changed"),
    )


def _value(found: ImportCard, *, place: int | None = None) -> str:
    return ids.value(file=found.import_id, seen=str(found.version), place=place)


def drawn(found: ImportCard) -> audience.Draw:
    """Return the card, to be drawn for whoever will read it."""
    return lambda readers: card(found, readers)
