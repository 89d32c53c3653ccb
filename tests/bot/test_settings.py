"""Settings in Slack: in words or in a form, and wrong ones stand at their field."""

import json
from datetime import time

import pytest

from bot import ids
from bot.ids import Action, FormId
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.people import people, preferences
from domain.people.preferences import Preferences
from domain.people.roles import Role
from domain.people.setting_words import Digest, Noise, Setting
from tests.bot import in_words
from tests.bot.conftest import ANNA, STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack


async def said(core: Core, text: str, *, by: str = ANNA) -> str:
    """Type a command and return all that is shown."""
    message = await in_words.say(core, text, slack_id=by)
    return json.dumps([message.text, *message.blocks], ensure_ascii=False)


async def of(core: Core, slack_id: str = ANNA) -> Preferences:
    """Return what holds for a person."""
    found = await preferences.of_account(core, slack_id=slack_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "words",
    ["digest 07:30", "digest time 7.30", "time 07:30", "digest at 7:30", "Digest to 07:30"],
)
async def test_the_time_of_the_digest_is_set_however_it_is_said(core: Core, staff: None, words: str) -> None:
    answer = await said(core, f"settings {words}")

    assert (await of(core)).digest_at == time(7, 30)
    assert "digest time of Anna: as usual → 07:30" in answer


async def test_everything_can_be_set_in_words(core: Core, staff: None) -> None:
    for words in ("language Deutsch", "zone america/new_york", "noise quiet", "digest mail",
                  "address <mailto:anna@northwind.example|anna@northwind.example>"):  # fmt: skip
        await said(core, f"settings {words}")

    mine = await of(core)
    assert (mine.language, mine.zone.key, mine.noise, mine.digest, mine.address) == (
        "de", "America/New_York", Noise.MINE, Digest.MAIL, "anna@northwind.example",
    )  # fmt: skip


async def test_the_language_is_followed_at_once_and_in_every_answer(core: Core, staff: None) -> None:
    await said(core, "settings language de")

    assert "Was Sie dürfen" in await said(core, "help")
    assert "zeigt alle" in await said(core, "help")
    assert "/plixo cash" in await said(core, "help geld"), "a topic by its own name"
    assert "Welche Rechnung?" in await said(core, "promise ' ' x")
    assert "Den Befehl" in await said(core, "xyzzy")
    assert "What you may do" in await said(core, "help", by=VERA)


async def test_ones_own_settings_are_shown(core: Core, staff: None) -> None:
    shown = await said(core, "settings")

    assert "Your settings: English, Europe/Berlin, digest by mail and in Slack at 08:00" in shown
    assert "everything that concerns you" in shown


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("colour blue", "Which setting"),
        ("language", "Which setting"),
        ("language klingon", "It may be: en, de, fr, es, default"),
        ("digest 25:00", "is no digest time"),
        ("address nowhere", "must be an e-mail address"),
    ],
)
async def test_what_cannot_be_set_is_said_how(core: Core, staff: None, words: str, hint: str) -> None:
    assert hint in await said(core, f"settings {words}")


async def test_another_persons_are_set_by_who_manages_people(core: Core, staff: None) -> None:
    await people.grant(core, slack_id="U0CARLA", name="Carla", role=Role.CONTROLLER, reason="test", actor=SHELL)

    refused = await said(core, f"settings for <@{VERA}> digest off")
    done = await said(core, f"settings for <@{VERA}> digest off", by="U0CARLA")

    assert "right to manage people" in refused
    assert "digest of Vera: as usual → off" in done
    assert "no role in Plixo yet" in await said(core, "settings", by=STRANGER)


async def test_the_form_sets_what_was_changed_and_nothing_else(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    assert (await door.post(door.click(Action.SETTINGS, ids.value())))[0] == 200
    form = await slack.window()

    answer = await door.submit(
        form,
        {
            "language": {"selected_option": {"value": "fr"}},
            "zone": {"value": ""},
            "digest_at": {"selected_time": "08:00"},
            "digest": {"selected_option": {"value": "off"}},
            "address": {"value": ""},
            "noise": {"selected_option": {"value": "all"}},
        },
    )

    assert form["callback_id"] == FormId.SETTINGS
    assert answer["response_action"] == "update"
    assert (await of(core)).chosen == {Setting.LANGUAGE, Setting.DIGEST}


async def test_a_wrong_field_is_pointed_at_and_nothing_is_set(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    assert (await door.post(door.click(Action.SETTINGS, ids.value())))[0] == 200
    form = await slack.window()

    answer = await door.submit(
        form,
        {
            "language": {"selected_option": {"value": "fr"}},
            "zone": {"value": "Atlantis"},
            "digest_at": {"selected_time": "08:00"},
            "digest": {"selected_option": {"value": "both"}},
            "address": {"value": ""},
            "noise": {"selected_option": {"value": "all"}},
        },
    )

    assert "zone" in answer["errors"]
    assert (await of(core)).chosen == frozenset()
