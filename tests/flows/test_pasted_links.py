"""A payer's link that somebody pastes among the operators: told by Slack, shown with a warning, opened by nobody."""

from typing import Any

from domain.kernel.actor import SHELL
from domain.people import people, preferences
from domain.people.roles import Role
from domain.people.setting_words import Setting
from sandbox import slack_entities, slack_panes
from tests.flows.hands import ANNA, VIKTOR, click
from tests.flows.stage import Stage, until


async def _below(on_stage: Stage, link: str) -> dict[str, Any]:
    """Wait until something stands below the link in the channel; return the message."""
    workspace = on_stage.demo.sandbox.slack.workspace

    async def found() -> dict[str, Any] | None:
        shown = workspace.messages(workspace.channel)
        return next((each for each in shown if link in each["text"] and each.get("attachments")), None)

    return await until(found, missing="nothing stands below the pasted link")


async def _opened(on_stage: Stage, message: dict[str, Any], *, user: str) -> dict[str, Any]:
    """Click the object below the link as that person; return the pane once it is filled."""
    slack = on_stage.demo.sandbox.slack
    outcome = await slack_panes.open_object(slack, user=user, ts=message["ts"], place=message["attachments"][0]["id"])
    assert outcome.trouble == ""

    async def filled() -> dict[str, Any] | None:
        pane = slack_entities.pane_of(slack.workspace, user)
        return pane if pane and (pane["metadata"] or pane["error"]) else None

    return await until(filled, missing="the pane stayed empty")


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
    assert "Acme" not in str(shown)
    await on_stage.told("details.revealed")
    await _the_object_shows_to_each_what_they_may_see(on_stage, message, link)
    assert await on_stage.row("SELECT state FROM pay_link") == {"state": "active"}


async def _the_object_shows_to_each_what_they_may_see(on_stage: Stage, message: dict[str, Any], link: str) -> None:
    """Open the object as one who reads German, as one whose role was taken away, and after the link is dead."""
    anna = await people.actor(on_stage.core, slack_id=ANNA)
    assert anna.id is not None
    await preferences.set(on_stage.core, person_id=anna.id, setting=Setting.LANGUAGE, value="de", actor=anna)
    await people.revoke(on_stage.core, slack_id=VIKTOR, role=Role.VIEWER, reason="test", actor=SHELL)

    seen = await _opened(on_stage, message, user=ANNA)
    refused = await _opened(on_stage, message, user=VIKTOR)
    slack_entities.close(on_stage.demo.sandbox.slack.workspace, ANNA)

    fields = {each["label"]: each["value"] for each in seen["metadata"]["entity_payload"]["custom_fields"]}
    assert fields["Kunde"] == "Acme Ltd"
    assert "125,00" in fields["Offener Betrag"]
    assert link.rpartition("/")[2] not in str(seen["metadata"]), "the pane holds no part of the link"
    assert refused["metadata"] is None
    assert "/plixo access request" in refused["error"]["custom_message"]
    assert not [each for each in ("Acme", "INV-1", "125") if each in str(refused["error"])]
