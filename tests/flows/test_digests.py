"""A digest by mail, from the setting in Slack to the mailbox; what bounces there is told in Slack, with the digest."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain.kernel.actor import SHELL
from domain.kernel.clock import local_date
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from domain.operations import digests
from domain.people import people, preferences
from domain.people.setting_words import Setting
from tests.domain.operations.reports.books import promised
from tests.flows.confirming import confirmed
from tests.flows.stage import Stage, stage, until

ANNA, ADDRESS = "U0ANNA", "anna@merchant.example"


async def own(there: Stage, fits: Callable[[str], bool], missing: str) -> str:
    """Wait until a message to Anna alone fits."""
    workspace = there.demo.sandbox.slack.workspace

    async def found() -> str | None:
        shown = [str(each) for each in workspace.messages(workspace.direct(ANNA))]
        return next((each for each in shown if fits(each)), None)

    return await until(found, missing=missing)


async def _planned(there: Stage) -> Any:
    """Let Anna be a manager since long ago who wants her digest by mail at midnight, and plan it."""
    core = there.core
    await there.imports()
    invoice = await Invoice.get(number="INV-1")
    await promised(core, invoice, Money(5000, "EUR"), local_date(core.clock, core.merchant.zone))
    await core.database.execute("UPDATE role_grant SET created_at = now() - interval '9 days'")
    anna = await people.actor(core, slack_id=ANNA)
    assert anna.id is not None
    for setting, value in ((Setting.ZONE, "UTC"), (Setting.DIGEST_AT, "00:00")):
        await preferences.set(core, person_id=anna.id, setting=setting, value=value, actor=SHELL)
    await confirmed(there, slack_id=ANNA, address=ADDRESS)
    await there.demo.sandbox.slack.say(user=ANNA, text="/plixo settings digest mail")

    async def chosen() -> bool:
        mine = await preferences.of(core, anna.id)  # type: ignore[arg-type]  # it was looked at above
        return mine.digest.value == "mail" and mine.mailed_to == ADDRESS

    await until(chosen, missing="the settings were not taken")
    await digests.plan(core)
    return anna.id


async def test_a_digest_is_mailed_and_one_that_bounces_comes_in_slack(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        person_id = await _planned(there)

        mail = await there.mail(to=ADDRESS, subject="digest of")
        read = there.demo.sandbox.mail.read(mail["id"])
        await there.demo.sandbox.mail.bounce(mail["id"])

        await own(there, lambda told: "cannot be mailed" in told, "the bounce was not told")
        await own(there, lambda told: "Your digest of" in told, "the digest did not come in Slack")
        assert "due: 1 (50" in read.text.replace("\xa0", " ")
        assert "/plixo radar" in read.text
        assert (await preferences.of(there.core, person_id)).digest.value == "chat"
        assert (
            len([each for each in there.demo.sandbox.mail.mails(recipient=ADDRESS) if "digest" in each["subject"]]) == 1
        )
