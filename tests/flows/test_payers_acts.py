"""Whatever payers do beside paying arrives in Slack, with the very bytes of their files, and is answered from there."""

import re
from typing import Any

import aiohttp

from tests.flows.stage import Payer, Stage, until

ANNA = "U0ANNA"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 300 + b"\r\n--\r\n%%EOF"
FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}


async def _at_the_invoice(on_stage: Stage) -> Payer:
    await on_stage.imports()
    link = on_stage.link_in(await on_stage.mail(subject="INV-1"))
    payer = on_stage.payer()
    assert await payer.enter(link) == 200
    return payer


async def _send(payer: Payer, path: str, fields: dict[str, str], files: dict[str, bytes] | None = None) -> int:
    address = f"{payer.stage.portal}{path}"
    await payer.look(address)
    form = aiohttp.FormData(default_to_multipart=bool(files), quote_fields=False)
    for name, value in (payer.hidden() | fields).items():
        form.add_field(name, value)
    for name, body in (files or {}).items():
        form.add_field("file-other", body, filename=name)
    target = address.partition("?")[0]
    async with payer.browser.post(target, data=form, headers=FROM_OUR_PAGE, allow_redirects=False) as answer:
        payer.page = await answer.text()
        return answer.status


async def _file_in_slack(on_stage: Stage, name: str) -> bytes:
    """Wait until a file is in the operators' channel; return its bytes as the sandbox shows them to people."""

    async def found() -> dict[str, Any] | None:
        workspace = on_stage.demo.sandbox.slack.workspace
        for message in workspace.messages(workspace.channel):
            for file in message.get("files") or ():
                if file["name"] == name:
                    return dict(file)
        return None

    file = await until(found, missing=f"no file {name} in Slack")
    async with aiohttp.ClientSession() as session, session.get(file["permalink"]) as answer:
        return await answer.read()


async def test_an_objection_with_a_file_arrives_in_slack_byte_for_byte(on_stage: Stage) -> None:
    payer = await _at_the_invoice(on_stage)

    status = await _send(
        payer,
        "/i/dispute?code=duplicate",
        {"code": "duplicate", "how": "part", "amount": "25,00", "description": "billed twice"},
        {"Lieferung März.pdf": PDF},
    )

    assert status == 303
    await on_stage.in_slack("Dispute")
    assert await _file_in_slack(on_stage, "Lieferung März.pdf") == PDF
    await payer.look(f"{on_stage.portal}/i")
    assert re.search(r"D-[0-9A-F]{4}-[0-9A-F]{4}", payer.page)


async def test_a_question_is_answered_from_slack_by_mail_and_on_the_page(on_stage: Stage) -> None:
    payer = await _at_the_invoice(on_stage)
    assert await _send(payer, "/i/question", {"text": "Which order is this for?"}) == 303
    await on_stage.in_slack("A payer asked")
    asked = await on_stage.told("question.asked")
    word = re.search(r"Q-[0-9A-F]{4}-[0-9A-F]{4}", str(await on_stage.in_slack("Question Q-")))
    assert word, asked

    await on_stage.demo.sandbox.slack.say(user=ANNA, text=f"/plixo question answer {word[0]} It is for order 4711.")

    await on_stage.whispered("answered by mail", user=ANNA)
    mail = await on_stage.mail(subject="INV-1", count=2)
    assert "It is for order 4711." in on_stage.demo.sandbox.mail.read(mail["id"]).text
    await payer.look(f"{on_stage.portal}/i")
    assert "It is for order 4711." in payer.page


async def test_a_plan_and_a_promise_arrive_in_slack_with_what_to_press(on_stage: Stage) -> None:
    payer = await _at_the_invoice(on_stage)
    day = on_stage.core.clock.now().date().isoformat()

    promised = await _send(payer, "/i/promise", {"how": "part", "amount": "20", "on": day})
    planned = await _send(
        payer, "/i/plan", {"first": day, "count": "2", "frequency": "monthly", "reason": "season", "go": "send"}
    )

    assert (promised, planned) == (303, 303)
    await on_stage.in_slack("Promise")
    assert "Decide on plan" in str(await on_stage.in_slack("plan.show"))
