"""Confirming: an operator gives an address in Slack, reads the mail that comes there, and types its code."""

import re

from tests.flows.stage import Stage, until


async def confirmed(stage: Stage, *, slack_id: str, address: str) -> None:
    """Set a person's digest address and confirm it, as people do."""
    slack = stage.demo.sandbox.slack
    await slack.say(user=slack_id, text=f"/plixo settings address {address}")
    mail = await stage.mail(to=address, subject="the code for your address")
    text = stage.demo.sandbox.mail.read(mail["id"]).text
    code = re.search(r"/plixo settings code (\d{6})\b", text)
    assert code is not None, text
    await slack.say(user=slack_id, text=f"/plixo settings code {code[1]}")

    async def known() -> bool:
        row = await stage.row("SELECT address_confirmed_at FROM person_preference WHERE address = %s", address)
        return row is not None and row["address_confirmed_at"] is not None

    await until(known, missing="the address was not confirmed")
