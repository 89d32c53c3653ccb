"""Delivery over HTTP to the sandbox's Slack, with each thing that can go wrong there provoked on its page."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot import app as bot_app
from bot import blocks
from bot.app import Bot
from bot.audience import Draw
from bot.blocks import Message
from bot.missed import COLLAPSE_FROM
from domain.commitments import disputes
from domain.commitments.objections import Filing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.money import Money
from domain.operations import chat_channels, chat_messages, chat_troubles, noise
from domain.operations.chat_channels import ChannelClass
from domain.people import people
from domain.people.roles import Role
from sandbox.app import Sandbox
from sandbox.settings import SandboxSettings
from sandbox.slack_faults import Fault
from tests.bot.test_telling import a_decline, a_quarantine, a_suppression, happened
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock

TOKEN = "xoxb-delivery"
CHANNEL, DISPUTES = "C0RECEIVABLES", "C0DISPUTES"

Tell = Callable[[int], Any]


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox with two channels; nobody listens to what it sends."""
    sandbox = Sandbox(
        SandboxSettings(
            state_folder=tmp_path, port=0, product_url="http://127.0.0.1:9", slack_bot_token=TOKEN,
            slack_signing_secret="s", stripe_api_key="rk_test_x", stripe_webhook_secret="whsec_x",
        )
    )  # fmt: skip
    await sandbox.start()
    sandbox.slack.workspace.open_rooms({DISPUTES: "disputes"})
    yield sandbox
    await sandbox.stop()


@pytest_asyncio.fixture
async def bot(core: Core, town: Sandbox) -> AsyncIterator[Bot]:
    """The bot, with that sandbox as its Slack."""
    built = bot_app.build(
        core, bot_token=TOKEN, signing_secret=None, channel=CHANNEL, api_url=town.slack_api_url, seconds_a_post=0
    )
    yield built
    await built.close()


@pytest.fixture
def tell(bot: Bot) -> Tell:
    """The job."""
    return lambda entry_id: bot.jobs()["tell_operators"](entry_id=entry_id)


async def by_hand(town: Sandbox, path: str, **fields: Any) -> None:
    """Fill in a form of the page on which Slack is made to fail."""
    async with aiohttp.ClientSession() as session:
        form = aiohttp.FormData()
        for name, value in fields.items():
            for each in value if isinstance(value, tuple) else (value,):
                form.add_field(name, str(each))
        async with session.post(f"{town.url}/slack-trouble/{path}", data=form, allow_redirects=False) as answer:
            assert answer.status == 303


async def fail(town: Sandbox, fault: Fault, *, method: str = "chat.postMessage", **how: int) -> None:
    """Let the next calls of a method go wrong."""
    await by_hand(town, "fault", fault=fault.value, method=method, **how)


def told(town: Sandbox, channel: str = CHANNEL) -> list[dict[str, Any]]:
    """Return what stands in a channel, the oldest first."""
    return list(reversed(town.slack.workspace.messages(channel)))


def tops(town: Sandbox, channel: str = CHANNEL) -> list[dict[str, Any]]:
    """Return what stands in the channel itself."""
    return [each for each in told(town, channel) if each.get("thread_ts", each["ts"]) == each["ts"]]


# Pauses and outages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "seconds", "posted"),
    [
        (Fault.RATE_LIMITED, 7, 0),
        (Fault.UNAVAILABLE, 15, 0),
        (Fault.INTERNAL, 15, 0),
        (Fault.PAGE, 15, 0),
        (Fault.LOST, 15, 1),
        (Fault.HALF, 15, 1),
    ],
)
async def test_a_busy_or_broken_slack_is_asked_again_later_and_nothing_comes_twice(
    core: Core, town: Sandbox, tell: Tell, clock: StandingClock, fault: Fault, seconds: int, posted: int
) -> None:
    entry = await happened(core, a_quarantine(core))
    await fail(town, fault, retry_after=7)

    with pytest.raises(TryLater) as later:
        await tell(entry)
    before = len(told(town))
    clock.advance(seconds=seconds)
    await tell(entry)

    assert later.value.delay == timedelta(seconds=seconds)
    assert (before, len(told(town))) == (posted, 1)


async def test_while_slack_wants_a_pause_nobody_else_calls_it(
    core: Core, town: Sandbox, tell: Tell, clock: StandingClock
) -> None:
    first, second = await happened(core, a_quarantine(core, "1")), await happened(core, a_quarantine(core, "2"))
    await fail(town, Fault.UNAVAILABLE)
    with pytest.raises(TryLater):
        await tell(first)

    with pytest.raises(TryLater):
        await tell(second)
    clock.advance(seconds=15)
    await tell(second)
    await tell(first)

    assert len(told(town)) == 2


