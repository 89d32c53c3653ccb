"""Files that were handed in, as whoever may import sees them: what they would change, what they leave open, the end."""

from collections.abc import Iterable, Mapping

from bot import audience, blocks, ids, text
from bot.audience import FULL, Audience
from bot.blocks import Block, Confirmation, Message
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.findings import Column, Findings, Reading
from domain.operations.imports.said import CALLED, Asked, ImportKind, Question
from domain.operations.imports.states import ImportState

COLUMNS_SHOWN = 20
REASONS_SHOWN = 8
TOLD_SHOWN = 12
READ = 99
"""Percent of a file from which on the rest of the work is the database's."""

BAR = 20
"""Characters of the bar that shows how far a file was read."""

ORDERS: Mapping[str, str] = {
    "dmy": "Day first, as in 31/12/2026",
    "mdy": "Month first, as in 12/31/2026",
    "ymd": "Year first, as in 2026/12/31",
    "serial": "Numbers of days, as spreadsheets count them",
}
MARKS: Mapping[str, str] = {"point": "A point, as in 1,234.56", "comma": "A comma, as in 1.234,56"}
DELIMITERS: Mapping[str, str] = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
WHY: Mapping[str, str] = {"vague": "could mean it", "said": "as you said", "saved": "as was kept"}


def card(found: ImportCard, readers: Audience = FULL) -> Message:
    """Return the card of one file, as it is at this moment."""
    name = text.foreign(found.file_name, limit=80)
    kind = f"{CALLED[found.kind]}, " if found.kind else ""
    head = blocks.section(f"*{name}*\n_{kind}handed in by {text.foreign(found.handed_by)}_")
    match found.state:
        case ImportState.ASKED | ImportState.APPLYING:
            return _underway(found, head, name)
        case ImportState.OPEN:
            return _open(found, head, name)
        case ImportState.PREVIEWED:
            return _previewed(found, head, name, readers)
        case ImportState.APPLIED:
            return _applied(found, head, name, readers)
        case ImportState.CANCELLED:
            who = text.foreign(found.decided_by or "Plixo")
            return _ended(head, f"{name}: cancelled by {who}. Nothing was changed.")
        case ImportState.EXPIRED:
            return _ended(head, f"{name}: nobody decided about it, so it has ended. Nothing was changed.")
        case ImportState.FAILED:
            return _ended(head, f"{name} cannot be imported: {text.said(found.reason)} Nothing was changed.")


def _underway(found: ImportCard, head: Block, name: str) -> Message:
    done = "Importing" if found.state is ImportState.APPLYING else "Reading"
    what = done if found.is_fetched else "Fetching"
    sentence = f"{what} {name} …"
    bar = "█" * round(BAR * found.progress / 100)
    far = f"`{bar:░<{BAR}}` {found.progress} %" if found.progress < READ else "read; it is compared with the ledger"
    shown = [head, blocks.section(f"{what} …  {far}" if found.progress else f"{what} …")]
    if found.reason:
        shown.append(blocks.context(text.said(found.reason)))
    return Message(text=sentence, blocks=tuple(shown))


def _open(found: ImportCard, head: Block, name: str) -> Message:
    asked = found.question
    assert asked is not None, "the state says so"
    shown = [head, blocks.section(f"*{text.said(asked.text)}*\n{text.said(asked.why)}"), *_choices(found, asked)]
    sentence = f"{name}: {text.said(asked.text, limit=200)}"
    return Message(text=sentence, blocks=(*shown, _waits(found), blocks.actions(*_asking(found, asked))))


def _choices(found: ImportCard, asked: Question) -> Iterable[Block]:
    """Yield a line with a button for each answer, where there are few."""
    words: Mapping[str, str] = {
        Asked.DATE_ORDER: ORDERS,
        Asked.DECIMAL_MARK: MARKS,
        Asked.KIND: {each.value: called.capitalize() for each, called in CALLED.items()},
        Asked.DELIMITER: {each: f"A {each}" for each in DELIMITERS.values()},
    }.get(asked.what, {})
    for place, choice in enumerate(asked.choices if words or asked.what is Asked.BUCKET else ()):
        told = words.get(choice, choice)
        yield blocks.section(
            text.said(told),
            accessory=blocks.button(
                "Choose", action=ids.Action.IMPORT_ANSWER, value=_value(found, place=place + 1), label=told[:75]
            ),
        )


