"""Suppression lists: what is in order is taken, what is not is told, and the same file twice changes nothing."""

import io

import pytest

from domain.deliverability import inbound, suppression_ends, suppression_lists, suppression_loads, suppressions
from domain.deliverability.events import SuppressionsLoaded
from domain.deliverability.reading import Kind, Reading, Reason, RecipientReading
from domain.deliverability.refusals import ReasonMissing
from domain.deliverability.suppression_loads import LoadFile, LoadOutcome
from domain.deliverability.suppressions import Why
from domain.kernel import timeline
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger.csv_import.refusals import FileHoldsNoRows, FileUnreadable
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import a_mailing
from tests.domain.deliverability.test_evidence import Told, bounce

OLGA = Actor(ActorKind.PERSON, "Olga", frozenset({Permission.HANDLE_SUPPRESSIONS}))


async def load(
    core: Core,
    text: str,
    *,
    dry_run: bool = False,
    actor: Actor = SHELL,
    note: str = "old system",
    reason: Why = Why.MANUAL,
) -> LoadOutcome:
    """Load a file that holds the text."""
    file = LoadFile("list.csv", stream=io.BytesIO(text.encode("utf-8-sig")), note=note, reason=reason)
    return await suppression_loads.load(core, file, actor=actor, dry_run=dry_run)


async def test_a_list_of_another_system_is_taken_with_its_reasons(core: Core) -> None:
    outcome = await load(core, (
        "Email;Type;Until;Notes\r\nanna@acme.example;Hard Bounce;;550 5.1.1\r\nBOB@acme.example;unsubscribed;;\r\n"
        "@gone.example;;31.12.2026;moved\r\n"))  # fmt: skip

    assert (outcome.read, outcome.new, outcome.known, outcome.rejected) == (3, 3, 0, 0)
    told = {each.address: each for each in await suppression_lists.in_force(core)}
    assert {each.reason for each in told.values()} == {"hard bounce", "opted out", "manual"}
    assert (told["anna@acme.example"].note, told["BOB@acme.example"].note) == ("550 5.1.1", "old system")
    assert str(told["@gone.example"].until) == "2026-12-31 22:59:59+00:00", "the end of that day at the merchant's"
    covered = await suppressions.suppressed(core, addresses=["x@gone.example", "bob@ACME.example", "c@acme.example"])
    assert covered == {"x@gone.example", "bob@acme.example"}


async def test_the_same_list_twice_changes_nothing(core: Core) -> None:
    text = "address\nanna@acme.example\nbob@acme.example\n"
    await load(core, text)

    again = await load(core, text)

    assert (again.new, again.known) == (0, 2)
    rows = await core.database.rows("SELECT id FROM timeline_entry")
    [event] = [(await timeline.entry(core, row["id"])).event for row in rows]
    assert isinstance(event, SuppressionsLoaded), "that nothing was new is no news"


async def test_a_dry_run_says_what_would_change_and_changes_nothing(core: Core) -> None:
    outcome = await load(core, "address\nanna@acme.example\n", dry_run=True)

    assert outcome.new == 1
    assert await suppression_lists.in_force(core) == ()
    assert await core.database.rows("SELECT id FROM timeline_entry") == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("anna,,,", "address_malformed"),
        ("anna@acme.example bob@acme.example,,,", "address_malformed"),
        ("anna@acme.example,because,,", "reason_unknown"),
        ("anna@acme.example,,soon,", "until_malformed"),
        ("anna@acme.example,,03/04/2026,", "until_malformed"),
        ("anna@acme.example,,2026-01-01,", "until_passed"),
        ("ok@acme.example,,,", "duplicate_row"),
        ("anna@acme.example,legal hold,,", "legal_not_allowed"),
    ],
)
async def test_a_row_that_is_not_in_order_waits_and_the_others_are_taken(core: Core, row: str, code: str) -> None:
    outcome = await load(core, f"address,reason,until,note\nok@acme.example,,,\n{row}\n", actor=OLGA)

    assert (outcome.new, outcome.rejected, outcome.reasons) == (1, 1, {code: 1})
    assert outcome.rejects[0].line == 3


