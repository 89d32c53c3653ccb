"""Decided: a message whose button was for something that is decided by now shows who decided, whatever did."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.app import Bot
from bot.views import news
from domain.casework import claims
from domain.deliverability import inbound
from domain.kernel.actor import ANYTHING, SYSTEM, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.operations import standings, support
from domain.operations.support import Call
from domain.pay_links import strays
from domain.pay_links.provider_news import ProviderNotReady, ProviderReady, StrayMoneyFound
from domain.people import people
from domain.policies import policies
from domain.policies.values import Mode
from tests.bot.conftest import ANNA as ANNA_ID
from tests.bot.fake_slack import FakeSlack, Fault
from tests.bot.test_payments import a_stray
from tests.bot.test_telling import a_decline, happened
from tests.builders import an_invoice
from tests.domain.casework.test_conversations import written
from tests.domain.deliverability.mailings_made import a_mailing

ANNA = Actor(ActorKind.PERSON, "Anna <!channel>", ANYTHING)
CARLA = Actor(ActorKind.PERSON, "Carla", ANYTHING)

Decide = Callable[[], Awaitable[object]]


async def a_policy(core: Core) -> Decide:
    """Propose a policy."""
    proposed = await policies.set_mode(core, segment="everyone", mode=Mode.SHADOW, actor=ANNA)
    return lambda: policies.reject(core, version=proposed.version, reason="not yet", actor=CARLA)


async def a_call(core: Core) -> Decide:
    """Call for help."""
    asked = await support.ask(core, call=Call("Help"), actor=Actor(ActorKind.PAYER, "somebody", frozenset()))
    return lambda: support.close(core, support_id=asked.support_id, outcome="answered", actor=CARLA)


async def a_mail_of_a_person(core: Core) -> Decide:
    """Write a mail that needs eyes."""
    mail_id = await written(core, await a_mailing(core), "What is this about?")
    return lambda: inbound.seen(core, mail_id=str(mail_id), actor=CARLA)


async def money_of_nobody(core: Core) -> Decide:
    """Find money that fits nothing."""
    stray = await a_stray(core, about="nothing known")
    await happened(core, StrayMoneyFound(count=1, examples=("a payment",), **by(SYSTEM, core.clock.now())))
    return lambda: strays.dismiss(core, stray_id=stray, reason="not ours", actor=CARLA)


async def a_provider_in_trouble(core: Core) -> Decide:
    """Let payments need a look."""
    await happened(core, ProviderNotReady(problems=("no event arrives",), **by(SYSTEM, core.clock.now())))
    return lambda: happened(core, ProviderReady(**by(SYSTEM, core.clock.now())))


async def told_of_all(core: Core, bot: Bot) -> None:
    """Do the jobs of everything that happened."""
    for row in await core.database.rows("SELECT id FROM timeline_entry ORDER BY id"):
        await bot.jobs()["tell_operators"](entry_id=row["id"])


def with_buttons(slack: FakeSlack, action: str) -> list[dict[str, Any]]:
    """Return the messages that have such a button."""
    return [each for each in slack.messages if f'"{action}"' in json.dumps(each.get("blocks"))]


@pytest.mark.parametrize(
    ("make", "action", "said"),
    [
        (a_policy, "policy.show", "Rejected by Carla"),
        (a_call, "support.show", "Dealt with by Carla"),
        (a_mail_of_a_person, "mail.show", "Dealt with by Carla"),
        (money_of_nobody, "stray.list", "All booked or dismissed by Carla"),
        (a_provider_in_trouble, "payments.show", "Put right"),
    ],
)
async def test_who_decided_stands_in_the_place_of_the_button(
    core: Core, slack: FakeSlack, bot: Bot, make: Callable[[Core], Awaitable[Decide]], action: str, said: str
) -> None:
    decide = await make(core)
    for row in await core.database.rows("SELECT id, kind FROM timeline_entry ORDER BY id"):
        if row["kind"] in _TOLD:
            await bot.jobs()["tell_operators"](entry_id=row["id"])
    live = with_buttons(slack, action)
    await bot.jobs()["redraw_chat"]()
    untouched = with_buttons(slack, action)

    await decide()
    await bot.jobs()["redraw_chat"]()
    for row in await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'mail.seen'"):
        await bot.jobs()["redraw_case"](entry_id=row["id"])
    calls = len(slack.calls)
    await bot.jobs()["redraw_chat"]()

    assert live
    assert untouched == live
    assert with_buttons(slack, action) == []
    assert said in json.dumps(slack.messages)
    assert "<!channel>" not in json.dumps(slack.messages)
    assert len(slack.calls) == calls, "what is settled is not drawn again"


_TOLD = {"policy.proposed", "support.asked", "mail.arrived", "stray.found", "provider.not_ready"}


async def test_a_decision_calls_for_the_redrawing_at_once(core: Core, slack: FakeSlack, bot: Bot) -> None:
    close = await a_call(core)

    await close()

    jobs = await core.database.rows("SELECT task_name FROM procrastinate_jobs WHERE task_name = 'redraw_chat'")
    assert len(jobs) == 1


async def test_a_message_that_was_deleted_meanwhile_is_left_alone(core: Core, slack: FakeSlack, bot: Bot) -> None:
    close = await a_call(core)
    await told_of_all(core, bot)
    slack.messages.clear()

    await close()
    await bot.jobs()["redraw_chat"]()
    await bot.jobs()["redraw_chat"]()

    assert len(slack.called("chat.update")) == 1
    assert slack.messages == []


async def test_a_channel_that_is_closed_keeps_no_other_from_being_drawn(core: Core, slack: FakeSlack, bot: Bot) -> None:
    first, second = await a_call(core), await a_policy(core)
    await told_of_all(core, bot)
    await core.database.execute(
        "UPDATE chat_message SET channel = 'C0CLOSED', updated_at = updated_at - interval '1 hour'"
        " WHERE subject LIKE 'support:%%'"
    )
    await first()
    await second()
    slack.fail("chat.update", Fault(error="is_archived"))

    await bot.jobs()["redraw_chat"]()

    assert with_buttons(slack, "policy.show") == []
    waits = await core.database.rows("SELECT channel FROM chat_message WHERE subject IS NOT NULL AND NOT settled")
    assert [row["channel"] for row in waits] == ["C0CLOSED"]


async def test_hundreds_that_nobody_decides_keep_no_decided_one_waiting(core: Core, slack: FakeSlack, bot: Bot) -> None:
    await core.database.execute(
        "INSERT INTO chat_message (id, key, channel, ts, content_hash, subject, updated_at)"
        " SELECT gen_random_uuid(), 'old:' || n, 'C1', '1.' || n, '', 'support:' || gen_random_uuid(), %s"
        " FROM generate_series(1, 700) n",
        (core.clock.now() - timedelta(days=1),),
    )
    close = await a_call(core)
    await told_of_all(core, bot)

    await close()
    await bot.jobs()["redraw_chat"]()

    assert with_buttons(slack, "support.show") == []


def test_every_button_of_news_names_what_it_decides_and_somebody_reads_how_that_stands() -> None:
    without = [each.__name__ for each in news._BUTTONS if each not in news._SUBJECTS]

    assert without == []


async def test_every_kind_of_subject_is_read_by_sets(core: Core) -> None:
    empty = {"policy": "1", "support": _ID, "mail": _ID, "access": _ID, "erasure": _ID}

    found = await standings.of(core, [f"{kind}:{empty.get(kind, 'all')}" for kind in standings.READERS])

    assert len(found) == len(standings.READERS)


_ID = "00000000-0000-0000-0000-000000000001"


async def test_a_case_shows_who_has_it_in_hand_without_a_word_in_its_thread(
    core: Core, slack: FakeSlack, bot: Bot, staff: None
) -> None:
    invoice = await an_invoice(core)
    await bot.jobs()["tell_operators"](entry_id=await happened(core, a_decline(core, invoice)))
    lines = len(slack.messages)

    await claims.take(core, invoice_number=invoice.number, actor=await people.actor(core, slack_id=ANNA_ID))
    (row,) = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'case.claimed'")
    await bot.jobs()["redraw_case"](entry_id=row["id"])

    assert "In hand" in json.dumps(slack.in_channel()[0]["blocks"])
    assert len(slack.messages) == lines
