"""Incidents in Slack: one message each, its thread, its buttons, and what is told after Slack was away."""

import asyncio
import json

import pytest
import pytest_asyncio

from bot.app import Bot
from bot.asks import Click
from bot.audience import FULL
from bot.ids import Action
from bot.views import incidents as views
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import incident_lists, incident_watching, incidents
from domain.operations.incident_figures import Calls, Figures
from domain.outreach import gates, sending
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import VERA
from tests.bot.fake_slack import FakeSlack, Fault
from tests.bot.incident_views_made import an_incident, history
from tests.bot.test_channels import value_of
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder

CARL = "U0CARL"
WELL = Figures()
ILL = Figures(calls={"stripe": Calls(4, 6)})
DOWN = Figures(calls={"stripe": Calls(0, 9), "checkout": Calls(0, 4)})
HOSTILE = "<!channel> *down* <https://evil.example|click> anna@acme.example"


@pytest_asyncio.fixture(autouse=True)
async def controller(core: Core, staff: None) -> None:
    """Carl may operate the product."""
    await people.grant(core, slack_id=CARL, name="Carl", role=Role.CONTROLLER, reason="test", actor=SHELL)


async def _minutes(core: Core, clock: StandingClock, figures: Figures, minutes: int) -> None:
    for _ in range(minutes):
        await incident_watching.judge(core, figures)
        clock.advance(minutes=1)


async def _show(bot: Bot) -> None:
    await bot.jobs()["show_incidents"]()


