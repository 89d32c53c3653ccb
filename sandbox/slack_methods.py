"""The Web API's methods, by name."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from sandbox import slack_chat, slack_directory, slack_entities, slack_unfurls
from sandbox.slack_arguments import needed
from sandbox.slack_workspace import (
    BOT_ID,
    BOT_NAME,
    BOT_USER,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
    SlackRefusal,
    Workspace,
    bot_profile,
)
from sandbox.store import Json

Method: TypeAlias = Callable[[Workspace, Json], Json]
"""Workspace and arguments in, the answer without ``ok`` out."""


def _auth(_: Workspace, __: Json) -> Json:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.example/",
        "team": TEAM_NAME,
        "user": BOT_NAME,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def _no_sockets(_: Workspace, __: Json) -> Json:
    raise SlackRefusal("not_allowed_token_type")


METHODS: Mapping[str, Method] = {
    "api.test": lambda _, params: {"args": {name: value for name, value in params.items() if name != "token"}},
    "apps.connections.open": _no_sockets,
    "auth.test": _auth,
    "bots.info": lambda _, __: {"bot": bot_profile() | {"user_id": BOT_USER}},
    "chat.delete": slack_chat.delete,
    "chat.getPermalink": slack_chat.permalink,
    "chat.postEphemeral": slack_chat.post_ephemeral,
    "chat.postMessage": slack_chat.post_message,
    "chat.unfurl": slack_unfurls.unfurl,
    "chat.update": slack_chat.update,
    "conversations.history": slack_chat.history,
    "conversations.info": lambda workspace, params: {
        "channel": slack_directory.channel_object(workspace, workspace.channel_of(needed(params, "channel")))
    },
    "conversations.join": lambda workspace, params: {
        "channel": slack_directory.channel_object(workspace, workspace.channel_of(needed(params, "channel"))),
        "warning": "already_in_channel",
        "response_metadata": {"warnings": ["already_in_channel"]},
    },
    "conversations.list": slack_directory.list_channels,
    "conversations.members": lambda workspace, params: {
        "members": workspace.members(workspace.channel_of(needed(params, "channel"))),
        "response_metadata": {"next_cursor": ""},
    },
    "conversations.open": slack_directory.open_conversation,
    "conversations.replies": slack_chat.replies,
    "entity.presentDetails": slack_entities.present,
    "pins.add": slack_chat.pin,
    "pins.list": slack_chat.pins,
    "pins.remove": slack_chat.unpin,
    "team.info": lambda _, __: {"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "icon": {}}},
    "users.conversations": slack_directory.list_channels,
    "users.info": slack_directory.user_info,
    "users.list": slack_directory.users,
    "users.lookupByEmail": slack_directory.user_by_email,
}
"""What the stand-in offers, with views and files in their own modules."""
