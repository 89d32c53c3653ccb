"""The demo's page: it shows what happened, passes on what is pressed, and lets no stranger in."""

import asyncio
import base64
import json
from typing import Any

import aiohttp
import pytest
import stripe
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.app import Sandbox
from sandbox.settings import NotLoopback, SandboxSettings
from tests.sandbox.conftest import an_order
from tests.sandbox.product import Product
from tests.sandbox.test_mail_world import mailed
from tests.sandbox.test_slack_world import a_case, a_modal

CHANNEL = "C0RECEIVABLES"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


async def pane(sandbox: Sandbox, name: str, **query: str) -> str:
    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.url}/page/pane/{name}", params=query) as answer:
        assert answer.status == 200
        return await answer.text()


async def pressed(sandbox: Sandbox, path: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
    async with aiohttp.ClientSession() as http, http.post(sandbox.url + path, json=body, headers=headers) as answer:
        return await answer.json() if answer.content_type == "application/json" else answer.status


async def written(sandbox: Sandbox, *, sender: str = "carl@x.example", text: str = "Who?") -> Any:
    """Write to the product as anybody."""
    body: dict[str, Any] = {"from": sender, "to": "postmaster@mail.x.example", "text": text}
    return await pressed(sandbox, "/page/mail/write", **body)


async def test_the_whole_page_is_drawn_by_the_server(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as http, http.get(sandbox.url) as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]

    assert "The first minute" in page
    assert "Anna Keller · A/R Manager" in page
    assert "No mail yet." in page
    assert "script-src 'self'" in policy


async def test_hostile_content_is_text_everywhere(
    slack: AsyncWebClient, sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    await slack.chat_postMessage(channel=CHANNEL, text=HOSTILE)
    await slack.chat_postMessage(
        channel=CHANNEL,
        text="x",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": HOSTILE},
                "fields": [{"type": "plain_text", "text": HOSTILE}],
            },
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": HOSTILE, "style": {"bold": True}},
                            {"type": "link", "url": "https://a.example/", "text": HOSTILE},
                        ],
                    }
                ],
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": HOSTILE[:200],
                        "value": HOSTILE,
                        "text": {"type": "plain_text", "text": HOSTILE[:75]},
                    }
                ],
            },
        ],
    )
    mail_id = await mailed(sandbox, subject=HOSTILE)
    order = an_order()
    order["line_items"][0]["price_data"]["product_data"]["name"] = HOSTILE
    await client.v1.checkout.sessions.create_async(order)

    shown = [await pane(sandbox, name) for name in ("channel", "mail", "stripe", "guide")]
    shown += [await pane(sandbox, "mail", mail=mail_id, part=part) for part in ("html", "text", "headers")]

    for html in shown:
        assert "<script>" not in html
        assert "<img src=x" not in html


async def test_a_mails_html_runs_nothing(sandbox: Sandbox) -> None:
    mail_id = await mailed(sandbox)

    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.url}/mail/{mail_id}/html") as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in await pane(sandbox, "mail", mail=mail_id)


