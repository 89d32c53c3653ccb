"""Imports in Slack: who lost the right sees nothing more, spreadsheets are explained, what never works is told."""

import json
from uuid import UUID

import pytest

from bot import ids
from bot.app import Bot
from bot.asks import Click
from bot.ids import Action
from domain.kernel import request_ids
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations.imports import cards, handing, working
from domain.operations.imports.states import ImportState
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import VERA
from tests.bot.fake_slack import CHANNEL, FakeSlack

IDA, TALK = "U0IDA", "D0IDA"
LEDGER = b"Invoice No,Customer,Due,Total,Currency\nINV-7,Acme Ltd,2026-04-03,1200.50,EUR\nINV-8,Globex,soon,1,EUR\n"

BANK = (
    b"Auftragskonto;Buchungstag;Beguenstigter/Zahlungspflichtiger;Verwendungszweck;Betrag;Waehrung\n"
    b"DE02120300000000202051;02.03.2026;Globex GmbH;Rechnung 7;1200,50;EUR\n"
    b"DE02120300000000202051;03.03.2026;Haus AG;Rechnung 8;100,00;EUR\n"
)


@pytest.fixture
async def ida(core: Core, staff: None) -> None:
    """Ida may import; somebody else is Controller, so that she can lose the right."""
    for slack_id, name in ((IDA, "Ida"), ("U0CARLA", "Carla")):
        await people.grant(core, slack_id=slack_id, name=name, role=Role.CONTROLLER, reason="test", actor=SHELL)


async def handed_in(core: Core, *, channel: str = TALK, body: bytes = LEDGER) -> str:
    """Hand a file in, as if Slack had given it; return its import."""
    actor = await people.actor(core, slack_id=IDA)
    event = await handing.hand_in(
        core, source="slack:F1", file_name="ledger.csv", channel=channel, chat_id=IDA, actor=actor
    )
    await handing.kept(core, import_id=event.import_id, body=body, thread=None)
    return str(event.import_id)


def shown(slack: FakeSlack, channel: str) -> str:
    """Return all that stands in a channel."""
    found = [each["blocks"] for each in slack.messages if each["channel"] == channel]
    return json.dumps(found, ensure_ascii=False)