async def test_an_outage_is_a_state_that_ends_with_the_first_message(
    core: Core, town: Sandbox, tell: Tell, clock: StandingClock
) -> None:
    entry = await happened(core, a_quarantine(core))
    await by_hand(town, "state", down="on")
    with pytest.raises(TryLater):
        await tell(entry)
    (trouble,) = await chat_troubles.listed(core)
    await by_hand(town, "clear")
    clock.advance(seconds=15)

    await tell(entry)

    assert (trouble.is_whole, trouble.code) == (True, chat_troubles.AWAY)
    assert await chat_troubles.listed(core) == ()


# Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "state", "code", "whole"),
    [
        ("channel", {"is_private": "on", "is_member": "on", "is_archived": "on"}, "is_archived", False),
        ("channel", {}, "not_in_channel", False),
        ("channel", {"is_private": "on"}, "channel_not_found", False),
        (
            "channel",
            {"is_private": "on", "is_member": "on", "is_read_only": "on"},
            "restricted_action_read_only_channel",
            False,
        ),
        ("state", {"token": "token_revoked"}, "token_revoked", True),
        ("state", {"token": "account_inactive"}, "account_inactive", True),
        ("state", {"scope": ("groups:read", "groups:history")}, "missing_scope", True),
    ],
)
async def test_a_refusal_is_a_state_and_what_it_kept_back_is_told_once_it_is_over(
    core: Core, town: Sandbox, bot: Bot, tell: Tell, path: str, state: dict[str, Any], code: str, whole: bool
) -> None:
    first, second = await happened(core, a_quarantine(core, "1")), await happened(core, a_quarantine(core, "2"))
    await by_hand(town, path, **({"channel": CHANNEL} if path == "channel" else {}), **state)

    await tell(first)
    await tell(second)
    (trouble,) = await chat_troubles.listed(core)
    while_refused = len(told(town))
    if path == "channel":
        await by_hand(town, "channel", channel=CHANNEL, is_private="on", is_member="on")
    await by_hand(town, "clear")
    await bot.jobs()["watch_chat"]()

    assert (trouble.code, trouble.is_whole, while_refused) == (code, whole, 0)
    assert len(told(town)) == 2
    assert await chat_troubles.listed(core) == ()


async def test_the_removal_of_the_app_is_known_before_anything_is_posted(core: Core, bot: Bot) -> None:
    await bot._event({"event": {"type": "app_uninstalled"}})

    (trouble,) = await chat_troubles.listed(core)

    assert (trouble.code, trouble.is_whole) == ("app_uninstalled", True)


@pytest.mark.parametrize("fault", [Fault.CANNOT_UPDATE, Fault.NOT_FOUND])
async def test_a_case_that_cannot_be_changed_is_posted_anew(
    core: Core, town: Sandbox, tell: Tell, fault: Fault
) -> None:
    invoice = await an_invoice(core)
    await tell(await happened(core, a_decline(core, invoice)))
    await fail(town, fault, method="chat.update")

    await tell(await happened(core, a_suppression(core, invoice)))

    assert len([each for each in tops(town) if each["text"].startswith("INV-1042, ")]) == 2


async def test_a_thread_that_is_gone_and_a_channel_that_may_not_be_posted_in(
    core: Core, town: Sandbox, tell: Tell
) -> None:
    invoice = await an_invoice(core)
    await tell(await happened(core, a_decline(core, invoice)))
    await fail(town, Fault.THREAD_GONE)
    await tell(await happened(core, a_suppression(core, invoice)))
    await fail(town, Fault.RESTRICTED)
    await tell(await happened(core, a_quarantine(core, "1")))
    (trouble,) = await chat_troubles.listed(core)
    await tell(await happened(core, a_quarantine(core, "2")))

    assert (trouble.code, trouble.is_whole) == ("restricted_action", False)
    shown = str(told(town))
    assert all(each in shown for each in ("INV-1042, ", "is suppressed", "quarantine"))
    assert await chat_troubles.listed(core) == ()


@pytest.mark.parametrize("fault", [Fault.INVALID_BLOCKS, Fault.BLOCKS_TOO_LONG, Fault.TOO_LONG])
async def test_what_slack_finds_too_much_goes_in_plainer_words(
    core: Core, town: Sandbox, tell: Tell, fault: Fault
) -> None:
    await fail(town, fault)

    await tell(await happened(core, a_quarantine(core)))

    (message,) = told(town)
    assert "quarantine" in message["text"]
    assert "blocks" not in message


# An hour without Slack ----------------------------------------------------------------------------


