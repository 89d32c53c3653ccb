"""What a whole run writes to its log holds no link, no token, no secret, and nothing that an erasure takes out.

A person lives through all of it: mailed, clicks, pays, asks, answers, is spoken of and is erased. Whatever was erased
has to be missing in the log as well, since nobody takes words out of a log later.
"""

import re
from io import BytesIO
from uuid import UUID

import pytest

from domain.casework import questions
from domain.deliverability import inbound
from domain.kernel.actor import SHELL
from domain.kernel.transactions import Row
from domain.ledger import csv_import
from domain.operations.erasing import asking, subjects
from plixo import logs
from tests.flows.stage import Stage, until

NAME, PHONE, ADDRESS, ACCOUNT = "Zora Quill", "+49 30 1234567", "anna@acme.example", "0815-4711"
WORDS = ("carpet", "letter of 12 May")
"""What the person, and others about them, wrote."""

STAFF = ("U0ANNA", "U0CARLA", "Anna Keller", "Carla Brandt")
"""Who works here may leave one day, and be erased."""


async def _lives_through_all(there: Stage) -> list[str]:
    """Let a person be mailed, click, pay, ask, answer and be spoken of; return the secrets of it."""
    await there.imports()
    contacts = f"Customer Name,Contact Name,Contact Email\nAcme Ltd,{NAME},{ADDRESS}\n"
    request = csv_import.ImportRequest(kind="contacts", file_name="c.csv", stream=BytesIO(contacts.encode()))
    await csv_import.apply(there.core, request, actor=SHELL)
    reminder = await there.mail(subject="INV-1")
    link, slack = there.link_in(reminder), there.demo.sandbox.slack
    payer = there.payer()
    await payer.enter(link)
    await payer.look(f"{there.portal}/i/question")
    await payer.press(f"{there.portal}/i/question", **payer.hidden(), text=f"Call {NAME} on {PHONE} about the carpet.")
    asked = (await there.told("question.asked"))["fact"]["question_id"]
    await questions.answer(there.core, question_id=UUID(asked), text=f"Dear {NAME}, it is blue.", actor=SHELL)
    await there.mail(subject="question")
    await payer.enter(link)
    session = await payer.go_to_checkout()
    there.demo.sandbox.stripe.pay_by_card(session)
    await there.mail(subject="Receipt")
    await payer.enter(link + "x")
    await there.demo.sandbox.mail.reply(reminder["id"], f"We paid; our account is {ACCOUNT}. {NAME}, {PHONE}")
    await there.told("mail.arrived")
    for typed in (f"account {NAME}", f"contact {ADDRESS}", "invoice INV-1", f"note INV-1 {NAME} has a new carpet",
                  f"privacy erase {ADDRESS} {NAME} asked, letter of 12 May"):  # fmt: skip
        await slack.say(user="U0ANNA", text=f"/plixo {typed}")
    sent = there.demo.sandbox.mail.mail(reminder["id"])
    assert sent is not None
    cookies = [cookie.value for cookie in payer.browser.cookie_jar]
    return [link.rpartition("/")[2], sent["envelope_from"], *cookies]


async def _erased(there: Stage) -> None:
    for row in await there.core.database.rows("SELECT id FROM inbound_mail"):
        await inbound.seen(there.core, mail_id=str(row["id"]), actor=SHELL)
    subject = await subjects.contact(there.core, whom=ADDRESS)
    await asking.erase(there.core, subject=subject, reason="letter of 12 May", actor=SHELL, also=[PHONE])

    async def done() -> Row | None:
        return await there.row("SELECT 1 FROM erasure WHERE state = 'done'")

    await until(done, missing="nobody was erased")


@pytest.mark.usefixtures("quiet_again")
async def test_the_log_of_a_person_from_the_first_mail_to_the_erasure_holds_nothing_of_them_and_no_secret(
    on_stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    assert on_stage.demo.product is not None
    settings = on_stage.demo.product.settings
    logs.configure(settings.model_copy(update={"log_level": "debug", "log_format": "json"}))
    secrets = await _lives_through_all(on_stage)
    await _erased(on_stage)

    log = capfd.readouterr().err

    assert '"request_id"' in log
    assert '"command invoice"' in log
    shared = on_stage.demo._shared
    secrets += [shared.slack_bot_token, shared.slack_signing_secret]
    secrets += [shared.stripe_api_key, shared.stripe_webhook_secret]
    erased = [ADDRESS, "a…@acme", *NAME.split(), PHONE, ACCOUNT, *WORDS, *STAFF]
    assert [each for each in (*secrets, *erased) if each.casefold() in log.casefold()] == []
    assert re.findall(r"[\w.+-]+@acme\.example", log) == []
