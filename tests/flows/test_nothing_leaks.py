"""What a whole run writes to its log holds no link, no token, no secret, no body and no full address."""

import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from plixo import logs
from tests.flows.stage import Stage


@pytest.fixture
def quiet_again() -> Iterator[None]:
    """Take the log's set-up back: its stream ends with the test."""
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()


@pytest.mark.usefixtures("quiet_again")
async def test_the_log_of_the_main_job_at_its_most_talkative_holds_no_secret(
    on_stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    assert on_stage.demo.product is not None
    settings = on_stage.demo.product.settings
    logs.configure(settings.model_copy(update={"log_level": "debug", "log_format": "json"}))
    await on_stage.imports()
    reminder = await on_stage.mail(subject="INV-1")
    link = on_stage.link_in(reminder)
    payer = on_stage.payer()
    await payer.enter(link)
    session = await payer.go_to_checkout()
    on_stage.demo.sandbox.stripe.pay_by_card(session)
    await on_stage.mail(subject="Receipt")
    await payer.enter(link + "x")
    await on_stage.demo.sandbox.mail.reply(reminder["id"], "We paid; our account is 0815-4711.")
    await on_stage.told("mail.arrived")
    await on_stage.demo.sandbox.slack.say(user="U0ANNA", text="/plixo invoice INV-1")

    log = capfd.readouterr().err

    assert '"request_id"' in log
    sent = on_stage.demo.sandbox.mail.mail(reminder["id"])
    assert sent is not None
    cookies = [cookie.value for cookie in payer.browser.cookie_jar]
    shared = on_stage.demo._shared
    for secret in (
        link.rpartition("/")[2], sent["envelope_from"], "anna@acme.example", "0815-4711", *cookies,
        shared.slack_bot_token, shared.slack_signing_secret, shared.stripe_api_key, shared.stripe_webhook_secret,
    ):  # fmt: skip
        assert secret not in log
    assert re.findall(r"[\w.+-]{2,}@acme\.example", log) == []
