"""Panes: what a member of the workspace does with the object below a link: opens it beside the channel."""

from sandbox import slack_entities
from sandbox.slack_pointing import NotOnScreen
from sandbox.slack_sender import TROUBLE
from sandbox.slack_world import Outcome, SlackWorld


async def open_object(world: SlackWorld, *, user: str, ts: str, place: int, channel: str | None = None) -> Outcome:
    """Click the title of the object in that place below a message's links.

    Raises:
        NotOnScreen: The message or its object is gone.
    """
    where = channel or world.workspace.channel
    message = world.workspace.message(where, ts)
    shown = (message or {}).get("attachments", ())
    attachment = next((each for each in shown if each["id"] == place and each.get("entity")), None)
    if message is None or attachment is None:
        raise NotOnScreen("This object is gone.")
    event = slack_entities.asked(
        world.workspace, user=world.person(user).slack_id, channel=where, message=message, attachment=attachment
    )
    if slack_entities.EVENT not in world.events:
        return Outcome()
    delivery = await world.send_event(event)
    return Outcome(TROUBLE.get(delivery.trouble, ""))