def _asking(found: ImportCard, asked: Question) -> Iterable[Block]:
    """Return the buttons below a question."""
    if asked.what is Asked.COLUMN:
        yield blocks.button(
            "Say which column is what…",
            action=ids.Action.IMPORT_COLUMNS,
            value=_value(found),
            label="Say which column of the file holds what",
            primary=True,
        )
    elif asked.what in (Asked.CURRENCY, Asked.ENCODING, Asked.ACCOUNT, Asked.AS_OF):
        yield blocks.button(
            "Answer…", action=ids.Action.IMPORT_ASK, value=_value(found), label="Answer the question", primary=True
        )
    if found.kind is not None:
        yield _other_kind(found)
    yield _cancel(found)


def _previewed(found: ImportCard, head: Block, name: str, readers: Audience) -> Message:
    told = found.findings
    assert told is not None, "the state says so"
    counted = _counts(told)
    verdict = "Nothing would change" if told.changes_nothing else "Nothing has been changed yet"
    if told.taken_before:
        verdict = f"This very file was imported on {text.said(told.taken_before)}. {verdict}"
    shown: list[Block] = [head]
    if found.reason:
        shown.append(blocks.section(f":warning: {text.said(found.reason)}"))
    shown += [blocks.section(f"{counted}\n{_totals(told, readers)}{verdict}."), *_details(told, readers)]
    sentence = f"{name}: {counted}. {verdict}."
    return Message(text=sentence, blocks=(*shown, _waits(found), blocks.actions(*_deciding(found, told))))


def _deciding(found: ImportCard, told: Findings) -> Iterable[Block]:
    if not told.changes_nothing:
        yield blocks.button(
            _verb(told),
            action=ids.Action.IMPORT_APPLY,
            value=_value(found),
            label="Import what this preview shows",
            primary=True,
            confirm=Confirmation(
                "Import this file?", f"{_counts(told)}. Rejected and conflicting rows are left alone.", "Import"
            ),
        )
    if told.reading.columns:
        yield blocks.button(
            "Columns…", action=ids.Action.IMPORT_COLUMNS, value=_value(found), label="Say which column is what"
        )
    yield _other_kind(found)
    if found.kind is ImportKind.INVOICES:
        yield blocks.button(
            "It is only a part" if found.said.full else "It is a full export",
            action=ids.Action.IMPORT_FULL,
            value=_value(found),
            label="Open invoices that the file lacks are not listed" if found.said.full
            else "List the open invoices that the file lacks",
        )  # fmt: skip
    yield _cancel(found, "Close" if told.changes_nothing else "Cancel")


def _verb(told: Findings) -> str:
    rows = sum(each.rows for each in told.counts if each.name in ("new", "changed"))
    return f"Import {rows:,} {'row' if rows == 1 else 'rows'}" if rows else "Import"


def _applied(found: ImportCard, head: Block, name: str, readers: Audience) -> Message:
    told = found.findings
    assert told is not None, "the state says so"
    sentence = f"{name} was imported: {_counts(told)}."
    who = f"Imported by {text.foreign(found.decided_by or '')} {text.moment(found.changed_at)}"
    shown = [head, blocks.section(f":white_check_mark: {_counts(told)}\n{_totals(told, readers)}{who}.")]
    if told.has_rejects:
        shown.append(blocks.context(f"{told.rejected:,} rejected rows wait; the log with what to do is in the thread."))
    if found.kind in (ImportKind.BANK, ImportKind.REMITTANCE):
        shown.append(
            blocks.actions(
                blocks.button(
                    "Proposals",
                    action=ids.Action.CASH_LIST,
                    value=ids.value(page=1),
                    label="Bank lines that wait, with what is proposed",
                )
            )
        )
    return Message(text=sentence, blocks=tuple(shown))