async def test_one_message_is_kept_current_from_its_beginning_to_its_end(
    core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    await _minutes(core, clock, ILL, 6)
    await _show(bot)
    opened = json.dumps(slack.in_channel()[-1])
    await _minutes(core, clock, DOWN, 4)
    await _show(bot)
    worse = json.dumps(slack.in_channel()[0])
    await _minutes(core, clock, WELL, 20)
    await _show(bot)

    (message,) = slack.in_channel()
    thread = slack.in_thread(str(message["ts"]))
    assert "P2 degraded" in opened
    assert "P1 payments blocked" in worse
    assert "Mail that asks to pay waits" in worse
    assert "is over" in str(message["text"])
    assert [bool(each.get("reply_broadcast")) for each in thread] == [True, False]


async def test_a_burst_of_changes_is_one_change(core: Core, bot: Bot, slack: FakeSlack) -> None:
    await incidents.open_by_hand(core, severity="P2", title="receipts look wrong", actor=SHELL)
    for each in range(5):
        await incidents.note(core, number=1, text=f"step {each}", actor=SHELL)

    await _show(bot)
    await _show(bot)

    (message,) = slack.in_channel()
    (lines,) = slack.in_thread(str(message["ts"]))
    assert len(slack.called("chat.postMessage")) == 2
    assert all(f"step {each}" in json.dumps(lines) for each in range(5))


async def test_it_is_opened_taken_noted_rated_and_ended_by_words_and_buttons(
    core: Core, bot: Bot, slack: FakeSlack
) -> None:
    await in_words.say(core, 'incident P1 "checkout is down"', slack_id=CARL)
    await _show(bot)
    message = slack.in_channel()[0]
    taken = await in_words.press(core, Click(Action.TAKE_INCIDENT, value_of(message, Action.TAKE_INCIDENT), CARL))
    twice = await in_words.press(core, Click(Action.TAKE_INCIDENT, value_of(message, Action.TAKE_INCIDENT), CARL))
    form = await in_words.form(core, Click(Action.NOTE_INCIDENT, value_of(message, Action.NOTE_INCIDENT), CARL))
    await in_words.submit(core, form, {"note": "the key was rolled"}, slack_id=CARL)
    rate = await in_words.form(core, Click(Action.RATE_INCIDENT, value_of(message, Action.RATE_INCIDENT), CARL))
    await in_words.submit(
        core, rate, {"severity": {"selected_option": {"value": "P3"}}, "reason": "one customer"}, slack_id=CARL
    )
    worse = await in_words.say(core, "incident worse 1 many customers", slack_id=CARL)
    end = await in_words.form(core, Click(Action.END_INCIDENT, value_of(message, Action.END_INCIDENT), CARL))
    over = await in_words.submit(core, end, {"reason": "the new key works"}, slack_id=CARL)
    shown = await in_words.say(core, "incident show 1", slack_id=VERA)
    late = await in_words.press(core, Click(Action.TAKE_INCIDENT, value_of(message, Action.TAKE_INCIDENT), CARL))

    assert "Carl has taken incident 1" in taken.text
    assert "in your hands already" in twice.text
    assert "P2 instead of P3" in worse.text
    assert "Incident 1 is over" in over.text
    assert "the key was rolled" in json.dumps(shown.blocks)
    assert "is over" in late.text
    assert await gates.closed(core) == ()


async def test_who_may_only_look_changes_nothing(core: Core, bot: Bot, slack: FakeSlack) -> None:
    await incidents.open_by_hand(core, severity="P1", title="checkout is down", actor=SHELL)
    await _show(bot)
    value = value_of(slack.in_channel()[0], Action.TAKE_INCIDENT)

    answers = [
        await in_words.say(core, 'incident P1 "checkout is away"', slack_id=VERA),
        await in_words.say(core, "incident over 1 it is fine", slack_id=VERA),
        await in_words.press(core, Click(Action.TAKE_INCIDENT, value, VERA)),
    ]

    (found,) = await incident_lists.open_now(core)
    assert all("right to operate" in each.text for each in answers)
    assert (found.owner, found.over) == (None, False)


async def test_nobody_having_taken_it_calls_those_who_may(
    core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    await _minutes(core, clock, DOWN, 6)
    await _show(bot)
    await _minutes(core, clock, DOWN, 11)
    await _show(bot)

    (line,) = slack.in_thread(str(slack.in_channel()[0]["ts"]))
    assert f"<@{CARL}>" in json.dumps(line)
    assert not line.get("reply_broadcast")


async def test_what_came_and_went_while_slack_was_away_is_one_message(
    core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    slack.fail("chat.postMessage", Fault(status=503))
    await incidents.open_by_hand(core, severity="P2", title="receipts look wrong", actor=SHELL)
    with pytest.raises(TryLater):
        await _show(bot)
    await incidents.end(core, number=1, reason="they are right", actor=SHELL)
    await incidents.open_by_hand(core, severity="P3", title="the logo is missing", actor=SHELL)
    await incidents.end(core, number=2, reason="it is there", actor=SHELL)
    await incidents.open_by_hand(core, severity="P2", title="links do not work", actor=SHELL)
    clock.advance(minutes=20)

    await _show(bot)
    await _show(bot)

    texts = [str(each["text"]) for each in slack.in_channel()]
    assert texts[0].startswith("2 incidents came and went")
    assert "links do not work" in texts[1]
    assert len(texts) == 2


async def test_a_process_that_dies_before_slack_answers_posts_no_second_message(
    core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    slack.fail("chat.postMessage", Fault(silent=True))
    await incidents.open_by_hand(core, severity="P2", title="receipts look wrong", actor=SHELL)
    with pytest.raises(TryLater):
        await _show(bot)
    clock.advance(minutes=1)

    await _show(bot)

    assert len(slack.in_channel()) == 1


async def test_what_slack_refuses_stands_there_when_a_person_has_put_it_right(
    core: Core, bot: Bot, slack: FakeSlack
) -> None:
    slack.fail("chat.postMessage", Fault(error="not_in_channel"))
    await incidents.open_by_hand(core, severity="P2", title="receipts look wrong", actor=SHELL)
    await _show(bot)
    waits = await incident_lists.unshown(core)

    await _show(bot)

    assert len(waits) == 1
    assert len(slack.in_channel()) == 1
    assert await incident_lists.unshown(core) == ()


async def test_a_hostile_note_is_shown_and_not_obeyed(core: Core, bot: Bot, slack: FakeSlack) -> None:
    await incidents.open_by_hand(core, severity="P2", title=HOSTILE, actor=SHELL)
    await incidents.note(core, number=1, text=HOSTILE * 40, actor=SHELL)

    await _show(bot)

    told = json.dumps(slack.messages)
    assert "<!channel>" not in told
    assert "<https://evil.example" not in told
    assert "anna@acme.example" not in told


async def test_mail_that_asks_to_pay_waits_and_leaves_with_the_end(core: Core) -> None:
    mailing = await a_reminder(core)
    await in_words.say(core, 'incident P1 "checkout is down"', slack_id=CARL)
    held = await sending.begin(core, mailing_id=mailing.id)
    during = (await incident_lists.open_now(core))[0]

    await in_words.say(core, "incident over 1 it works again", slack_id=CARL)

    row = await core.database.row("SELECT not_before, waits FROM mailing WHERE id = %s", (mailing.id,))
    assert held is None
    assert (during.held_mails, len(during.held_sums)) == (1, 1)
    assert row is not None
    assert row["not_before"] <= core.clock.now()


async def test_two_who_judge_at_once_open_one_incident(core: Core, clock: StandingClock) -> None:
    await _minutes(core, clock, ILL, 5)

    await asyncio.gather(*(incident_watching.judge(core, ILL) for _ in range(4)))

    assert [each.number for each in await incident_lists.listed(core)] == [1]


def test_the_runbook_is_a_link_where_the_docs_have_an_address() -> None:
    shown = views.living(an_incident("Acme"), docs="https://docs.example/plixo/")

    assert "<https://docs.example/plixo/runbooks/#stripe|Runbook>" in json.dumps(shown.blocks)


def test_of_many_times_that_nobody_had_taken_it_the_last_is_told() -> None:
    entries = [*history("Acme"), *history("Acme")]

    told = views.worth_telling(entries)

    assert len(told) == len(entries) - 1
    assert "U0CARL" in json.dumps(views.in_thread(told, FULL, mentions=("U0CARL",)).blocks)
