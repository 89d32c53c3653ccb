"""Slack's own SDK against the stand-in's Web API."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.app import Sandbox
from tests.sandbox.conftest import TOKEN

CHANNEL = "C0RECEIVABLES"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*INV-1* is due"}}
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "promise.save",
    "title": {"type": "plain_text", "text": "Log a promise"},
    "submit": {"type": "plain_text", "text": "Save"},
    "private_metadata": "v1:INV-1",
    "blocks": [
        {
            "type": "input",
            "block_id": "amount",
            "label": {"type": "plain_text", "text": "Amount"},
            "element": {"type": "plain_text_input", "action_id": "amount"},
        }
    ],
}


def error(refused: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(refused.value.response["error"])


async def test_the_token_is_checked(sandbox: Sandbox) -> None:
    stranger = AsyncWebClient(token="xoxb-somebody-else", base_url=sandbox.slack_api_url)
    nobody = AsyncWebClient(base_url=sandbox.slack_api_url)

    with pytest.raises(SlackApiError) as refused:
        await stranger.auth_test()
    with pytest.raises(SlackApiError) as missing:
        await nobody.auth_test()

    assert (error(refused), error(missing)) == ("invalid_auth", "not_authed")


async def test_the_bot_learns_who_it_is(slack: AsyncWebClient) -> None:
    me = await slack.auth_test()

    assert (me["team_id"], me["user_id"], me["bot_id"]) == ("T0NORTHWIND", "U0PLIXO", "B0PLIXO")


async def test_a_message_can_be_changed_and_removed(slack: AsyncWebClient) -> None:
    posted = await slack.chat_postMessage(channel=CHANNEL, text="due", blocks=[SECTION])

    await slack.chat_update(channel=CHANNEL, ts=posted["ts"], text="paid", blocks=[SECTION])
    changed = (await slack.conversations_history(channel=CHANNEL))["messages"][0]
    await slack.chat_delete(channel=CHANNEL, ts=posted["ts"])

    assert (changed["text"], changed["ts"], "edited" in changed) == ("paid", posted["ts"], True)
    assert (await slack.conversations_history(channel=CHANNEL))["messages"] == []


async def test_no_two_messages_have_one_time_stamp(slack: AsyncWebClient) -> None:
    posted = await asyncio.gather(*(slack.chat_postMessage(channel=CHANNEL, text=str(n)) for n in range(20)))

    assert len({message["ts"] for message in posted}) == 20


async def test_metadata_is_told_to_whoever_asks_for_it(slack: AsyncWebClient) -> None:
    metadata = {"event_type": "case", "event_payload": {"key": "INV-1"}}
    await slack.chat_postMessage(channel=CHANNEL, text="due", metadata=metadata)

    plain = await slack.conversations_history(channel=CHANNEL)
    full = await slack.conversations_history(channel=CHANNEL, include_all_metadata=True)

    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


async def test_a_thread_is_read_from_its_parent(slack: AsyncWebClient) -> None:
    parent = await slack.chat_postMessage(channel=CHANNEL, text="case")
    for text in ("mailed", "opened"):
        await slack.chat_postMessage(channel=CHANNEL, text=text, thread_ts=parent["ts"])

    thread = await slack.conversations_replies(channel=CHANNEL, ts=parent["ts"])
    history = await slack.conversations_history(channel=CHANNEL)

    assert [each["text"] for each in thread["messages"]] == ["case", "mailed", "opened"]
    assert [each["text"] for each in history["messages"]] == ["case"]
    assert history["messages"][0]["reply_count"] == 2


async def test_history_is_read_in_pages(slack: AsyncWebClient) -> None:
    for number in range(5):
        await slack.chat_postMessage(channel=CHANNEL, text=str(number))

    texts = [
        message["text"]
        async for page in await slack.conversations_history(channel=CHANNEL, limit=2)
        for message in page["messages"]
    ]

    assert texts == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": CHANNEL}, "no_text"),
        ({"channel": CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": CHANNEL, "text": "x", "blocks": [{"type": "pie"}]}, "invalid_blocks"),
        ({"channel": CHANNEL, "text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"channel": CHANNEL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": CHANNEL, "text": "x", "metadata": {"event_type": ""}}, "invalid_metadata_format"),
        (
            {
                "channel": CHANNEL,
                "text": "x",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 2900}}] * 5,
            },
            "msg_blocks_too_long",
        ),
    ],
)
async def test_what_slack_would_refuse_is_refused(slack: AsyncWebClient, call: dict[str, Any], expected: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await slack.chat_postMessage(**call)

    assert error(refused) == expected


async def test_invalid_blocks_are_told_with_their_place(slack: AsyncWebClient) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}

    with pytest.raises(SlackApiError) as refused:
        await slack.chat_postMessage(channel=CHANNEL, text="x", blocks=[SECTION, long])

    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]


async def test_a_person_is_found_by_id_and_address(slack: AsyncWebClient) -> None:
    by_id = await slack.users_info(user="U0ANNA", include_locale=True)
    by_address = await slack.users_lookupByEmail(email=by_id["user"]["profile"]["email"])

    assert by_address["user"]["id"] == "U0ANNA"
    assert by_id["user"]["tz"] == "Europe/Berlin"


async def test_a_direct_message_goes_to_one_person(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    channel = (await slack.conversations_open(users="U0VIKTOR"))["channel"]["id"]

    await slack.chat_postMessage(channel=channel, text="for you")

    assert [each["text"] for each in sandbox.slack.workspace.messages("D0VIKTOR")] == ["for you"]


async def test_only_a_member_can_be_whispered_to(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    await slack.chat_postEphemeral(channel=CHANNEL, user="U0ANNA", text="psst")

    with pytest.raises(SlackApiError) as refused:
        await slack.chat_postEphemeral(channel=CHANNEL, user="U0NOBODY", text="psst")

    assert error(refused) == "user_not_in_channel"
    assert [each["text"] for each in sandbox.slack.workspace.whispers(CHANNEL, "U0ANNA")] == ["psst"]
    assert (await slack.conversations_history(channel=CHANNEL))["messages"] == []


async def test_a_trigger_opens_one_view_within_three_seconds(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    trigger = sandbox.slack.workspace.new_trigger("U0ANNA")

    opened = await slack.views_open(trigger_id=trigger, view=MODAL)
    with pytest.raises(SlackApiError) as used:
        await slack.views_open(trigger_id=trigger, view=MODAL)
    late = sandbox.slack.workspace.new_trigger("U0ANNA")
    await asyncio.sleep(3.1)
    with pytest.raises(SlackApiError) as expired:
        await slack.views_open(trigger_id=late, view=MODAL)

    assert opened["view"]["id"].startswith("V")
    assert (error(used), error(expired)) == ("exchanged_trigger_id", "expired_trigger_id")


async def test_views_are_pushed_three_deep(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    new = sandbox.slack.workspace.new_trigger
    await slack.views_open(trigger_id=new("U0ANNA"), view=MODAL)
    for _ in range(2):
        await slack.views_push(trigger_id=new("U0ANNA"), view=MODAL)

    with pytest.raises(SlackApiError) as refused:
        await slack.views_push(trigger_id=new("U0ANNA"), view=MODAL)

    assert error(refused) == "push_limit_reached"


async def test_a_view_is_updated_only_from_what_was_seen(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    opened = await slack.views_open(trigger_id=sandbox.slack.workspace.new_trigger("U0ANNA"), view=MODAL)
    view_id, seen = opened["view"]["id"], opened["view"]["hash"]

    await slack.views_update(view_id=view_id, hash=seen, view=MODAL)
    with pytest.raises(SlackApiError) as refused:
        await slack.views_update(view_id=view_id, hash=seen, view=MODAL)

    assert error(refused) == "hash_conflict"


async def test_a_home_is_published_for_one_person(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    await slack.views_publish(user_id="U0ANNA", view={"type": "home", "blocks": [SECTION]})

    assert sandbox.store.get("slack.home", "U0VIKTOR") is None
    home = sandbox.store.get("slack.home", "U0ANNA")
    assert home is not None
    assert home["blocks"][0]["text"] == SECTION["text"]


async def test_a_file_is_uploaded_and_shared(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    await slack.files_upload_v2(
        channel=CHANNEL, filename="rejects.csv", content="Line,Code\n2,E1\n", initial_comment="Two rows wait"
    )

    message = (await slack.conversations_history(channel=CHANNEL))["messages"][0]
    assert message["text"] == "Two rows wait"
    assert message["files"][0]["name"] == "rejects.csv"
    assert sandbox.store.get("slack.content", message["files"][0]["id"]) == {"latin1": "Line,Code\n2,E1\n"}


async def test_a_pin_is_set_once(slack: AsyncWebClient) -> None:
    posted = await slack.chat_postMessage(channel=CHANNEL, text="readiness")

    await slack.pins_add(channel=CHANNEL, timestamp=posted["ts"])
    with pytest.raises(SlackApiError) as refused:
        await slack.pins_add(channel=CHANNEL, timestamp=posted["ts"])

    assert error(refused) == "already_pinned"
    assert (await slack.pins_list(channel=CHANNEL))["items"][0]["message"]["text"] == "readiness"


async def test_socket_mode_and_unknown_methods_are_refused(slack: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as sockets:
        await slack.apps_connections_open(app_token=TOKEN)
    with pytest.raises(SlackApiError) as unknown:
        await slack.admin_teams_list()

    assert (error(sockets), error(unknown)) == ("not_allowed_token_type", "unknown_method")


async def test_a_planned_refusal_comes_as_often_as_planned(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    sandbox.slack.api.refuse("chat.postMessage", "ratelimited", status=429, retry_after=7)

    with pytest.raises(SlackApiError) as refused:
        await slack.chat_postMessage(channel=CHANNEL, text="x")

    assert (error(refused), refused.value.response.headers["Retry-After"]) == ("ratelimited", "7")
    assert (await slack.chat_postMessage(channel=CHANNEL, text="x"))["ok"]


async def test_everything_is_there_after_a_restart(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    posted = await slack.chat_postMessage(channel=CHANNEL, text="case")
    await sandbox.stop()

    again = Sandbox(sandbox.settings)
    await again.start()
    other = AsyncWebClient(token=TOKEN, base_url=again.slack_api_url)
    later = await other.chat_postMessage(channel=CHANNEL, text="mailed", thread_ts=posted["ts"])
    await again.stop()

    assert later["ts"] > posted["ts"]