@pytest.mark.parametrize(
    ("text", "refusal"), [("name\nanna\n", FileUnreadable), ("address\n", FileHoldsNoRows), ("", FileUnreadable)]
)
async def test_a_file_without_addresses_is_refused_whole(core: Core, text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await load(core, text)


async def test_a_list_needs_a_right_and_words(core: Core) -> None:
    viewer = Actor(ActorKind.PERSON, "Vic", frozenset({Permission.VIEW}))
    with pytest.raises(NotAllowed):
        await load(core, "address\nanna@acme.example\n", actor=viewer)
    with pytest.raises(ReasonMissing):
        await load(core, "address\nanna@acme.example\n", note="")
    assert await suppression_lists.in_force(core) == ()


async def test_many_rows_are_written_page_by_page(core: Core) -> None:
    text = "address\n" + "".join(f"u{n}@acme.example\n" for n in range(suppression_loads.PAGE + 10))

    outcome = await load(core, text, reason=Why.INVALID)

    assert outcome.new == suppression_loads.PAGE + 10
    assert (await core.database.row("SELECT count(*) AS count FROM suppression WHERE reason = 'invalid'")) == {
        "count": suppression_loads.PAGE + 10}  # fmt: skip


async def test_a_list_that_names_no_day_lets_what_would_end_have_no_end(core: Core, clock: StandingClock) -> None:
    await load(core, "address,until\nanna@acme.example,2026-12-31\nbob@acme.example,2026-12-31\n")

    again = await load(core, "address,until\nanna@acme.example,\nbob@acme.example,2027-12-31\n")
    clock.advance(days=400)
    await suppression_ends.end_due(core)

    assert (again.new, again.known) == (1, 1)
    assert [each.address for each in await suppression_lists.in_force(core)] == ["anna@acme.example"]


@pytest.mark.parametrize(
    "text",
    [
        'address,note\nanna@acme.example,"a quote that nobody closes\nbob@acme.example,opted out\n',
        f"address,note\nanna@acme.example,{'x' * 200_000}\n",
        'address,note\nanna@acme.example,"full" for weeks\n',
    ],
)
async def test_a_list_whose_rows_cannot_be_told_apart_is_refused_whole(core: Core, text: str) -> None:
    with pytest.raises(FileUnreadable, match=r"line [23]: "):
        await load(core, text)

    assert await suppression_lists.in_force(core) == ()


async def test_what_a_list_says_as_well_stands_without_the_mail_that_had_led_to_it(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await bounce(core, mailing, action="failed")

    outcome = await load(core, "address,reason,note\nanna@acme.example,hard bounce,the old system knew\n")

    assert (outcome.new, outcome.known) == (0, 1)
    spam = Reading(Kind.BOUNCE, "newer-rule", (RecipientReading(mailing.address, reason=Reason.SPAM),))
    await inbound.replay(core, mail_id=str(mail_id), reader=Told(spam))
    [kept] = await suppression_lists.explain(core, address=mailing.address)
    assert (kept.state, kept.rule, kept.note, kept.made_by, kept.mail_id) == (
        "active", "list", "the old system knew", SHELL.name, None)  # fmt: skip


async def test_a_list_that_says_until_when_changes_nothing_of_what_a_mail_proves(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await bounce(core, mailing, action="failed")

    await load(core, "address,reason,until\nanna@acme.example,hard bounce,2026-12-31\n")

    [kept] = await suppression_lists.explain(core, address=mailing.address)
    assert (kept.until, kept.mail_id) == (None, mail_id)


async def test_a_note_with_a_byte_that_no_text_has_spoils_no_list(core: Core) -> None:
    outcome = await load(core, "address,note\nanna@acme.example,a\0b\n")

    assert outcome.new == 1
    assert (await suppression_lists.in_force(core))[0].note == "ab"
