"""Imports that wait: a file is previewed, asked about, applied as it was seen, or ends without a trace."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.ports import FileMissing
from domain.kernel.refusals import NotAllowed
from domain.ledger import invoices
from domain.operations.imports import cards, deciding, ending, handing, working
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.refusals import ImportOver, PreviewOutdated
from domain.operations.imports.said import ImportKind
from domain.operations.imports.states import ImportState
from domain.people import people
from domain.people.roles import Role
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock

ANNA = "U02ANNA"
HEADER = "Invoice Number,Customer Name,Due Date,Amount,Currency,Contact Email"
FILE = (
    f"{HEADER}\n"
    "INV-1,Acme Ltd,2026-03-25,120.00,EUR,a@acme.example\n"
    "INV-2,Globex,2026-04-25,80.50,EUR,b@globex.example\n"
)
VIEWER = Actor(ActorKind.PERSON, "Vera", frozenset(), roles=("Viewer",))


@pytest.fixture
async def anna(core: Core) -> Actor:
    """Somebody who may import."""
    await people.grant(core, slack_id=ANNA, name="Anna", role=Role.CONTROLLER, reason="test", actor=SHELL)
    return await people.actor(core, slack_id=ANNA)


async def handed_in(core: Core, anna: Actor, text: str, *, name: str = "ledger.csv", full: bool = False) -> UUID:
    """Hand a file in, as the bot does when it has fetched it, and read it."""
    event = await handing.hand_in(
        core, source=f"test:{name}:{len(text)}", file_name=name, channel="D1", chat_id=ANNA, actor=anna, full=full
    )
    await handing.kept(core, import_id=event.import_id, body=text.encode(), thread=None)
    await working.read(core, import_id=str(event.import_id))
    return event.import_id


async def card(core: Core, import_id: UUID) -> ImportCard:
    """Return the card, which is there."""
    found = await cards.card(core, import_id=import_id)
    assert found is not None
    return found


async def apply(core: Core, import_id: UUID, anna: Actor) -> ImportCard:
    """Decide for what the current preview shows, and do it."""
    seen = (await card(core, import_id)).version
    await deciding.apply(core, import_id=import_id, seen=seen, actor=anna, chat_id=ANNA)
    await working.apply(core, import_id=str(import_id))
    return await card(core, import_id)


def counts(found: ImportCard) -> dict[str, int]:
    """Return the numbers of the preview that are not zero."""
    assert found.findings is not None
    return {each.name: each.rows for each in found.findings.counts if each.rows}


async def test_a_file_is_shown_as_a_difference_and_changes_nothing_before_it_is_applied(
    core: Core, anna: Actor
) -> None:
    import_id = await handed_in(core, anna, FILE)

    shown = await card(core, import_id)

    assert (shown.state, shown.kind, counts(shown)) == (
        ImportState.PREVIEWED,
        ImportKind.INVOICES,
        {"read": 2, "new": 2},
    )
    assert shown.findings is not None
    assert [str(each.amount) for each in shown.findings.totals] == ["200.50 EUR"]
    assert await core.database.rows("SELECT id FROM invoice") == []


async def test_what_is_applied_is_in_the_ledger_and_its_file_can_be_removed(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, FILE)

    shown = await apply(core, import_id, anna)

    rows = await core.database.rows("SELECT number FROM invoice ORDER BY number")
    assert (shown.state, shown.decided_by, [row["number"] for row in rows]) == (
        ImportState.APPLIED,
        "Anna",
        ["INV-1", "INV-2"],
    )


async def test_the_same_file_again_says_so_and_has_nothing_to_apply(core: Core, anna: Actor) -> None:
    await apply(core, await handed_in(core, anna, FILE), anna)

    again = await card(core, await handed_in(core, anna, FILE, name="again.csv"))

    assert again.findings is not None
    assert (again.findings.changes_nothing, again.findings.taken_before) == (True, "2026-03-10 09:00 UTC by Anna")
    with pytest.raises(PreviewOutdated):
        await deciding.apply(core, import_id=again.import_id, seen=again.version, actor=anna, chat_id=ANNA)


async def test_one_upload_begins_one_import(core: Core, anna: Actor) -> None:
    first, second = [
        await handing.hand_in(core, source="slack:F1", file_name="a.csv", channel="D1", chat_id=ANNA, actor=anna)
        for _ in range(2)
    ]

    assert (second.import_id, second.known_before) == (first.import_id, True)


async def test_what_is_seen_is_what_is_applied_or_it_is_shown_anew(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, FILE)
    seen = (await card(core, import_id)).version
    await deciding.apply(core, import_id=import_id, seen=seen, actor=anna, chat_id=ANNA)
    await an_invoice(core, "INV-2", account=await an_account(core, "Globex"))

    await working.apply(core, import_id=str(import_id))

    undone = await card(core, import_id)
    rows = await core.database.rows("SELECT number FROM invoice")
    await working.read(core, import_id=str(import_id))
    anew = await card(core, import_id)
    assert (undone.state, undone.reason, [row["number"] for row in rows]) == (
        ImportState.ASKED,
        working.CHANGED,
        ["INV-2"],
    )
    assert (anew.state, counts(anew)) == (ImportState.PREVIEWED, {"read": 2, "new": 1, "conflicting": 1})
    with pytest.raises(PreviewOutdated):
        await deciding.apply(core, import_id=import_id, seen=seen, actor=anna, chat_id=ANNA)


async def test_applying_twice_at_once_takes_the_file_once(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, FILE)
    await apply(core, import_id, anna)

    await working.apply(core, import_id=str(import_id))

    events = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'ledger.imported'")
    assert len(events) == 1


async def test_dates_that_tell_no_order_are_asked_about_and_the_answer_is_used(core: Core, anna: Actor) -> None:
    text = f"{HEADER}\nINV-1,Acme Ltd,03/04/2026,120.00,EUR,a@acme.example\n"
    import_id = await handed_in(core, anna, text)
    asked = await card(core, import_id)
    assert asked.question is not None

    await deciding.answer(core, import_id=import_id, seen=asked.version, text="dmy", actor=anna)
    await working.read(core, import_id=str(import_id))

    await apply(core, import_id, anna)
    invoice = await core.database.row("SELECT due_on FROM invoice")
    assert (asked.state, set(asked.question.choices) >= {"dmy", "mdy"}) == (ImportState.OPEN, True)
    assert invoice is not None
    assert str(invoice["due_on"]) == "2026-04-03"


async def test_what_was_answered_about_a_file_is_not_asked_of_the_same_file_again(core: Core, anna: Actor) -> None:
    text = f"{HEADER}\nINV-1,Acme Ltd,03/04/2026,120.00,EUR,a@acme.example\n"
    import_id = await handed_in(core, anna, text)
    seen = (await card(core, import_id)).version
    await deciding.answer(core, import_id=import_id, seen=seen, text="dmy", actor=anna)
    await working.read(core, import_id=str(import_id))
    await apply(core, import_id, anna)

    again = await card(core, await handed_in(core, anna, text, name="again.csv"))

    assert again.findings is not None
    assert (again.state, again.findings.changes_nothing) == (ImportState.PREVIEWED, True)


async def test_columns_that_nobody_knows_are_mapped_by_a_person(core: Core, anna: Actor) -> None:
    text = "Beleg X,Wer,Wann,Wieviel,Currency\nINV-1,Acme Ltd,2026-04-03,120.00,EUR\n"
    import_id = await handed_in(core, anna, text)
    of_kind = await card(core, import_id)
    await deciding.answer(core, import_id=import_id, seen=of_kind.version, text="invoices", actor=anna)
    await working.read(core, import_id=str(import_id))
    of_columns = await card(core, import_id)
    pairs = (("Beleg X", "invoice-number"), ("Wer", "customer-name"), ("Wann", "due-date"), ("Wieviel", "amount"))

    await deciding.say(core, import_id=import_id, seen=of_columns.version, columns=pairs, keep_as="Xero", actor=anna)
    await working.read(core, import_id=str(import_id))

    shown = await apply(core, import_id, anna)
    kept = await core.database.row("SELECT name FROM import_mapping")
    assert (of_kind.state, of_columns.state, shown.state) == (ImportState.OPEN, ImportState.OPEN, ImportState.APPLIED)
    assert of_columns.question is not None
    assert "Wieviel" in of_columns.question.choices
    assert kept == {"name": "Xero"}


async def test_rejected_rows_are_handed_back_and_the_good_ones_taken(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, f"{FILE}INV-3,Initech,2026-04-25,=1+1,EUR,c@initech.example\n")

    shown = await apply(core, import_id, anna)

    log = await cards.rejects(core, import_id=import_id)
    assert counts(shown) == {"read": 3, "new": 2, "rejected": 1}
    assert log is not None
    assert "amount_malformed" in log.decode("utf-8-sig")


async def test_a_full_export_tells_what_it_lacks(core: Core, anna: Actor) -> None:
    await an_invoice(core, "INV-9")

    shown = await card(core, await handed_in(core, anna, FILE, full=True))

    lacking = await cards.absent(core, import_id=shown.import_id)
    assert shown.findings is not None
    assert (shown.findings.absent, shown.findings.has_absent) == (1, True)
    assert lacking is not None
    assert b"INV-9" in lacking


@pytest.mark.parametrize(("body", "reason"), [(b"PK\x03\x04rest", "save it as CSV"), (b"a,b\n", "")])
async def test_what_is_no_table_fails_or_is_asked_about_and_changes_nothing(
    core: Core, anna: Actor, body: bytes, reason: str
) -> None:
    event = await handing.hand_in(
        core, source="slack:F2", file_name="a.xlsx", channel="D1", chat_id=ANNA, actor=anna, kind=ImportKind.INVOICES
    )
    await handing.kept(core, import_id=event.import_id, body=body, thread=None)

    await working.read(core, import_id=str(event.import_id))

    shown = await card(core, event.import_id)
    assert shown.state in (ImportState.FAILED, ImportState.OPEN)
    assert reason in shown.reason


async def test_nobody_without_the_right_hands_in_applies_or_cancels(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, FILE)

    with pytest.raises(NotAllowed):
        await handing.hand_in(core, source="slack:F3", file_name="a.csv", channel="D1", chat_id="U9", actor=VIEWER)
    with pytest.raises(NotAllowed):
        await deciding.apply(core, import_id=import_id, seen=2, actor=VIEWER, chat_id="U9")
    with pytest.raises(NotAllowed):
        await deciding.cancel(core, import_id=import_id, actor=VIEWER)


async def test_whoever_lost_the_right_after_the_click_changes_nothing(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, FILE)
    seen = (await card(core, import_id)).version
    await deciding.apply(core, import_id=import_id, seen=seen, actor=anna, chat_id="U-GONE")

    await working.apply(core, import_id=str(import_id))

    assert (await card(core, import_id)).state is ImportState.ASKED
    assert await core.database.rows("SELECT id FROM invoice") == []


async def test_a_cancelled_import_leaves_no_file_and_cannot_be_applied(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, FILE)

    await deciding.cancel(core, import_id=import_id, actor=anna)

    with pytest.raises(FileMissing):
        await core.files.get(handing.key_of(import_id))
    with pytest.raises(ImportOver):
        await deciding.apply(core, import_id=import_id, seen=2, actor=anna, chat_id=ANNA)


async def test_an_import_that_nobody_decides_about_ends_by_itself(
    core: Core, anna: Actor, clock: StandingClock
) -> None:
    import_id = await handed_in(core, anna, FILE)
    clock.advance(hours=23, minutes=59)
    early = await ending.expire(core)
    clock.advance(minutes=2)

    late = await ending.expire(core)

    assert (early, late, (await card(core, import_id)).state) == (0, 1, ImportState.EXPIRED)
    with pytest.raises(FileMissing):
        await core.files.get(handing.key_of(import_id))


BANK = "Booking Date;Payer;Reference;Amount;Currency\n2026-03-09;Acme Ltd;INV-1042;125.00;EUR\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (BANK, ImportKind.BANK),
        ("Currency,Current,1-30,31-60,61-90,91+,Total\nEUR,10,0,0,0,0,10\n", ImportKind.CONTROL),
        ("Customer Name,Contact Email,Country\nAcme,a@acme.example,DE\n", ImportKind.CONTACTS),
        ("Invoice Number,Amount Paid,Discount\nINV-1,120.00,1.00\n", ImportKind.REMITTANCE),
        (FILE, ImportKind.INVOICES),
    ],
)
async def test_what_a_file_holds_is_told_by_its_headers(core: Core, anna: Actor, text: str, kind: ImportKind) -> None:
    shown = await card(core, await handed_in(core, anna, text))

    assert shown.kind is kind


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "Number,Due Date,Balance\nINV-1,2026-03-03,5\n"])
async def test_what_could_be_several_things_or_none_is_asked(core: Core, anna: Actor, text: str) -> None:
    shown = await card(core, await handed_in(core, anna, text))

    assert (shown.kind, shown.state) in [(None, ImportState.OPEN), (ImportKind.CONTROL, ImportState.OPEN)]


async def test_a_bank_statement_is_taken_and_matched(core: Core, anna: Actor) -> None:
    await an_invoice(core, "INV-1042", account=await an_account(core, "Acme Ltd"))
    import_id = await handed_in(core, anna, BANK)

    shown = await apply(core, import_id, anna)

    lines: Sequence[object] = await core.database.rows("SELECT id FROM bank_line")
    assert (shown.state, counts(shown), len(lines)) == (ImportState.APPLIED, {"read": 1, "new": 1}, 1)


async def test_the_same_advice_is_kept_once(core: Core, anna: Actor) -> None:
    text = "Invoice Number,Amount Paid,Currency\nINV-1,120.00,EUR\n"
    await apply(core, await handed_in(core, anna, text), anna)

    again = await card(core, await handed_in(core, anna, text, name="again.csv"))

    assert again.findings is not None
    assert again.findings.changes_nothing


async def test_numbers_of_the_ledger_stay_what_they_were_when_the_files_store_forgot_the_file(
    core: Core, anna: Actor
) -> None:
    import_id = await handed_in(core, anna, FILE)
    await core.files.remove([handing.key_of(import_id)])

    shown = await apply(core, import_id, anna)

    assert (shown.state, invoices.number_key("INV-1")) == (ImportState.FAILED, "inv-1")
