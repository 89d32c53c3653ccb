"""The workspace's channels as people change them: archived, shared with another company, public, without the app."""

from sandbox.slack_workspace import BOT_USER, TEAM_ID, SlackRefusal, Workspace
from sandbox.store import Json

SWITCHES = ("is_private", "is_archived", "is_member", "is_ext_shared", "is_pending_ext_shared", "is_read_only")

USUAL: Json = {
    "is_private": True,
    "is_archived": False,
    "is_member": True,
    "is_ext_shared": False,
    "is_pending_ext_shared": False,
    "is_read_only": False,
}

EVENTS = {
    ("is_archived", True): "group_archive",
    ("is_archived", False): "group_unarchive",
    ("is_member", True): "member_joined_channel",
    ("is_member", False): "group_left",
    ("is_ext_shared", True): "channel_shared",
    ("is_ext_shared", False): "channel_unshared",
    ("is_pending_ext_shared", True): "channel_shared",
    ("is_pending_ext_shared", False): "channel_unshared",
}
"""What Slack tells an app of a change; of others it says nothing."""


def standing(workspace: Workspace, channel: str) -> Json:
    """Return the switches of a channel."""
    return USUAL | (workspace.store.get("slack.channel", channel) or {})


def change(workspace: Workspace, channel: str, switch: str, value: bool) -> Json | None:
    """Throw a switch; return the event that Slack would send, or None.

    Raises:
        SlackRefusal: There is no such channel or switch.
    """
    if switch not in SWITCHES or channel not in workspace.channels() or channel.startswith("D"):
        raise SlackRefusal("channel_not_found")
    before = standing(workspace, channel)
    workspace.store.put("slack.channel", channel, before | {switch: value})
    kind = EVENTS.get((switch, value)) if before[switch] != value else None
    if kind is None:
        return None
    event: Json = {"type": kind, "channel": channel, "event_ts": workspace.next_ts()}
    return event | ({"user": BOT_USER, "team": TEAM_ID} if kind == "member_joined_channel" else {})


def may_post(workspace: Workspace, channel: str) -> None:
    """Let a post or change in a channel pass, or refuse it.

    Raises:
        SlackRefusal: The channel is archived or read-only, or the app is not in it.
    """
    if channel.startswith("D"):
        return
    now = standing(workspace, channel)
    if not now["is_member"]:
        raise SlackRefusal("channel_not_found" if now["is_private"] else "not_in_channel")
    if now["is_archived"]:
        raise SlackRefusal("is_archived")
    if now["is_read_only"]:
        raise SlackRefusal("restricted_action_read_only_channel")
