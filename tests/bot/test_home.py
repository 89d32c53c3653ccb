"""App Home: each person's own, published when it is looked at and when it has changed, and never by the wrong hash."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import home as home_noun
from bot import ids, nouns, surfaces
from bot.app import Bot
from bot.asks import Click
from bot.ids import Action
from bot.surfaces import Home
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import homes
from domain.people import access_lists, grants, people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack, Fault
from tests.bot.homes_made import every_home
from tests.bot.test_views import HOSTILE, elements, formatted, texts, without_dates
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder
from tests.flows.stage import until

GOLDEN = Path(__file__).parent / "golden"
MIA = "U0MIA"


@pytest.mark.parametrize("name", every_home())
def test_a_home_looks_as_it_did(name: str) -> None:
    file = GOLDEN / f"home-{name.replace(' ', '-')}.json"
    shown = json.dumps(every_home()[name].view(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("PLIXO_WRITE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8"), "look at it, then write it anew with PLIXO_WRITE_GOLDEN=1"


@pytest.mark.parametrize("name", every_home())
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_strangers_text_breaks_a_homes_limit_or_is_obeyed(name: str, hostile: str) -> None:
    home = every_home(HOSTILE[hostile])[name]

    assert surfaces.problems(home) == ()
    for text in formatted(home.blocks):
        assert "<" not in without_dates(text), "an angle bracket is a mention or a link"
    for text in texts(home.blocks):
        assert not set(text) & set("\u202e\u202d\u2066\u200f\u200b\ufeff\x00\x1b")


@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=10_000))
def test_any_text_fits_into_every_home(text: str) -> None:
    for name, home in every_home(text).items():
        assert surfaces.problems(home) == (), name


@pytest.mark.parametrize("name", every_home())
def test_every_button_of_a_home_is_routed_and_carries_what_its_route_needs(name: str) -> None:
    for each in elements(every_home()[name].blocks):
        if each.get("type") == "button":
            assert set(json.loads(each["value"])) >= {"v", *nouns.BUTTONS[each["action_id"]].carries}


def test_a_home_that_breaks_a_limit_is_found() -> None:
    assert surfaces.problems(Home(())) == ("number of blocks",)


async def looks(door: AtTheDoor, *, by: str = ANNA) -> None:
    """Let somebody open App Home, as Slack tells of it."""
    event = {"type": "app_home_opened", "user": by, "channel": "D1", "tab": "home", "event_ts": "1.2"}
    body = {"type": "event_callback", "team_id": "T0", "api_app_id": "A0", "event_id": f"Ev{by}", "event": event}
    status, _ = await door.post(json.dumps(body), kind="application/json")
    assert status == 200


async def drawn(bot: Bot, slack: FakeSlack, *, by: str = ANNA) -> str:
    """Run the job that draws a Home and return what stands in it."""
    await bot.jobs()["publish_home"](slack_id=by)
    return json.dumps(slack.homes.get(by, {}), ensure_ascii=False)


async def test_whoever_opens_home_sees_it_at_once_and_no_job_draws_it_again(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack
) -> None:
    await an_invoice(core, days_past_due=40)
    await looks(door)

    async def current() -> bool:
        home = await homes.of(core, slack_id=ANNA)
        return home is not None and home.current

    await until(current, missing="the Home was not drawn")
    assert "INV-1042" in await drawn(bot, slack)
    assert len(slack.called("views.publish")) == 1
    assert await jobs_of(core, "publish_home") == 1, "it waits a while, in case that nobody drew the Home"


async def test_a_home_that_slack_did_not_take_at_once_is_left_to_the_job(
    core: Core, staff: None, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    await homes.opened(core, slack_id=ANNA)
    slack.fail("views.publish", Fault(status=503))

    await bot.homes.at_once(ANNA)
    clock.advance(minutes=5)

    assert "Your settings" in await drawn(bot, slack)


async def test_whoever_opens_home_sees_the_queue_and_nobody_elses_decisions(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack
) -> None:
    invoice = await an_invoice(core, days_past_due=40)
    await a_reminder(core, invoice, state="drafted", needs=["Shadow Mode"])
    await people.grant(core, slack_id=MIA, name="Mia", role=Role.AR_MANAGER, reason="test", actor=SHELL)
    for by in (ANNA, MIA):
        await homes.opened(core, slack_id=by)

    anna, mia = await drawn(bot, slack), await drawn(bot, slack, by=MIA)

    assert "INV-1042" in anna
    assert "Waits for your decision" not in anna
    assert "draft of a mail" in mia


async def test_a_viewer_sees_no_queue(door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack) -> None:
    await an_invoice(core, days_past_due=40)
    await homes.opened(core, slack_id=VERA)

    shown = await drawn(bot, slack, by=VERA)

    assert "The queue" not in shown
    assert "Your settings" in shown


async def test_a_stranger_asks_for_a_role_from_home(door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack) -> None:
    await homes.opened(core, slack_id=STRANGER)
    before = await drawn(bot, slack, by=STRANGER)
    view = {"id": "VHOME", "type": "home"}
    action = {"type": "button", "action_id": Action.ASK_ACCESS, "block_id": "b", "value": ids.value()}
    await door.post(door.interaction("block_actions", by=STRANGER, view=view, actions=[action]))
    form = await slack.window()
    filled: dict[str, Any] = {
        "role": {"selected_option": {"value": "A/R Operator"}}, "days": "2", "reason": "I help with month end",
    }  # fmt: skip

    told = await door.submit(form, filled, by=STRANGER)

    assert "no role in it yet" in before
    assert "You ask to be" in json.dumps(told["view"])
    card = await access_lists.of_account(core, slack_id=STRANGER)
    assert card is not None
    assert (card.role, card.lasts_minutes) == ("A/R Operator", 2 * 24 * 60)
    await bot.jobs()["publish_homes"]()
    assert "nobody has decided yet" in json.dumps(slack.homes[STRANGER])


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"reason": "x"}, "role"),
        ({"role": {"selected_option": {"value": "God"}}, "reason": "x"}, "role"),
        ({"role": {"selected_option": {"value": "Viewer"}}, "days": "0", "reason": "x"}, "days"),
        ({"role": {"selected_option": {"value": "Viewer"}}, "days": "⁵", "reason": "x"}, "days"),
        ({"role": {"selected_option": {"value": "Viewer"}}, "reason": " "}, "reason"),
    ],
)
async def test_what_a_request_lacks_is_pointed_at(door: AtTheDoor, filled: dict[str, Any], field: str) -> None:
    form = {"callback_id": "access.ask", "private_metadata": "{}", "type": "modal", "blocks": []}

    told = await door.submit(form, filled, by=STRANGER)

    assert set(told["errors"]) == {field}


@pytest.mark.parametrize(
    "event", [{"user": ANNA, "tab": "messages"}, {"user": ANNA}, {"tab": "home"}, {"user": "U" * 99, "tab": "home"}]
)
async def test_what_is_not_home_draws_none(core: Core, event: dict[str, str]) -> None:
    await home_noun.opened(core, event)

    assert await homes.watched(core) == ()


async def test_a_home_is_published_anew_only_when_it_has_changed(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack
) -> None:
    await homes.opened(core, slack_id=ANNA)
    await drawn(bot, slack)
    before = len(slack.called("views.publish"))

    await bot.jobs()["publish_homes"]()
    unchanged = len(slack.called("views.publish"))
    await an_invoice(core, days_past_due=40)
    await bot.jobs()["publish_homes"]()

    assert unchanged == before
    assert len(slack.called("views.publish")) == before + 1
    assert "INV-1042" in json.dumps(slack.homes[ANNA])


async def test_nobody_is_drawn_a_home_who_has_not_looked_for_a_month(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    await homes.opened(core, slack_id=ANNA)
    clock.advance(days=31)

    await bot.jobs()["publish_homes"]()
    await homes.stir(core)

    assert slack.called("views.publish") == []
    assert await jobs_of(core, "publish_homes") == 0


async def entry_of(core: Core, kind: str) -> int:
    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = %s ORDER BY id DESC LIMIT 1", (kind,))
    assert row is not None
    return int(row["id"])


async def test_whoever_loses_the_last_role_sees_nothing_any_more_however_long_ago_home_was_opened(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    await an_invoice(core, days_past_due=40)
    await homes.opened(core, slack_id=ANNA)
    before = await drawn(bot, slack)
    clock.advance(days=60)

    event = await people.revoke(core, slack_id=ANNA, role=Role.AR_OPERATOR, reason="left", actor=SHELL)
    for _ in range(2):
        await bot.jobs()["redraw_home"](entry_id=await entry_of(core, event.kind))

    after = json.dumps(slack.homes[ANNA])
    assert ("INV-1042" in before, "INV-1042" in after, "You have no role" in after) == (True, False, True)
    assert len(slack.called("views.publish")) == 2, "what did not change is not published again"
    assert await jobs_of(core, "redraw_home") == 1


async def test_a_role_whose_time_is_over_is_seen_in_home(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    ends = clock.now() + timedelta(days=40)
    await people.grant(core, slack_id=MIA, name="Mia", role=Role.AR_MANAGER, reason="t", actor=SHELL, until=ends)
    await homes.opened(core, slack_id=MIA)
    before = await drawn(bot, slack, by=MIA)
    clock.advance(days=41)

    await grants.end_due(core)
    await bot.jobs()["redraw_home"](entry_id=await entry_of(core, "role.ended"))

    assert "You have no role" not in before
    assert "You have no role" in json.dumps(slack.homes[MIA])


async def test_whoever_never_opened_home_is_drawn_none_for_a_lost_role(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack
) -> None:
    event = await people.revoke(core, slack_id=ANNA, role=Role.AR_OPERATOR, reason="left", actor=SHELL)

    await bot.jobs()["redraw_home"](entry_id=await entry_of(core, event.kind))

    assert slack.called("views.publish") == []


async def test_many_changes_make_one_job(door: AtTheDoor, core: Core) -> None:
    await homes.opened(core, slack_id=ANNA)

    for _ in range(5):
        await homes.stir(core)

    assert await jobs_of(core, "publish_homes") == 1


async def test_what_is_told_stirs_the_homes(door: AtTheDoor, core: Core, bot: Bot) -> None:
    await homes.opened(core, slack_id=ANNA)

    await bot.jobs()["redraw_chat"]()

    assert await jobs_of(core, "publish_homes") == 1


async def test_a_conflict_is_overwritten_by_what_was_just_drawn(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    await homes.opened(core, slack_id=ANNA)
    await homes.published(core, slack_id=ANNA, content_hash="old", view_hash="1.old")
    clock.advance(minutes=1)
    await homes.opened(core, slack_id=ANNA)
    slack.fail("views.publish", Fault(error="hash_conflict"))

    shown = await drawn(bot, slack)

    assert "Your settings" in shown
    first, second = slack.called("views.publish")
    assert (first["hash"], second.get("hash")) == ("1.old", None)


async def test_an_account_that_slack_does_not_know_is_forgotten(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack
) -> None:
    await homes.opened(core, slack_id=ANNA)
    slack.fail("views.publish", Fault(error="user_not_found"))

    await drawn(bot, slack)

    assert await homes.of(core, slack_id=ANNA) is None


@pytest.mark.parametrize("error", ["not_enabled", "invalid_blocks", "missing_scope"])
async def test_a_refusal_is_logged_and_tried_at_the_next_change(
    door: AtTheDoor, core: Core, bot: Bot, slack: FakeSlack, error: str
) -> None:
    await homes.opened(core, slack_id=ANNA)
    slack.fail("views.publish", Fault(error=error))

    await drawn(bot, slack)

    home = await homes.of(core, slack_id=ANNA)
    assert home is not None
    assert home.content_hash == ""


@pytest.mark.parametrize("pile", ["mails", "questions", "plans", "credits", "write-offs", "forwardings", "disputes"])
async def test_every_list_of_home_can_be_looked_at(core: Core, staff: None, pile: str) -> None:
    shown = await in_words.press(core, Click(Action.HOME_LIST, ids.value(seen=pile), ANNA))

    assert shown.text


async def test_a_list_that_is_no_more_says_so(core: Core, staff: None) -> None:
    shown = await in_words.press(core, Click(Action.HOME_LIST, ids.value(seen="nothing"), ANNA))

    assert "not there any more" in shown.text


async def jobs_of(core: Core, name: str) -> int:
    """Return how many jobs of that name wait."""
    row = await core.database.row(
        "SELECT count(*) AS jobs FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", (name,)
    )
    assert row is not None
    return int(row["jobs"])


async def test_a_home_is_written_in_its_readers_language(core: Core, staff: None, bot: Bot, slack: FakeSlack) -> None:
    await an_invoice(core, days_past_due=40)
    await people.grant(core, slack_id=MIA, name="Mia", role=Role.AR_OPERATOR, reason="test", actor=SHELL)
    await in_words.say(core, "settings language de", slack_id=ANNA)
    for by in (ANNA, MIA):
        await homes.opened(core, slack_id=by)

    await bot.jobs()["publish_homes"]()

    anna, mia = (json.dumps(slack.homes[by], ensure_ascii=False) for by in (ANNA, MIA))
    assert "125,00 EUR, 40 Tage überfällig" in anna
    assert "*Die Arbeitsliste*: 1 Rechnung" in anna
    assert "40 days overdue" in mia
