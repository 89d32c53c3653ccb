"""The audit log in Slack: an act, a person, an invoice, a request; and a part of it as a file to one person."""

import json
import re

import pytest

from bot import ids
from bot.app import Bot
from bot.ids import Action
from domain.kernel import request_ids
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.operations import audit
from domain.pay_links import links
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA, AtTheDoor
from tests.bot.fake_slack import Fault
from tests.builders import an_invoice
from tests.clocks import StandingClock

CARLA = "U0CARLA"


@pytest.fixture
async def carla(core: Core, staff: None) -> None:
    """Carla may look at what anybody did."""
    await people.grant(core, slack_id=CARLA, name="Carla", role=Role.CONTROLLER, reason="test", actor=SHELL)


async def said(core: Core, text: str, *, by: str = CARLA) -> str:
    """Type a command and return all that is shown."""
    message = await in_words.say(core, text, slack_id=by)
    return json.dumps([message.text, *message.blocks], ensure_ascii=False)


async def regenerated(core: Core, *, request: str = "abcdefgh23") -> int:
    """Let Anna make a new link; return the number of the act."""
    anna = await people.actor(core, slack_id=ANNA)
    with request_ids.serving(request):
        await links.regenerate(core, invoice_number="INV-1042", actor=anna)
    row = await core.database.row("SELECT max(id) AS id FROM timeline_entry")
    assert row is not None
    return int(row["id"])


async def test_an_act_is_found_by_its_number_person_invoice_or_request(core: Core, carla: None) -> None:
    await an_invoice(core)
    number = await regenerated(core)

    answers = [
        await said(core, f"audit {named}")
        for named in (f"#{number}", str(number), f"<@{ANNA}>", "@anna", "Anna", "inv-1042", "abcdefgh23")
    ]

    assert all("link" in answer and f"#{number}" in answer for answer in answers)
    assert "*Who*\\nAnna (person)" in answers[0]
    assert "`abcdefgh23`" in answers[0]


async def test_a_number_that_is_an_invoices_is_the_invoice(core: Core, carla: None) -> None:
    await an_invoice(core, "1")
    await links.regenerate(core, invoice_number="1", actor=SHELL)

    assert "What the audit log has of 1," in await said(core, "audit 1")


async def test_the_log_is_read_since_a_day_that_is_past(core: Core, carla: None, clock: StandingClock) -> None:
    await an_invoice(core)
    await regenerated(core)
    clock.advance(days=7)
    number = await regenerated(core)

    shown = await said(core, "audit INV-1042 since sunday")
    first = await said(core, "audit INV-1042 since 1 march")

    assert shown.count('"text": "Look"') == 1
    assert f"#{number}" in shown
    assert "since 15 Mar 2026" in shown
    assert "since 1 Mar 2026" in first


async def test_older_acts_are_one_click_away(door: AtTheDoor, core: Core, carla: None) -> None:
    invoice = await an_invoice(core)
    for _ in range(audit.PAGE + 1):
        last = await regenerated(core)
    newest = await said(core, "audit INV-1042")

    older = await door.press(Action.OLDER_ACTS, ids.value(invoice_id=invoice.id, entry=last - audit.PAGE + 1), by=CARLA)
    act = await door.press(Action.SHOW_ACT, ids.value(entry=last), by=VERA)

    assert Action.OLDER_ACTS in newest
    assert json.dumps(older["blocks"]).count(Action.SHOW_ACT) == 1
    assert f"#{last}" in act["text"]


async def test_others_are_looked_up_by_who_manages_people_only(core: Core, carla: None) -> None:
    own = await said(core, "audit", by=VERA)
    refused = await said(core, f"audit <@{ANNA}>", by=VERA)
    no_export = await said(core, "audit export", by=VERA)

    assert "Vera is now Viewer" in own
    assert "right to manage people" in refused
    assert "right to manage people" in no_export


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("audit INV-9", "The audit log knows no"),
        ("audit #99999", "no act"),
        ("audit @nobody", "Nobody here is called"),
        ("audit INV-1042 since never", "is not a day"),
        ("audit INV-1042 until friday", "say `since` only"),
        ("audit export @nobody", "Nobody here is called"),
    ],
)
async def test_what_is_not_there_is_said_how(core: Core, carla: None, words: str, hint: str) -> None:
    assert hint in await said(core, words)


async def test_an_export_comes_as_a_file_to_the_one_who_asked(
    door: AtTheDoor, core: Core, bot: Bot, carla: None
) -> None:
    await an_invoice(core)
    await regenerated(core)
    answer = await said(core, "audit export @anna since 2026-03-01 until 2026-03-10")
    (row,) = await core.database.rows("SELECT id, fact FROM timeline_entry WHERE kind = 'audit.exported'")

    await bot.jobs()["share_audit"](entry_id=row["id"])
    await bot.jobs()["share_audit"](entry_id=row["id"])

    assert "1 act is written into a file" in answer
    assert row["fact"]["of"] == "Anna"
    (file,) = door.slack.uploaded
    lines = file.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("entry,at (UTC),who")
    assert "INV-1042" in lines[1]
    (shared,) = door.slack.called("files.completeUploadExternal")
    assert shared["channel_id"] == f"D{CARLA[1:]}"


