"""What a member of the workspace does reaches the product in Slack's wire form, and the product's answers are seen."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import slack_views
from sandbox.app import Sandbox
from sandbox.slack_pointing import NotOnScreen
from tests.sandbox.conftest import SIGNING_SECRET
from tests.sandbox.product import Product
from tests.sandbox.test_slack_api import MODAL

CHANNEL = "C0RECEIVABLES"
CASE: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*INV-1*"}},
    {
        "type": "actions",
        "block_id": "case",
        "elements": [
            {
                "type": "button",
                "action_id": "link",
                "text": {"type": "plain_text", "text": "New link"},
                "value": "v1:1",
            },
            {
                "type": "static_select",
                "action_id": "snooze",
                "placeholder": {"type": "plain_text", "text": "Snooze"},
                "options": [{"text": {"type": "plain_text", "text": "A day"}, "value": "1"}],
            },
        ],
    },
]


async def answered(url: str, **body: Any) -> int:
    async with aiohttp.ClientSession() as http, http.post(url, json=body) as answer:
        return answer.status


async def a_case(slack: AsyncWebClient) -> str:
    return str((await slack.chat_postMessage(channel=CHANNEL, text="case", blocks=CASE))["ts"])


async def a_modal(slack: AsyncWebClient, sandbox: Sandbox) -> str:
    trigger = sandbox.slack.workspace.new_trigger("U0ANNA")
    return str((await slack.views_open(trigger_id=trigger, view=MODAL))["view"]["id"])


async def test_a_command_arrives_signed_as_a_form(sandbox: Sandbox, product: Product) -> None:
    await sandbox.slack.command(user="U0ANNA", text="/plixo link  INV-1 & more")

    taken = product.slack[0]
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(taken.body, taken.headers)
    assert taken.headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = taken.form
    assert (form["command"], form["text"], form["user_id"]) == ("/plixo", "link  INV-1 & more", "U0ANNA")
    assert form["response_url"].startswith(f"{sandbox.url}/slack/response/")


async def test_the_answer_in_the_response_is_seen_by_one_person(sandbox: Sandbox, product: Product) -> None:
    product.slack_answer = {"response_type": "ephemeral", "text": "Nothing to do"}

    await sandbox.slack.command(user="U0ANNA", text="/plixo queue")

    shown = sandbox.slack.workspace.whispers(CHANNEL, "U0ANNA")
    assert [(each["text"], each["echo"]) for each in shown] == [("Nothing to do", "/plixo queue")]
    assert sandbox.slack.workspace.whispers(CHANNEL, "U0VIKTOR") == []


async def test_a_response_address_works_five_times(sandbox: Sandbox, product: Product) -> None:
    await sandbox.slack.command(user="U0ANNA", text="/plixo queue")
    url = product.slack[0].form["response_url"]

    statuses = [await answered(url, text=str(n), response_type="in_channel") for n in range(6)]

    assert statuses == [200] * 5 + [404]
    assert len(sandbox.slack.workspace.messages(CHANNEL)) == 5


async def test_a_response_with_wrong_blocks_is_refused(sandbox: Sandbox, product: Product) -> None:
    await sandbox.slack.command(user="U0ANNA", text="/plixo queue")

    assert await answered(product.slack[0].form["response_url"], text="x", blocks=[{"type": "pie"}]) == 400


async def test_a_product_that_is_slow_or_away_is_told_to_the_person(sandbox: Sandbox, product: Product) -> None:
    product.slack_seconds = 3.5
    slow = await sandbox.slack.command(user="U0ANNA", text="/plixo queue")
    product.slack_seconds, product.slack_status = 0.0, 500
    broken = await sandbox.slack.command(user="U0ANNA", text="/plixo queue")

    words = [each["text"] for each in sandbox.slack.workspace.whispers(CHANNEL, "U0ANNA")]
    assert "operation_timeout" in words[1]
    assert "dispatch_failed" in words[0]
    assert slow.trouble
    assert broken.trouble


async def test_another_word_is_no_command(sandbox: Sandbox, product: Product) -> None:
    await sandbox.slack.say(user="U0ANNA", text="/<b>")

    assert product.slack == []
    assert "not a valid command" in sandbox.slack.workspace.whispers(CHANNEL, "U0ANNA")[0]["text"]


async def test_a_click_arrives_with_its_message(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    ts = await a_case(slack)

    await sandbox.slack.press(user="U0VIKTOR", ts=ts, block_id="case", action_id="link")

    payload = product.slack[0].payload
    assert (payload["type"], payload["user"]["id"]) == ("block_actions", "U0VIKTOR")
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": False}
    assert payload["message"]["ts"] == ts
    assert payload["actions"][0]["value"] == "v1:1"
    assert payload["trigger_id"]


async def test_a_choice_arrives_with_its_option(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    ts = await a_case(slack)

    await sandbox.slack.press(user="U0ANNA", ts=ts, block_id="case", action_id="snooze", raw="1")

    assert product.slack[0].payload["actions"][0]["selected_option"] == CASE[1]["elements"][1]["options"][0]


async def test_a_click_in_a_whisper_can_replace_it(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    shown = await slack.chat_postEphemeral(channel=CHANNEL, user="U0ANNA", text="sure?", blocks=CASE)
    await sandbox.slack.press(user="U0ANNA", ts=shown["message_ts"], block_id="case", action_id="link")
    payload = product.slack[0].payload

    await answered(payload["response_url"], text="Done", replace_original=True)

    assert "message" not in payload
    assert [each["text"] for each in sandbox.slack.workspace.whispers(CHANNEL, "U0ANNA")] == ["Done"]
    await answered(payload["response_url"], delete_original=True)
    assert sandbox.slack.workspace.whispers(CHANNEL, "U0ANNA") == []


async def test_nobody_clicks_in_what_another_was_shown(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    shown = await slack.chat_postEphemeral(channel=CHANNEL, user="U0ANNA", text="sure?", blocks=CASE)

    with pytest.raises(NotOnScreen):
        await sandbox.slack.press(user="U0VIKTOR", ts=shown["message_ts"], block_id="case", action_id="link")


async def test_a_button_that_is_gone_sends_nothing(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    ts = await a_case(slack)

    with pytest.raises(NotOnScreen):
        await sandbox.slack.press(user="U0ANNA", ts=ts, block_id="case", action_id="write-off")

    assert product.slack == []


async def test_a_form_is_checked_before_it_is_sent(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    await a_modal(slack, sandbox)

    outcome = await sandbox.slack.submit(user="U0ANNA", values={"amount": {"amount": ""}})

    assert outcome.errors == {"amount": "Please complete this required field."}
    assert product.slack == []


async def test_a_submitted_form_arrives_and_closes(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    await a_modal(slack, sandbox)

    await sandbox.slack.submit(user="U0ANNA", values={"amount": {"amount": "500"}})

    view = product.slack[0].payload["view"]
    assert view["state"]["values"] == {"amount": {"amount": {"type": "plain_text_input", "value": "500"}}}
    assert (view["callback_id"], view["private_metadata"]) == ("promise.save", "v1:INV-1")
    assert slack_views.shown_to(sandbox.slack.workspace, "U0ANNA") == []


async def test_a_form_stays_with_the_products_complaints(
    slack: AsyncWebClient, sandbox: Sandbox, product: Product
) -> None:
    await a_modal(slack, sandbox)
    product.slack_answer = {"response_action": "errors", "errors": {"amount": "More than is open."}}

    outcome = await sandbox.slack.submit(user="U0ANNA", values={"amount": {"amount": "900"}})

    assert outcome.errors == {"amount": "More than is open."}
    assert len(slack_views.shown_to(sandbox.slack.workspace, "U0ANNA")) == 1


@pytest.mark.parametrize(("action", "left"), [("update", 1), ("push", 2), ("clear", 0)])
async def test_a_form_can_be_followed_by_another(
    slack: AsyncWebClient, sandbox: Sandbox, product: Product, action: str, left: int
) -> None:
    await a_modal(slack, sandbox)
    product.slack_answer = {"response_action": action, "view": MODAL | {"callback_id": "next"}}

    await sandbox.slack.submit(user="U0ANNA", values={"amount": {"amount": "500"}})

    stack = slack_views.shown_to(sandbox.slack.workspace, "U0ANNA")
    assert len(stack) == left
    assert not stack or stack[-1]["callback_id"] == "next"


async def test_a_form_is_not_lost_when_the_product_is_away(
    slack: AsyncWebClient, sandbox: Sandbox, product: Product
) -> None:
    await a_modal(slack, sandbox)
    product.slack_status = 503

    outcome = await sandbox.slack.submit(user="U0ANNA", values={"amount": {"amount": "500"}})

    assert "try again" in outcome.trouble
    assert len(slack_views.shown_to(sandbox.slack.workspace, "U0ANNA")) == 1


async def test_closing_is_told_to_whoever_wants_to_know(
    slack: AsyncWebClient, sandbox: Sandbox, product: Product
) -> None:
    trigger = sandbox.slack.workspace.new_trigger("U0ANNA")
    await slack.views_open(trigger_id=trigger, view=MODAL | {"notify_on_close": True})

    await sandbox.slack.close_view(user="U0ANNA", everything=True)

    assert (product.slack[0].payload["type"], product.slack[0].payload["is_cleared"]) == ("view_closed", True)


async def test_a_menu_asks_the_product_for_its_options(
    slack: AsyncWebClient, sandbox: Sandbox, product: Product
) -> None:
    menu = {
        "type": "section",
        "block_id": "who",
        "text": {"type": "mrkdwn", "text": "Which?"},
        "accessory": {"type": "external_select", "action_id": "pick"},
    }
    ts = (await slack.chat_postMessage(channel=CHANNEL, text="x", blocks=[menu]))["ts"]
    option = {"text": {"type": "plain_text", "text": "Acme"}, "value": "42"}
    product.slack_answer = {"options": [option]}

    found = await sandbox.slack.suggest(user="U0ANNA", ts=ts, block_id="who", action_id="pick", text="ac")
    await sandbox.slack.press(user="U0ANNA", ts=ts, block_id="who", action_id="pick", raw="42")

    assert found == [option]
    assert (product.slack[0].payload["type"], product.slack[0].payload["value"]) == ("block_suggestion", "ac")
    assert product.slack[1].payload["actions"][0]["selected_option"] == option


async def test_an_event_that_is_not_taken_comes_again(sandbox: Sandbox, product: Product) -> None:
    product.slack_status = 500

    delivery = await sandbox.slack.send_event({"type": "tokens_revoked", "tokens": {"bot": ["U0PLIXO"]}})
    product.slack_status = 200
    await product.slack_requests(2)

    assert not delivery.ok
    assert product.slack[0].json["event"]["type"] == "tokens_revoked"
    assert product.slack[1].headers["X-Slack-Retry-Num"] == "1"
    assert product.slack[1].json["event_id"] == product.slack[0].json["event_id"]


async def test_something_is_shown_below_a_link_that_is_in_the_message(
    sandbox: Sandbox, product: Product, slack: AsyncWebClient
) -> None:
    link = f"{product.url}/l/1"
    sandbox.slack.events = frozenset({"link_shared"})
    await sandbox.slack.say(user="U0ANNA", text=f"see {link}, and https://other.example/l/1")
    told = product.slack[0].json["event"]
    place = {"channel": told["channel"], "ts": told["message_ts"]}

    with pytest.raises(SlackApiError, match="cannot_unfurl_url"):
        await slack.chat_unfurl(**place, unfurls={"https://other.example/l/2": {"blocks": CASE}})
    await slack.chat_unfurl(**place, unfurls={link: {"blocks": CASE}})
    await sandbox.slack.press(user="U0ANNA", ts=place["ts"], block_id="case", action_id="link")

    assert [each["url"] for each in told["links"]] == [link]
    assert product.slack[1].payload["container"]["app_unfurl_url"] == link