async def test_who_lost_the_right_to_import_is_not_shown_what_the_file_holds(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    import_id = await handed_in(core)
    await working.read(core, import_id=import_id)
    await people.revoke(core, slack_id=IDA, role=Role.CONTROLLER, reason="test", actor=SHELL)

    await bot.jobs()["show_import"](import_id=import_id)

    assert "you may not import such files any more" in shown(slack, TALK)
    assert "200,50" not in shown(slack, TALK)
    assert "Due" not in shown(slack, TALK)
    assert slack.uploaded == []


async def test_the_card_in_a_talk_has_the_sums_and_the_reject_log_of_whoever_may_import(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    import_id = await handed_in(core)
    await working.read(core, import_id=import_id)

    await bot.jobs()["show_import"](import_id=import_id)

    assert "EUR* in 1 row\\n" in shown(slack, TALK)
    assert [b"date_malformed" in each for each in slack.uploaded] == [True]


async def test_in_a_public_channel_a_file_tells_no_names_but_to_the_one_who_asks_and_may_import(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    slack.channel = {"is_private": False, "is_member": True}
    import_id = await handed_in(core, channel=CHANNEL, body=BANK)
    await working.read(core, import_id=import_id)
    value = ids.value(file=UUID(import_id))

    await bot.jobs()["show_import"](import_id=import_id)
    seen = await in_words.press(core, Click(Action.REVEAL, value, IDA))
    refused = await in_words.press(core, Click(Action.REVEAL, value, VERA))

    names = ("Globex", "Haus", "2051", "1.300,50", "1,300.50")
    in_public, alone = shown(slack, CHANNEL), json.dumps(seen.blocks, ensure_ascii=False)
    assert Action.REVEAL in in_public
    assert all(name not in in_public for name in names)
    assert "Account: …2051." in alone
    assert "right to" in refused.text
    (logged,) = await core.database.rows("SELECT actor, fact FROM timeline_entry WHERE kind = 'details.revealed'")
    assert (logged["actor"], logged["fact"]["file"]) == ("Ida", "ledger.csv")


async def test_a_preview_is_decided_and_its_forms_are_opened_by_whoever_may_import_only(core: Core, ida: None) -> None:
    import_id = await handed_in(core)
    await working.read(core, import_id=import_id)

    for action in (Action.IMPORT_APPLY, Action.IMPORT_COLUMNS, Action.IMPORT_ASK):
        value = ids.value(file=UUID(import_id), seen="1")
        answer = await in_words.press(core, Click(action, value, VERA))

        assert "right to import" in answer.text
        assert "ledger.csv" not in answer.text


async def test_a_spreadsheet_is_not_fetched_and_its_owner_is_told_how_to_save_it(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    slack.kept["F7"], slack.names["F7"] = b"PK\x03\x04", "ledger.xlsx"

    for _ in range(2):
        await bot.jobs()["look_at_file"](file_id="F7", channel=TALK, chat_id=IDA)

    (told,) = [each["text"] for each in slack.messages if each["channel"] == TALK]
    assert all(each in told for each in ("ledger.xlsx is a spreadsheet", "Excel", "LibreOffice", "Google Sheets"))
    assert await core.database.rows("SELECT id FROM file_import") == []


async def test_a_spreadsheet_in_a_channel_is_answered_there_to_its_owner_alone(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    slack.kept["F7"], slack.names["F7"] = b"PK\x03\x04", "ledger.xlsx"

    await bot.jobs()["look_at_file"](file_id="F7", channel=CHANNEL, chat_id=IDA)

    (whispered,) = slack.called("chat.postEphemeral")
    assert whispered["user"] == IDA
    assert "CSV UTF-8" in whispered["text"]


async def test_after_the_last_try_an_import_ends_and_whoever_waits_for_it_is_told_once_what_to_do(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    import_id = await handed_in(core, channel=CHANNEL)

    with request_ids.serving("abcdefghjk"):
        for _ in range(2):
            await bot.jobs()["give_up_import"](import_id=import_id)

    (told,) = [each["text"] for each in slack.messages if each["channel"] == TALK]
    assert "ledger.csv is not imported" in told
    assert "share it again" in told
    assert "`abcdefghjk`" in told
    (row,) = await core.database.rows("SELECT id, state FROM file_import")
    card = await cards.card(core, import_id=row["id"])
    assert card is not None
    assert card.state is ImportState.FAILED


async def test_an_import_that_went_on_is_not_given_up(core: Core, bot: Bot, slack: FakeSlack, ida: None) -> None:
    import_id = await handed_in(core)
    await working.read(core, import_id=import_id)

    await bot.jobs()["give_up_import"](import_id=import_id)

    assert slack.messages == []
    (row,) = await core.database.rows("SELECT state FROM file_import")
    assert row["state"] == ImportState.PREVIEWED


async def test_after_the_last_try_of_a_file_that_was_asked_for_its_asker_is_told(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    asked = {"export_id": "1a2b3c4d-0000-4000-8000-000000000000", "what": "statement", "words": ["Acme", "`Ltd"]}

    with request_ids.serving("abcdefghjk"):
        await bot.jobs()["tell_export_given_up"](**asked, chat_id=IDA, channel=CHANNEL)

    (told,) = slack.messages
    assert told["channel"] == TALK
    assert "`/plixo export statement Acme ʼLtd`" in told["text"]


async def test_a_card_in_a_talk_is_in_its_readers_language_and_the_form_knows_the_columns_in_it(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    import_id = await handed_in(core)
    await working.read(core, import_id=import_id)
    await in_words.say(core, "settings language de", slack_id=IDA)

    await bot.jobs()["show_import"](import_id=import_id)
    form = await in_words.form(core, Click(Action.IMPORT_COLUMNS, ids.value(file=UUID(import_id), seen="2"), IDA))

    assert "2 Zeilen gelesen: 1 neu, 1 abgelehnt" in shown(slack, TALK)
    assert "*Rechnungsnummer* ← Invoice No" in shown(slack, TALK)
    assert all(english not in shown(slack, TALK) for english in ("Write a real date", "Customers:", "Cancel"))
    chosen = [each["element"].get("initial_option", {}).get("value") for each in form.blocks if "element" in each]
    assert chosen[0] == "Invoice No"


async def test_a_file_that_was_asked_for_does_not_come_to_whoever_lost_the_right_meanwhile(
    core: Core, bot: Bot, slack: FakeSlack, ida: None
) -> None:
    asked = {"export_id": "1a2b3c4d-0000-4000-8000-000000000000", "what": "ageing", "words": []}
    await people.revoke(core, slack_id=IDA, role=Role.CONTROLLER, reason="test", actor=SHELL)

    await bot.jobs()["send_export"](**asked, chat_id=IDA, channel="")

    (told,) = slack.messages
    assert told["channel"] == TALK
    assert "access request" in told["text"]
    assert slack.uploaded == []
