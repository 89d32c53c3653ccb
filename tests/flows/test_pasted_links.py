"""A payer's link that somebody pastes among the operators: told by Slack, shown with a warning, opened by nobody."""

from typing import Any

from tests.flows.hands import ANNA, VIKTOR, click
from tests.flows.stage import Stage, until


async def _below(on_stage: Stage, link: str) -> dict[str, Any]:
    """Wait until something stands below the link in the channel; return the message."""
    workspace = on_stage.demo.sandbox.slack.workspace

    async def found() -> dict[str, Any] | None:
        shown = workspace.messages(workspace.channel)
        return next((each for each in shown if link in each["text"] and each.get("attachments")), None)

    return await until(found, missing="nothing stands below the pasted link")


async def test_a_pasted_pay_link_is_warned_of_and_shown_to_one_person_only(on_stage: Stage) -> None:
    await on_stage.imports()
    link = on_stage.link_in(await on_stage.mail(subject="INV-1"))

    await on_stage.demo.sandbox.slack.say(user=VIKTOR, text=f"look, this one does not pay: {link} and {link}x")
    message = await _below(on_stage, link)
    shown = message["attachments"]
    await click(on_stage, message, "details.reveal", user=ANNA)
    await on_stage.whispered("Acme Ltd", user=ANNA)

    assert [each["from_url"] for each in shown] == [link], "of what we did not sign nothing is said"
    assert "delete the message" in str(shown)
    assert "INV-1" not in str(shown)
    await on_stage.told("details.revealed")
    assert await on_stage.row("SELECT state FROM pay_link") == {"state": "active"}
