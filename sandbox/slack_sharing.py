"""Sharing: what a member of the workspace does with files: chooses one, and sends it into a channel."""

from collections.abc import Sequence

from sandbox import slack_files, slack_mrkdwn
from sandbox.slack_workspace import SlackRefusal
from sandbox.slack_world import Outcome, SlackWorld
from sandbox.store import Json


def upload(world: SlackWorld, *, user: str, name: str, content: bytes) -> Json:
    """Choose a file for a message or a form.

    Raises:
        NotOnScreen: There is nobody of that id.
        SlackRefusal: The file is empty or too large.
    """
    return slack_files.upload(world.workspace, user=world.person(user).slack_id, name=name, content=content)


async def share(
    world: SlackWorld, *, user: str, file_ids: Sequence[str], text: str = "", channel: str | None = None
) -> Outcome:
    """Send files that were chosen, with or without words; the product hears of each."""
    person, where = world.person(user), channel or world.workspace.channel
    try:
        message = slack_files.share_as(
            world.workspace,
            file_ids,
            user=person.slack_id,
            channel=where,
            text=slack_mrkdwn.escaped(text),
            origin=world.origin,
        )
    except SlackRefusal as no:
        return Outcome(trouble=f"The file cannot be shared: {no.error}.")
    for file in message["files"] if "file_shared" in world.events else ():
        await world.send_event(
            {
                "type": "file_shared",
                "file_id": file["id"],
                "file": {"id": file["id"]},
                "user_id": person.slack_id,
                "channel_id": where,
                "event_ts": message["ts"],
            }
        )
    return Outcome()