def _details(told: Findings, readers: Audience) -> Iterable[Block]:
    yield blocks.context(_reading(told.reading))
    if told.reading.columns:
        used = [each for each in told.reading.columns if each.meant][:COLUMNS_SHOWN]
        unused = [text.foreign(each.header, limit=40) for each in told.reading.columns if not each.meant]
        lines = [_column(each, readers) for each in used]
        if unused:
            lines.append(f"_not used_: {', '.join(unused[:COLUMNS_SHOWN])}")
        yield blocks.section("\n".join(lines)[:2_900])
    if told.reasons:
        lines = [f"• {each.rows:,} × {_words(each.code)}: {text.said(each.what_to_do)}" for each in told.reasons]
        yield blocks.section("*What is left alone*\n" + text.listed(lines, most=REASONS_SHOWN)[:2_800])
    if told.told and not readers.brief:
        lines = [f"• {text.foreign(each, limit=200)}" for each in told.told]
        yield blocks.section(text.listed(lines, most=TOLD_SHOWN)[:2_900])
    if told.absent:
        listed = "; they are listed in the thread" if told.has_absent else ""
        yield blocks.context(
            f"{told.absent:,} open invoices of the ledger are not in the file. They are left alone{listed}."
        )


def _column(each: Column, readers: Audience) -> str:
    samples = "" if readers.brief else ", ".join(text.foreign(sample, limit=30) for sample in each.samples)
    why = f" _({WHY[each.why]})_" if each.why in WHY else ""
    return f"*{text.said(each.meant)}* ← {text.foreign(each.header, limit=40)}{why}{f': {samples}' if samples else ''}"


def _reading(how: Reading) -> str:
    told = [
        how.form,
        how.encoding.removesuffix("-sig").upper(),
        f"{DELIMITERS[how.delimiter]} between cells" if how.delimiter in DELIMITERS else "",
        f"dates: {ORDERS[how.date_order].lower()}" if how.date_order in ORDERS else "",
        f"decimals: {MARKS[how.decimal_mark].lower()}" if how.decimal_mark in MARKS else "",
        f"{how.currency} where a row names no currency" if how.currency else "",
        f"headers in line {how.header_line}" if how.header_line > 1 else "",
        f"layout known as {how.known_as}, by {how.known_by}" if how.known_as else "",
    ]
    return f"Read as: {text.said(', '.join(each for each in told if each))}"


def _counts(told: Findings) -> str:
    read, *others = told.counts
    parts = [f"{each.rows:,} {each.name}" for each in others if each.rows]
    return f"{read.rows:,} {'row' if read.rows == 1 else 'rows'} read" + (f": {', '.join(parts)}" if parts else "")


def _totals(told: Findings, readers: Audience) -> str:
    lines = [
        f"{each.name}: *{readers.money(each.amount)}*{f' in {each.rows:,} rows' if each.rows else ''}\n"
        for each in told.totals[:10]
    ]
    return "".join(lines)


def _words(code: str) -> str:
    return code.replace("_", " ")


def _waits(found: ImportCard) -> Block:
    return blocks.context(f"Waits until {text.moment(found.expires_at)}; then it ends, and the file is removed.")


def _ended(head: Block, sentence: str) -> Message:
    return Message(text=sentence, blocks=(head, blocks.context(sentence)))


def _other_kind(found: ImportCard) -> Block:
    return blocks.button(
        "It holds something else…", action=ids.Action.IMPORT_KIND, value=_value(found), label="Say what the file holds"
    )


def _cancel(found: ImportCard, word: str = "Cancel") -> Block:
    return blocks.button(
        word, action=ids.Action.IMPORT_CANCEL, value=_value(found), label="Drop the file; nothing is changed"
    )


def _value(found: ImportCard, *, place: int | None = None) -> str:
    return ids.value(file=found.import_id, seen=str(found.version), place=place)


def waiting(found: list[ImportCard]) -> Message:
    """Return the imports about which somebody has to decide."""
    if not found:
        sentence = "No file waits for a decision. Share one with me, or type `/plixo import invoices`."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(found)} {'file waits' if len(found) == 1 else 'files wait'} for a decision; their cards say what for."
    lines = [
        blocks.section(
            f"*{text.foreign(each.file_name, limit=80)}*, {each.state.value}, "
            f"handed in by {text.foreign(each.handed_by)} {text.moment(each.created_at)}"
        )
        for each in found
    ]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def drawn(found: ImportCard) -> audience.Draw:
    """Return the card, to be drawn for whoever will read it."""
    return lambda readers: card(found, readers)


def refused(sentence: str) -> Message:
    """Return why a shared file is not taken."""
    shown = text.said(sentence)
    return Message(text=shown, blocks=(blocks.section(shown),))