async def test_after_an_hour_without_slack_what_is_stale_is_one_message_with_counts_and_the_foremost(
    core: Core, town: Sandbox, bot: Bot, tell: Tell, clock: StandingClock
) -> None:
    known = await an_invoice(core, "INV-KNOWN", email="known@acme.example")
    await tell(await happened(core, a_decline(core, known)))
    before = len(told(town))
    await by_hand(town, "state", down="on")
    account = await an_account(core, "Acme")
    entries = []
    for number in range(60):
        invoice = await an_invoice(core, f"INV-{number}", account=account, email="")
        entries.append(await happened(core, a_suppression(core, invoice)))
    entries += [await happened(core, a_quarantine(core, f"reason {number}")) for number in range(40)]
    entries.append(await happened(core, a_suppression(core, known)))
    with pytest.raises(TryLater):
        await tell(entries[0])
    clock.advance(hours=1)
    await by_hand(town, "clear")

    for entry in entries:
        await tell(entry)
    await bot.jobs()["watch_chat"]()

    new = told(town)[before:]
    (summary,) = [each for each in new if "things happened while nothing could be told" in each["text"]]
    assert summary["text"].startswith("101 things")
    assert "address suppressed" in json.dumps(summary["blocks"])
    assert [each["accessory"]["action_id"] for each in summary["blocks"] if "accessory" in each] == (
        ["invoice.show"] * 10
    )
    (line,) = [each for each in new if each is not summary]
    assert line["thread_ts"] == tops(town)[0]["ts"], "what has a case stands in its thread, without a sound"
    assert line.get("subtype") != "thread_broadcast"
    assert await core.database.rows("SELECT 1 FROM chat_message WHERE ts IS NULL AND key LIKE 'entry:%%'", ()) == []


async def test_a_short_silence_is_made_up_for_line_by_line(
    core: Core, town: Sandbox, tell: Tell, clock: StandingClock
) -> None:
    entries = [await happened(core, a_quarantine(core, f"{number}")) for number in range(COLLAPSE_FROM + 2)]
    await fail(town, Fault.UNAVAILABLE)
    with pytest.raises(TryLater):
        await tell(entries[0])
    clock.advance(seconds=15)

    for entry in entries:
        await tell(entry)

    assert len(told(town)) == len(entries)


# Who reads along ----------------------------------------------------------------------------------


async def test_in_a_public_channel_no_name_no_address_and_no_exact_sum_is_posted(
    core: Core, town: Sandbox, tell: Tell
) -> None:
    await by_hand(town, "channel", channel=CHANNEL, is_member="on")
    account = await an_account(core, "Globex <!channel> Holdings")
    invoice = await an_invoice(core, account=account, amount=Money(1_234_567, "EUR"), email="eve@globex.example")

    await tell(await happened(core, a_suppression(core, invoice)))
    await tell(await happened(core, a_quarantine(core, "Globex wrote 12,345.67")))

    said = json.dumps(told(town), ensure_ascii=False)
    assert "Globex" not in said
    assert "Holdings" not in said
    assert "globex.example" not in said
    assert "12,345.67" not in said
    assert "about 12.000 EUR" in said
    assert said.count("details.reveal") == 2


async def test_a_channel_shared_with_another_company_gets_nothing_and_a_controller_hears_it_once(
    core: Core, town: Sandbox, bot: Bot, tell: Tell
) -> None:
    await people.grant(core, slack_id="U0CARLA", name="Carla", role=Role.CONTROLLER, reason="x", actor=SHELL)
    await by_hand(town, "channel", channel=CHANNEL, is_private="on", is_member="on", is_ext_shared="on")

    await tell(await happened(core, a_quarantine(core)))
    await bot.jobs()["watch_chat"]()
    await bot.jobs()["watch_chat"]()

    (message,) = told(town, "D0CARLA")
    assert told(town) == []
    assert "another company" in message["text"]
    assert [(each.place, each.code) for each in await chat_troubles.listed(core)] == [(CHANNEL, "external_channel")]


async def test_an_invitation_to_another_company_counts_as_shared(core: Core, town: Sandbox, tell: Tell) -> None:
    await by_hand(town, "channel", channel=CHANNEL, is_member="on", is_pending_ext_shared="on")

    await tell(await happened(core, a_quarantine(core)))

    assert told(town) == []


async def test_what_happens_to_a_channel_is_looked_at_before_the_next_message(
    core: Core, town: Sandbox, bot: Bot, tell: Tell
) -> None:
    await tell(await happened(core, a_quarantine(core)))
    await by_hand(town, "channel", channel=CHANNEL, is_private="on", is_member="on", is_ext_shared="on")

    await bot._event({"event": {"type": "channel_shared", "channel": CHANNEL}})
    await tell(await happened(core, a_quarantine(core, "second")))

    assert len(told(town)) == 1
    known = await chat_channels.known(core, channel=CHANNEL)
    assert known is not None
    assert known.channel_class is ChannelClass.EXTERNAL


