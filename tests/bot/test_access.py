"""Access in Slack: anybody asks, each who decides has a card, one click settles it, and every card says so."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot import ids
from bot.app import Bot
from bot.ids import Action, FormId
from domain.kernel.actor import SHELL, Actor
from domain.kernel.core import Core
from domain.kernel.events import EVENTS
from domain.people import access_lists, grants, people, preferences
from domain.people.access_lists import AccessCard
from domain.people.roles import Role
from plixo import wiring
from tests.bot import in_words
from tests.bot.conftest import ANNA, STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack, Fault
from tests.clocks import StandingClock

CARLA, CONNY = "U0CARLA", "U0CONNY"


@pytest.fixture
async def controllers(core: Core, staff: None) -> None:
    """Carla and Conny may decide; Anna works the queue and Vera may look."""
    for slack_id, name in ((CARLA, "Carla"), (CONNY, "Conny")):
        await people.grant(core, slack_id=slack_id, name=name, role=Role.CONTROLLER, reason="test", actor=SHELL)


async def said(core: Core, text: str, *, by: str) -> str:
    """Type a command and return all that is shown."""
    message = await in_words.say(core, text, slack_id=by)
    return json.dumps([message.text, *message.blocks], ensure_ascii=False)


async def of(core: Core, slack_id: str) -> Actor:
    """Return who acts."""
    return await people.actor(core, slack_id=slack_id)


async def newest(core: Core) -> AccessCard:
    """Return the open request."""
    return (await access_lists.waiting(core, actor=SHELL))[0]


async def told(core: Core, bot: Bot, *, kind: str) -> None:
    """Run what follows from the events of that kind."""
    rows = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = %s ORDER BY id", (kind,))
    for row in rows:
        for notice in wiring.NOTICES[EVENTS[kind]]:
            await bot.jobs()[notice.job](entry_id=row["id"])


def to(slack: FakeSlack, slack_id: str) -> list[dict[str, Any]]:
    """Return what one person was written."""
    return [each for each in slack.messages if each["channel"] == f"D{slack_id[1:]}"]


async def test_a_stranger_asks_and_is_told_who_decides(door: AtTheDoor, core: Core, controllers: None) -> None:
    answer = await door.say("access request operator for 2 days I help <!channel> with month end", by=STRANGER)

    card = await newest(core)
    assert (card.role, card.lasts_minutes, card.name) == ("A/R Operator", 2880, "x")
    assert card.reason == "I help <!channel> with month end"
    assert "Carla, Conny" in json.dumps(answer)
    assert "<!channel>" not in json.dumps(answer)


async def test_a_request_without_a_role_is_to_look_only(core: Core, controllers: None) -> None:
    await said(core, "access request please let me see the invoices", by=STRANGER)

    assert (await newest(core)).role == "Viewer"


async def test_each_who_decides_has_a_card_and_the_channel_one(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, controllers: None
) -> None:
    await said(core, "access request Viewer I audit you", by=STRANGER)

    await told(core, bot, kind="access.asked")
    await told(core, bot, kind="access.asked")

    for slack_id in (CARLA, CONNY):
        (card,) = to(slack, slack_id)
        assert "I audit you" in json.dumps(card["blocks"])
        assert Action.APPROVE_ACCESS in json.dumps(card["blocks"])
    assert to(slack, ANNA) == []
    assert Action.DENY_ACCESS in json.dumps(slack.in_channel()[0]["blocks"])


async def test_one_click_gives_the_role_and_every_card_says_who_did_it(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, controllers: None
) -> None:
    await said(core, "access request Viewer I audit you", by=STRANGER)
    await told(core, bot, kind="access.asked")
    value = ids.value(access=(await newest(core)).access_id)

    answer = await door.press(Action.APPROVE_ACCESS, value, by=CARLA)
    await told(core, bot, kind="access.approved")
    await bot.jobs()["redraw_chat"]()

    assert "was approved: Viewer" in answer["text"]
    assert (await of(core, STRANGER)).roles == ("Viewer",)
    for message in (*to(slack, CARLA), *to(slack, CONNY), slack.in_channel()[0]):
        assert "pproved by Carla" in json.dumps(message["blocks"])
        assert Action.APPROVE_ACCESS not in json.dumps(message["blocks"])
    (answered,) = to(slack, STRANGER)
    assert "Your request was approved" in answered["text"]


async def test_a_stale_click_says_who_was_first(door: AtTheDoor, core: Core, controllers: None) -> None:
    await said(core, "access request Viewer I audit you", by=STRANGER)
    value = ids.value(access=(await newest(core)).access_id)
    await door.press(Action.APPROVE_ACCESS, value, by=CARLA)

    answer = await door.press(Action.APPROVE_ACCESS, value, by=CONNY)

    assert "was approved by Carla" in answer["text"]


async def test_who_may_not_decide_is_told_so(door: AtTheDoor, core: Core, controllers: None) -> None:
    await said(core, "access request Viewer I audit you", by=STRANGER)
    value = ids.value(access=(await newest(core)).access_id)

    answers = [await door.press(Action.APPROVE_ACCESS, value, by=each) for each in (ANNA, STRANGER)]

    assert "right to manage people" in answers[0]["text"]
    assert "no role in Plixo yet" in answers[1]["text"]


async def test_a_denial_is_given_a_reason_in_a_form(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, controllers: None
) -> None:
    await said(core, "access request Controller I want it all", by=STRANGER)
    click = door.click(Action.DENY_ACCESS, ids.value(access=(await newest(core)).access_id), by=CARLA)
    assert (await door.post(click))[0] == 200
    form = await slack.window()

    empty = await door.submit(form, {"reason": " "}, by=CARLA)
    answer = await door.submit(form, {"reason": "ask your own team"}, by=CARLA)
    await told(core, bot, kind="access.denied")

    assert form["callback_id"] == FormId.DENY_ACCESS
    assert "reason" in empty["errors"]
    assert "was denied" in json.dumps(answer)
    assert "ask your own team" in to(slack, STRANGER)[0]["text"]


async def test_a_far_reaching_role_is_proposed_and_given_by_another(core: Core, controllers: None) -> None:
    proposed = await said(core, f"role grant <@{ANNA}|anna> Controller for 3h month end", by=CARLA)
    own = await said(core, f"access approve {str((await newest(core)).access_id)[:8]}", by=CARLA)
    other = await said(core, f"access approve {str((await newest(core)).access_id)[:8]}", by=CONNY)

    assert "is proposed as *Controller for 3 hours*" in proposed
    assert "Carla made this" in own
    assert "was approved: Controller for 3 hours" in other


async def test_any_other_role_is_given_at_once_and_told_to_whoever_has_it(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, controllers: None
) -> None:
    slack.people["U0NEWBIE"] = {
        "id": "U0NEWBIE", "profile": {"display_name": "Nora Neu"}, "locale": "de-DE", "tz": "Europe/Vienna",
    }  # fmt: skip
    await said(core, "role grant <@U0NEWBIE|nora> Sales until 2026-03-20 new here", by=CARLA)

    await told(core, bot, kind="role.granted")

    (message,) = to(slack, "U0NEWBIE")
    assert "ist jetzt Sales bis" in message["text"], "her Slack is German"
    assert "2026-03-20" in message["text"]
    learned = await preferences.of_account(core, slack_id="U0NEWBIE")
    assert learned is not None
    assert (learned.name, learned.language, learned.zone.key) == ("Nora Neu", "de", "Europe/Vienna")


async def test_a_role_that_ends_is_told_to_its_holder_before_and_after(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock, controllers: None
) -> None:
    await said(core, f"role grant <@{VERA}> Legal for 4 hours a case", by=CARLA)

    clock.advance(hours=3)
    await grants.end_due(core)
    clock.advance(hours=1)
    await grants.end_due(core)
    await told(core, bot, kind="role.ends_soon")
    await told(core, bot, kind="role.ended")

    assert ["You are *Legal* until" in each["text"] for each in to(slack, VERA)] == [True, False]
    assert "no longer Legal" in to(slack, VERA)[1]["text"]


async def test_nobody_changes_his_own_roles_but_may_give_one_up(core: Core, controllers: None) -> None:
    more = await said(core, f"role grant <@{CARLA}> Legal I need it", by=CARLA)
    last = await said(core, "role revoke Controller I leave finance", by=CARLA)
    none_left = await said(core, "role revoke Controller me too", by=CONNY)

    assert "somebody else decides" in more
    assert "Carla gave up the role Controller" in last
    assert "Conny is the last Controller" in none_left


async def test_who_takes_a_role_is_one_who_manages_people(core: Core, controllers: None) -> None:
    refused = await said(core, f"role revoke <@{VERA}> Viewer I do not like her", by=ANNA)
    taken = await said(core, "role revoke @Vera Viewer has left", by=CARLA)

    assert "right to manage people" in refused
    assert "Vera is no longer Viewer: has left" in taken


async def test_the_table_of_rights_is_a_table(core: Core, staff: None) -> None:
    message = await in_words.say(core, "role", slack_id=STRANGER)

    (table,) = [each for each in message.blocks if each["type"] == "table"]
    assert [cell["text"] for cell in table["rows"][0]][1:] == [
        "Admin", "Controller", "Manager", "Operator", "Sales", "CSM", "Legal", "Billing", "Viewer",
    ]  # fmt: skip
    moves_money = next(row for row in table["rows"] if row[0]["text"] == "move money")
    assert [cell["text"] for cell in moves_money[1:]].count("yes") == 1


async def test_who_holds_what_is_listed(core: Core, controllers: None) -> None:
    everybody = await said(core, "role list", by=VERA)
    only = await said(core, "role list controller", by=VERA)

    assert "4 people hold 4 roles" in everybody
    assert "Carla" in only
    assert "Anna" not in only


async def test_a_request_can_be_taken_back_and_asked_anew(core: Core, controllers: None) -> None:
    await said(core, "access request Viewer one", by=STRANGER)
    again = await said(core, "access request Viewer two", by=STRANGER)
    back = await said(core, "access withdraw", by=STRANGER)
    state = await said(core, "access", by=STRANGER)

    assert "waits already for a decision" in again
    assert "was taken back" in back
    assert "withdrawn" in state


async def test_somebody_who_cannot_be_written_to_keeps_nobody_else_waiting(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, controllers: None
) -> None:
    await said(core, "access request Viewer I audit you", by=STRANGER)
    slack.fail("conversations.open", Fault(error="user_disabled"))

    await told(core, bot, kind="access.asked")

    assert (to(slack, CARLA), len(to(slack, CONNY))) == ([], 1)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("access request Viewer", "Say why"),
        ("access request Viewer for 2 days until friday x y", "not both"),
        ("access request Viewer for 500 days x y", "within 366 days"),
        ("access request Viewer until never x y", "is not a day or a time"),
    ],
)
async def test_what_cannot_be_asked_is_said_how(core: Core, controllers: None, words: str, hint: str) -> None:
    assert hint in await said(core, words, by=STRANGER)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("role grant", "Whom?"),
        (f"role grant <@{VERA}>", "Which role?"),
        (f"role grant <@{VERA}> King x y", "is not a role"),
        (f"role grant <@{VERA}> Legal", "Say why"),
        ("role grant @nobody Legal x y", "Nobody here is called"),
        ("role list King", "is not a role"),
        ("access approve", "Which request?"),
        ("access approve zzzz", "No access request"),
        ("access deny 1a2b3c4d", "No access request"),
    ],
)
async def test_what_was_mistyped_is_said_how(core: Core, controllers: None, words: str, hint: str) -> None:
    assert hint in await said(core, words, by=CARLA)


async def test_whoever_decides_may_give_something_else(core: Core, controllers: None) -> None:
    await said(core, "access request Controller I want it all", by=STRANGER)
    short = str((await newest(core)).access_id)[:8]

    wrong = await said(core, f"access approve {short} Viewer tomorrow maybe", by=CARLA)
    given = await said(core, f"access approve {short} Viewer for 1 day", by=CARLA)

    assert "is no role and no time" in wrong
    assert "approved: Viewer for 1 day (asked for: Controller)" in given
    (held,) = [each for each in await people.listed(core, actor=SHELL) if each.slack_id == STRANGER]
    assert held.until == core.clock.now() + timedelta(days=1)


async def test_a_proposal_is_taken_back_by_who_made_it(core: Core, controllers: None) -> None:
    await said(core, f"role grant <@{ANNA}> Admin new team lead", by=CARLA)

    back = await said(core, "access withdraw", by=CARLA)

    assert "The request for" in back
    assert await access_lists.waiting(core, actor=SHELL) == ()
