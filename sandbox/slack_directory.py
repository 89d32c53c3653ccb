"""The Web API's methods for channels and people."""

from sandbox import slack_channels
from sandbox.settings import Person
from sandbox.slack_arguments import needed, page, truth
from sandbox.slack_workspace import APP_ID, BOT_ID, BOT_NAME, BOT_USER, TEAM_ID, SlackRefusal, Workspace
from sandbox.store import Json


def channel_object(workspace: Workspace, channel: str) -> Json:
    """Return a channel as the API shows it."""
    if channel.startswith("D"):
        return {
            "id": channel,
            "is_im": True,
            "user": "U" + channel[1:],
            "created": 1735689600,
            "is_archived": False,
            "is_org_shared": False,
            "is_user_deleted": False,
        }
    name = workspace.channel_name(channel)
    switches = slack_channels.standing(workspace, channel)
    if switches["is_private"] and not switches["is_member"]:
        raise SlackRefusal("channel_not_found")
    return {
        "id": channel,
        "name": name,
        "name_normalized": name,
        "is_channel": not switches["is_private"],
        "is_group": switches["is_private"],
        "is_im": False,
        "is_mpim": False,
        "is_general": False,
        "is_shared": switches["is_ext_shared"],
        "is_org_shared": False,
        **switches,
        "created": 1735689600,
        "creator": next(iter(workspace.people)),
        "num_members": len(workspace.members(channel)),
        "shared_team_ids": [TEAM_ID],
        "topic": {"value": "Who owes us what", "creator": "", "last_set": 0},
        "purpose": {"value": "Cases, alerts and unread mail", "creator": "", "last_set": 0},
    }


def list_channels(workspace: Workspace, params: Json) -> Json:
    """Return the channels."""
    wanted = str(params.get("types") or "public_channel")
    rows = [
        channel_object(workspace, each)
        for each in workspace.channels()
        if ("im" in wanted.split(",") if each.startswith("D") else "public_channel" in wanted)
    ]
    shown, more = page(rows, params)
    return {"channels": shown, "response_metadata": more["response_metadata"]}


def open_conversation(workspace: Workspace, params: Json) -> Json:
    """Open the bot's direct channel with a person."""
    users = [each for each in str(params.get("users") or "").split(",") if each]
    if params.get("channel"):
        return {"channel": channel_object(workspace, workspace.channel_of(str(params["channel"])))}
    if len(users) != 1 or users[0] not in workspace.people:
        raise SlackRefusal("users_list_not_supplied" if not users else "user_not_found")
    channel = channel_object(workspace, workspace.direct(users[0]))
    return {
        "no_op": True,
        "already_open": True,
        "channel": channel if truth(params.get("return_im")) else {"id": channel["id"]},
    }


def user(person: Person) -> Json:
    """Return a person as the API shows them."""
    return {
        "id": person.slack_id,
        "team_id": TEAM_ID,
        "name": person.handle,
        "deleted": False,
        "real_name": person.name,
        "tz": person.zone,
        "tz_label": person.zone,
        "tz_offset": 0,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "is_email_confirmed": True,
        "updated": 1735689600,
        "locale": person.locale,
        "profile": {
            "title": person.title,
            "real_name": person.name,
            "real_name_normalized": person.name,
            "display_name": person.handle,
            "display_name_normalized": person.handle,
            "email": person.email,
            "first_name": person.name.split()[0],
            "last_name": person.name.split()[-1],
            "team": TEAM_ID,
        },
    }


def _bot_user() -> Json:
    return {
        "id": BOT_USER,
        "team_id": TEAM_ID,
        "name": BOT_NAME,
        "deleted": False,
        "real_name": "Plixo",
        "is_bot": True,
        "is_app_user": False,
        "updated": 1735689600,
        "locale": "en-US",
        "tz": "Etc/UTC",
        "profile": {"real_name": "Plixo", "display_name": "Plixo", "bot_id": BOT_ID, "api_app_id": APP_ID},
    }


def user_info(workspace: Workspace, params: Json) -> Json:
    """Return one person."""
    wanted = needed(params, "user")
    if wanted == BOT_USER:
        return {"user": _bot_user()}
    if wanted not in workspace.people:
        raise SlackRefusal("user_not_found")
    return {"user": user(workspace.people[wanted])}


def users(workspace: Workspace, params: Json) -> Json:
    """Return everybody."""
    shown, more = page([*(user(each) for each in workspace.people.values()), _bot_user()], params)
    return {"members": shown, "cache_ts": 1735689600, "response_metadata": more["response_metadata"]}


def user_by_email(workspace: Workspace, params: Json) -> Json:
    """Return the person with an address."""
    wanted = needed(params, "email").lower()
    for person in workspace.people.values():
        if person.email.lower() == wanted:
            return {"user": user(person)}
    raise SlackRefusal("users_not_found")