async def test_an_attachment_is_a_download(sandbox: Sandbox) -> None:
    mail_id = await mailed(sandbox)

    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.url}/mail/{mail_id}/part/0") as answer:
        assert (await answer.read(), answer.headers["Content-Disposition"]) == (b"%PDF-1.7", "attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "example.com", ""])
def test_it_listens_on_loopback_only(settings: SandboxSettings, host: str) -> None:
    with pytest.raises(NotLoopback):
        SandboxSettings(
            state_folder=settings.state_folder,
            slack_bot_token="t",
            slack_signing_secret="s",
            stripe_api_key="k",
            stripe_webhook_secret="w",
            host=host,
        )


async def test_another_host_name_gets_nothing(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as http, http.get(sandbox.url, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
async def test_another_page_presses_no_buttons(sandbox: Sandbox, headers: dict[str, str]) -> None:
    before = sandbox.clock.offset

    status = await pressed(sandbox, "/page/clock", headers, hours=24)

    assert status == 403
    assert sandbox.clock.offset == before


def test_secrets_are_not_in_what_settings_print(settings: SandboxSettings) -> None:
    for secret in (settings.slack_bot_token, settings.slack_signing_secret, settings.stripe_webhook_secret):
        assert secret not in repr(settings)


@pytest.mark.parametrize("name", ["..%2fapp.py", "app.py", "nothing.css", ".hidden.css"])
async def test_only_its_own_static_files_are_served(sandbox: Sandbox, name: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.url}/static/{name}") as answer:
        assert answer.status == 404


async def test_typing_a_command_shows_its_answer(sandbox: Sandbox, product: Product) -> None:
    product.slack_answer = {"text": "*3 cases* today"}

    answer = await pressed(sandbox, "/page/slack/say", user="U0ANNA", room="channel", text="/plixo queue")

    assert answer["ok"]
    assert "<b>3 cases</b> today" in await pane(sandbox, "channel", user="U0ANNA")
    assert "3 cases" not in await pane(sandbox, "channel", user="U0VIKTOR")


async def test_a_press_reaches_the_product(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    ts = await a_case(slack)

    answer = await pressed(
        sandbox, "/page/slack/press", user="U0ANNA", room="channel", ts=ts, block="case", action="link", values={}
    )

    assert answer["ok"]
    assert product.slack[0].payload["actions"][0]["action_id"] == "link"


async def test_a_press_in_vain_is_told_in_words(slack: AsyncWebClient, sandbox: Sandbox, product: Product) -> None:
    ts = await a_case(slack)
    product.slack_status = 500

    failed = await pressed(sandbox, "/page/slack/press", user="U0ANNA", ts=ts, block="case", action="link")
    gone = await pressed(sandbox, "/page/slack/press", user="U0ANNA", ts="1.000001", block="case", action="link")
    nobody = await pressed(sandbox, "/page/slack/press", user="U0NOBODY", ts=ts, block="case", action="link")

    assert [answer["ok"] for answer in (failed, gone, nobody)] == [False] * 3
    assert all(answer["message"] for answer in (failed, gone, nobody))


async def test_a_modal_is_drawn_for_its_person_only(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    await a_modal(slack, sandbox)

    assert "Log a promise" in await pane(sandbox, "modal", user="U0ANNA")
    assert "Log a promise" not in await pane(sandbox, "modal", user="U0VIKTOR")


async def test_the_clock_moves_forwards_only(sandbox: Sandbox) -> None:
    ahead = await pressed(sandbox, "/page/clock", hours=24)
    back = await pressed(sandbox, "/page/clock", hours=-1)
    nonsense = await pressed(sandbox, "/page/clock", hours="soon")

    assert [answer["ok"] for answer in (ahead, back, nonsense)] == [True, False, False]
    assert "1 day ahead" in await pane(sandbox, "clock")


async def test_a_payment_can_be_refunded_in_part(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())
    sandbox.stripe.pay_by_card(session.id)

    wrong = await pressed(sandbox, f"/page/stripe/{session.id}/refund-part", amount="a lot")
    done = await pressed(sandbox, f"/page/stripe/{session.id}/refund-part", amount="25.50")

    assert [answer["ok"] for answer in (wrong, done)] == [False, True]
    assert sandbox.store.find("stripe.refund")[0]["amount"] == 2550
    assert "partly refunded" in await pane(sandbox, "stripe")


async def test_a_bounce_is_noted_at_the_mail(sandbox: Sandbox, product: Product) -> None:
    mail_id = await mailed(sandbox)

    answer = await pressed(sandbox, f"/page/mail/{mail_id}/user-unknown")

    assert answer["ok"]
    assert len(product.letters) == 1
    assert "Bounced: user unknown" in await pane(sandbox, "mail", mail=mail_id)


async def test_a_reply_with_a_file_and_a_mail_of_nobody_known_leave_the_page(
    sandbox: Sandbox, product: Product
) -> None:
    mail_id = await mailed(sandbox)
    file = {"name": "advice.pdf", "content": base64.b64encode(b"%PDF-1.7").decode()}

    answers = [
        await pressed(sandbox, f"/page/mail/{mail_id}/reply", text="See the advice.", file=file),
        await pressed(sandbox, f"/page/mail/{mail_id}/gone"),
        await written(sandbox, sender="carl@x.example"),
    ]
    refused = [
        await written(sandbox, sender="carl"),
        await written(sandbox, text=""),
        await pressed(sandbox, f"/page/mail/{mail_id}/one-click"),
    ]

    assert [answer["ok"] for answer in answers + refused] == [True, True, True, False, False, False]
    assert b"advice.pdf" in product.letters[0].raw
    assert "one-click" not in await pane(sandbox, "mail", mail=mail_id), "no button for what a mail does not offer"
    assert 'value="postmaster@mail.northwind.example"' in await pane(sandbox, "mail")


async def test_the_guide_ticks_what_was_done(
    sandbox: Sandbox, product: Product, client: stripe.StripeClient, slack: AsyncWebClient
) -> None:
    before = await pane(sandbox, "guide")
    await sandbox.slack.command(user="U0ANNA", text="/plixo queue")
    mail_id = await mailed(sandbox)
    sandbox.mail.mark_read(mail_id)
    session = await client.v1.checkout.sessions.create_async(an_order())
    sandbox.stripe.pay_by_card(session.id)
    await sandbox.mail.bounce(mail_id)
    await slack.files_upload_v2(channel=sandbox.settings.slack_channel, content="digest", filename="digest.pdf")
    early = await pane(sandbox, "guide")
    case = await slack.chat_postMessage(channel=sandbox.settings.slack_channel, text="A case")
    await slack.files_upload_v2(
        channel=sandbox.settings.slack_channel, thread_ts=str(case["ts"]), content="a note", filename="note.txt"
    )
    await sandbox.slack.command(user="U0ANNA", text="/plixo portal")
    await sandbox.slack.command(user="U0VIKTOR", text="/plixo link INV-2001")

    after = await pane(sandbox, "guide")

    assert "0 of 9 done" in before
    assert "6 of 9 done" in early, "a file that is in no thread is no objection's"
    assert "9 of 9 done" in after


async def test_open_pages_are_told_what_changed(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.url}/page/live") as stream:
        await stream.content.readline()
        await slack.chat_postMessage(channel=CHANNEL, text="news")

        async with asyncio.timeout(5):
            while not (line := await stream.content.readline()).startswith(b"data: "):
                pass

    assert json.loads(line.removeprefix(b"data: ")) == ["channel", "guide"]
