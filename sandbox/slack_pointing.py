"""What a person points at on the screen: a message, a form or the App Home, and a button or menu in it."""

from sandbox import slack_state, slack_views
from sandbox.slack_workspace import Workspace
from sandbox.store import Json


class NotOnScreen(Exception):
    """Say that what somebody pressed is not there any more."""


def source(workspace: Workspace, user: str, *, channel: str, ts: str, view_id: str) -> Json:
    """Return the message of that time stamp, or the view, as this person sees it.

    Raises:
        NotOnScreen: It is gone, or another's.
    """
    if ts:
        found = workspace.message(channel, ts) or workspace.whispered(channel, ts)
        if found is None or found.get("for", user) != user:
            raise NotOnScreen("This message is gone.")
        return found
    home = slack_views.home_of(workspace, user)
    return home if home is not None and home["id"] == view_id else top(workspace, user, view_id or None)


def top(workspace: Workspace, user: str, view_id: str | None) -> Json:
    """Return the modal on top of a person's screen.

    Raises:
        NotOnScreen: There is none, or another lies above it.
    """
    stack = slack_views.shown_to(workspace, user)
    if not stack or (view_id and stack[-1]["id"] != view_id):
        raise NotOnScreen("This form is closed.")
    return stack[-1]


def blocks(shown: Json) -> list[Json]:
    """Return all blocks of what is shown, those below its links as well."""
    below = [block for each in shown.get("attachments", ()) for block in each["blocks"]]
    return [*shown.get("blocks", []), *below]


def element(shown: Json, block_id: str, action_id: str) -> Json:
    """Return a button or menu.

    Raises:
        NotOnScreen: It is gone.
    """
    for found_block, found in slack_state.interactive(blocks(shown)):
        if (found_block, found["action_id"]) == (block_id, action_id):
            return found
    raise NotOnScreen("This button is gone; the message has changed.")