async def test_whether_balances_agree_is_asked_for_by_balances(core: Core, carla: None) -> None:
    assert "No balance was compared yet" in await said(core, "balances")


async def test_an_export_does_not_come_to_whoever_lost_the_right_meanwhile(
    door: AtTheDoor, core: Core, bot: Bot, carla: None
) -> None:
    await said(core, "audit export")
    (row,) = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'audit.exported'")
    await people.grant(core, slack_id=ANNA, name="Anna", role=Role.CONTROLLER, reason="test", actor=SHELL)
    await people.revoke(core, slack_id=CARLA, role=Role.CONTROLLER, reason="test", actor=SHELL)

    await bot.jobs()["share_audit"](entry_id=row["id"])

    assert door.slack.uploaded == []
    (told,) = door.slack.messages
    assert told["channel"] == f"D{CARLA[1:]}"
    assert "You have no role" in told["text"]


async def test_what_is_about_no_customer_is_seen_by_who_did_it_and_by_who_manages_people(
    core: Core, carla: None
) -> None:
    await in_words.say(core, "settings noise mine", slack_id=VERA)
    (own,) = await core.database.rows("SELECT max(id) AS id FROM timeline_entry WHERE kind = 'setting.changed'")
    with request_ids.serving("abcdefgh24"):
        await people.grant(core, slack_id="U0BEN", name="Ben", role=Role.SALES, reason="test", actor=SHELL)
    (others,) = await core.database.rows("SELECT max(id) AS id FROM timeline_entry")

    hers = await said(core, f"audit #{own['id']}", by=VERA)
    refused = await said(core, f"audit #{others['id']}", by=VERA)
    no_request = await said(core, "audit abcdefgh24", by=VERA)
    seen = await said(core, f"audit #{others['id']}")

    assert "Vera (person)" in hers
    assert "right to manage people" in refused
    assert "Ben" not in refused + no_request
    assert "Ben" in seen


async def test_what_else_a_request_did_is_shown_as_far_as_the_reader_may_see_it(core: Core, carla: None) -> None:
    await an_invoice(core)
    number = await regenerated(core)
    with request_ids.serving("abcdefgh23"):
        await people.grant(core, slack_id="U0BEN", name="Ben", role=Role.SALES, reason="test", actor=SHELL)

    hers = await said(core, f"audit #{number}", by=VERA)
    of_request = await said(core, "audit abcdefgh23", by=VERA)
    all_of_it = await said(core, f"audit #{number}")

    assert "Ben" not in hers + of_request
    assert f"#{number}" in of_request
    assert "Ben is now Sales" in all_of_it


async def test_whoever_asked_is_told_when_the_file_does_not_come(
    door: AtTheDoor, core: Core, bot: Bot, carla: None
) -> None:
    await said(core, "audit export @anna")
    (row,) = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'audit.exported'")
    door.slack.fail("files.getUploadURLExternal", Fault(error="missing_scope"))

    with request_ids.serving("abcdefgh23"):
        await bot.jobs()["share_audit"](entry_id=row["id"])
        await bot.jobs()["tell_audit_given_up"](entry_id=row["id"])

    (told,) = door.slack.messages
    assert told["channel"] == f"D{CARLA[1:]}"
    assert "`/plixo audit export @Anna`" in told["text"]
    assert "`abcdefgh23`" in told["text"]


async def test_nobody_is_told_of_a_failure_after_the_file_came(
    door: AtTheDoor, core: Core, bot: Bot, carla: None
) -> None:
    await said(core, "audit export @anna")
    (row,) = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'audit.exported'")
    await bot.jobs()["share_audit"](entry_id=row["id"])

    await bot.jobs()["tell_audit_given_up"](entry_id=row["id"])

    assert door.slack.messages == []


async def test_an_answer_names_the_number_under_which_the_act_is_found(
    core: Core, carla: None, door: AtTheDoor
) -> None:
    await an_invoice(core)

    asked = json.dumps(await door.say("next"))
    done = json.dumps(await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=(await Invoice.get()).id)))
    refused = json.dumps(await door.say("link INV-1042", by=VERA))

    assert "Act #" not in asked, "taking a case up is nothing that anybody argues about"
    assert "Act #" not in refused
    found = re.search(r"Act #(\d+): `/plixo audit #\1`", done)
    assert found, done
    assert "link.regenerated" in await said(core, f"audit #{found[1]}")