async def test_a_channel_that_slack_does_not_describe_counts_as_public(core: Core, town: Sandbox, tell: Tell) -> None:
    town.slack.api.refuse("conversations.info", "missing_scope", times=9)

    await tell(await happened(core, a_suppression(core, await an_invoice(core))))

    assert "Customer of" not in json.dumps(told(town))
    assert "details.reveal" in json.dumps(told(town))


# Channels of their own, and persons ---------------------------------------------------------------


async def test_a_person_can_be_written_to_and_the_message_is_kept_current(core: Core, town: Sandbox, bot: Bot) -> None:
    def drawn(text: str) -> Draw:
        return lambda _: Message(text=text, blocks=(blocks.section(text),))

    for text in ("the first word", "the second word"):
        await bot.delivery.poster.to_person(drawn(text), slack_id="U0ANNA", key="hello")

    (message,) = told(town, "D0ANNA")

    assert message["text"] == "the second word"
    assert told(town) == []


async def test_disputes_and_approvals_go_to_channels_of_their_own_if_there_are_such(core: Core, town: Sandbox) -> None:
    split = bot_app.build(
        core, bot_token=TOKEN, signing_secret=None, channel=CHANNEL, api_url=town.slack_api_url, seconds_a_post=0,
        disputes_channel=DISPUTES,
    )  # fmt: skip
    tell, invoice = split.jobs()["tell_operators"], await an_invoice(core)
    await tell(entry_id=await happened(core, a_decline(core, invoice)))
    filed = await disputes.file(
        core, invoice_number=invoice.number, filing=Filing("duplicate", "This was billed twice."), actor=SHELL
    )

    for row in await core.database.rows("SELECT id FROM timeline_entry WHERE kind LIKE 'dispute.%%' ORDER BY id", ()):
        await tell(entry_id=row["id"])
    await split.close()

    (case,), (own,) = tops(town), tops(town, DISPUTES)
    assert filed.kind == "dispute.filed"
    assert len(told(town)) == 2, "the channel for everything hears of the decline only"
    assert "dispute.show" in json.dumps(case["blocks"]), "yet its case shows the dispute"
    assert "dispute.show" in json.dumps(own["blocks"])


# Noise --------------------------------------------------------------------------------------------


async def test_above_the_hours_budget_one_line_counts_the_rest_and_alarms_pass(
    core: Core, town: Sandbox, tell: Tell
) -> None:
    budget = core.limits.chat_budget
    for number in range(budget + 7):
        await tell(await happened(core, a_quarantine(core, f"{number}")))

    await tell(await happened(core, a_suppression(core, await an_invoice(core))))

    assert len(tops(town)) == budget + 2
    assert "7 more, see" in tops(town)[budget]["text"]
    assert "suppressed" in json.dumps(told(town)[-1])


async def test_less_of_this_here_is_offered_on_what_is_no_alarm_and_holds(
    core: Core, town: Sandbox, tell: Tell
) -> None:
    await tell(await happened(core, a_quarantine(core)))
    (message,) = told(town)

    await noise.mute(core, channel=CHANNEL, kind="mail.quarantined", actor=SHELL)
    await tell(await happened(core, a_quarantine(core, "second")))

    assert "noise.less" in json.dumps(message)
    _, line = told(town)
    assert "1 more, see" in line["text"]
    assert "noise.less" not in json.dumps(line)


# Many things at once ------------------------------------------------------------------------------


async def test_what_happens_to_a_case_within_seconds_is_one_change(
    core: Core, town: Sandbox, clock: StandingClock
) -> None:
    patient = bot_app.build(
        core, bot_token=TOKEN, signing_secret=None, channel=CHANNEL, api_url=town.slack_api_url, seconds_a_post=0,
        seconds_an_update=3,
    )  # fmt: skip
    tell = patient.jobs()["tell_operators"]
    invoice = await an_invoice(core)
    await tell(entry_id=await happened(core, a_decline(core, invoice)))
    entries = []
    for number in range(5):
        clock.advance(seconds=0.2)
        entries.append(await happened(core, a_decline(core, invoice, code=f"reason {number}")))
        with pytest.raises(TryLater):
            await tell(entry_id=entries[-1])
    clock.advance(seconds=3)

    for entry in entries:
        await tell(entry_id=entry)
    await patient.close()

    assert len(told(town)) == 3, "the case, its first line, and one line for all five"
    assert await chat_messages.unsent_entries(core, limit=10) == ()
