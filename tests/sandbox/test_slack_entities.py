"""Objects below links in the Slack stand-in: what it takes, what it refuses, and whose pane shows what."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import slack_entities, slack_panes, slack_workspace
from sandbox.app import Sandbox
from sandbox.slack_pointing import NotOnScreen
from tests.sandbox.conftest import SIGNING_SECRET
from tests.sandbox.product import Product
from tests.sandbox.test_page import pane

FIELD = {"key": "sum", "label": "Sum", "value": "<b>125</b>", "type": "string"}


def an_object(link: str, **changes: Any) -> dict[str, Any]:
    """Return an object that Slack takes."""
    payload = {"attributes": {"title": {"text": "A thing"}}, "custom_fields": [FIELD], "display_order": ["sum"]}
    return {
        "entity_type": "slack#/entities/item", "external_ref": {"id": "1", "type": "thing"}, "app_unfurl_url": link,
        "url": "https://portal.example/1", "entity_payload": payload,
    } | changes  # fmt: skip


async def below(sandbox: Sandbox, slack: AsyncWebClient, link: str) -> str:
    """Paste a link and put an object below it; return the message's time stamp."""
    sandbox.slack.events = frozenset({"link_shared", "entity_details_requested"})
    await sandbox.slack.say(user="U0ANNA", text=f"see {link}")
    (message,) = sandbox.slack.workspace.messages(sandbox.slack.workspace.channel)
    blocks = [{"type": "divider"}]
    await slack.chat_unfurl(
        channel=sandbox.slack.workspace.channel,
        ts=message["ts"],
        unfurls={link: {"blocks": blocks}},
        metadata={"entities": [an_object(link)]},
    )
    return str(message["ts"])


async def test_an_object_is_opened_and_its_pane_filled_once(
    sandbox: Sandbox, product: Product, slack: AsyncWebClient
) -> None:
    link = f"{product.url}/l/1"
    ts = await below(sandbox, slack, link)

    await slack_panes.open_object(sandbox.slack, user="U0ANNA", ts=ts, place=1)
    waiting = await pane(sandbox, "object", user="U0ANNA")
    taken = product.slack[-1]
    event = taken.json["event"]
    with pytest.raises(SlackApiError, match="invalid_metadata"):
        await slack.entity_presentDetails(event["trigger_id"], metadata=an_object(link, url=""))
    await slack.entity_presentDetails(event["trigger_id"], metadata=an_object(link))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await slack.entity_presentDetails(event["trigger_id"], error={"status": "not_found"})

    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(taken.body, taken.headers)
    assert (event["user"], event["external_ref"]["id"], event["app_unfurl_url"]) == ("U0ANNA", "1", link)
    assert "Loading" in waiting
    assert "data-object" in await pane(sandbox, "channel", user="U0VIKTOR")
    assert "&lt;b&gt;125" in await pane(sandbox, "object", user="U0ANNA")
    assert "125" not in await pane(sandbox, "object", user="U0VIKTOR")
    slack_entities.close(sandbox.slack.workspace, "U0ANNA")
    assert "A thing" not in await pane(sandbox, "object", user="U0ANNA")


async def test_a_pane_takes_its_own_object_in_time_only(
    sandbox: Sandbox, product: Product, slack: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = f"{product.url}/l/1"
    ts = await below(sandbox, slack, link)

    async def trigger() -> str:
        await slack_panes.open_object(sandbox.slack, user="U0ANNA", ts=ts, place=1)
        return str(product.slack[-1].json["event"]["trigger_id"])

    other = an_object(link, external_ref={"id": "2", "type": "thing"})
    with pytest.raises(SlackApiError, match="entity_metadata_does_not_match_trigger"):
        await slack.entity_presentDetails(await trigger(), metadata=other)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await slack.entity_presentDetails(await trigger(), error={"status": "custom"})
    with pytest.raises(SlackApiError, match="missing_metadata"):
        await slack.entity_presentDetails(await trigger())
    monkeypatch.setattr(slack_workspace, "TRIGGER_SECONDS", -1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await slack.entity_presentDetails(await trigger(), error={"status": "not_found"})
    monkeypatch.undo()
    await slack.entity_presentDetails(
        await trigger(), error={"status": "custom", "custom_title": "Not yours", "custom_message": "Ask <b>Carla</b>"}
    )
    with pytest.raises(NotOnScreen):
        await slack_panes.open_object(sandbox.slack, user="U0ANNA", ts=ts, place=2)

    assert "Ask &lt;b&gt;Carla" in await pane(sandbox, "object", user="U0ANNA")


def test_an_object_that_slack_would_not_take_is_named() -> None:
    payload = an_object("")["entity_payload"]
    wrong: list[dict[str, Any]] = [
        {"entity_type": "invoice"}, {"external_ref": {}}, {"url": "portal"}, {"entity_payload": None},
        {"entity_payload": payload | {"attributes": {"title": "x"}}},
        {"entity_payload": payload | {"custom_fields": "x"}},
        {"entity_payload": payload | {"custom_fields": [FIELD, FIELD]}},
        {"entity_payload": payload | {"custom_fields": [FIELD | {"value": 125}]}},
        {"entity_payload": payload | {"custom_fields": [FIELD | {"type": "text"}]}},
        {"entity_payload": payload | {"display_order": ["other"]}},
    ]  # fmt: skip

    assert slack_entities.complaints(an_object("")) == []
    assert [each for each in wrong if len(slack_entities.complaints(an_object("") | each)) != 1] == []
    other: list[dict[str, Any]] = [{}, {"entities": []}, {"entities": [an_object("https://other.example/")]}]
    for metadata in other:
        with pytest.raises(slack_workspace.SlackRefusal):
            slack_entities.below_links(metadata, links={"https://portal.example/l/1"})
