"""What the page shows of Slack: a channel's messages with their threads, a person's modal and App Home."""

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from sandbox import pages, slack_entities, slack_mrkdwn, slack_views
from sandbox.slack_workspace import BOT_USER, SLACKBOT, Workspace
from sandbox.store import Json

MOST_MESSAGES = 80


class Screen:
    """One person's view of the workspace."""

    def __init__(self, workspace: Workspace, user: str) -> None:
        self._workspace, self.user = workspace, user

    def name(self, some_id: str) -> str:
        """Return the name of a person or channel."""
        if some_id in self._workspace.people:
            return self._workspace.people[some_id].name
        return {
            BOT_USER: "Plixo",
            SLACKBOT: "Slackbot",
            self._workspace.channel: self._workspace.channel_name(self._workspace.channel),
        }.get(some_id, some_id)

    def text(self, value: Json) -> Markup:
        """Return a text object as HTML."""
        if value["type"] == "mrkdwn":
            return slack_mrkdwn.html(value["text"], self.name)
        return slack_mrkdwn.plain(value["text"])

    def mrkdwn(self, value: str) -> Markup:
        """Return a message's own text as HTML."""
        return slack_mrkdwn.html(value, self.name)

    def channel(self, channel: str, *, keep: str = "") -> list[Json]:
        """Return what is in a channel for this person, oldest first, each with the answers in its thread.

        The latest messages are shown, and back to the one of the time stamp *keep* where somebody reads that one.
        """
        rows = self._workspace.messages(channel, limit=MOST_MESSAGES * 4)
        shown = [*rows, *self._workspace.whispers(channel, self.user, limit=MOST_MESSAGES)]
        shown.sort(key=lambda message: str(message["ts"]))
        answers: dict[str, list[Json]] = {}
        tops = []
        for message in shown:
            root = message.get("thread_ts", message["ts"])
            if root != message["ts"]:
                answers.setdefault(root, []).append(message)
            if root == message["ts"] or message.get("subtype") == "thread_broadcast":
                tops.append(message)
        known = {message["ts"] for message in tops}
        tops += [each for root, rest in answers.items() if root not in known for each in rest]
        tops.sort(key=lambda message: str(message["ts"]))
        start = max(len(tops) - MOST_MESSAGES, 0)
        kept = next((place for place, each in enumerate(tops) if keep and each["ts"] >= keep), start)
        start = max(min(start, kept), len(tops) - 4 * MOST_MESSAGES, 0)
        return [self._row(message, answers.get(message["ts"], [])) for message in tops[start:]]

    def _row(self, message: Json, answers: list[Json]) -> Json:
        return message | {
            "name": self.name(message["user"]),
            "bot": message["user"] == BOT_USER,
            "at": datetime.fromtimestamp(float(message["ts"]), UTC),
            "answers": [self._row(each, []) for each in answers],
        }

    def modal(self) -> Json | None:
        """Return the modal on top of this person's screen, with how many lie below it."""
        stack = slack_views.shown_to(self._workspace, self.user)
        return stack[-1] | {"depth": len(stack)} if stack else None

    def pane(self) -> Json | None:
        """Return the pane of an object that this person has open."""
        return slack_entities.pane_of(self._workspace, self.user)

    def home(self) -> Json | None:
        """Return this person's App Home."""
        return slack_views.home_of(self._workspace, self.user)

    def inline(self, element: Json) -> Markup:
        """Return one element of a rich text line as HTML."""
        style = element.get("style") or {}
        body = self._inline_body(element)
        for name, tag in (("code", "code"), ("bold", "b"), ("italic", "i"), ("strike", "s")):
            if style.get(name):
                body = Markup("<{}>{}</{}>").format(Markup(tag), body, Markup(tag))  # noqa: S704 - a constant
        return body

    def _inline_body(self, element: Json) -> Markup:
        match element["type"]:
            case "text":
                return Markup("<br>").join(str(element["text"]).split("\n"))
            case "link":
                return slack_mrkdwn.link(element["url"], element.get("text") or element["url"])
            case "emoji":
                name = str(element["name"])
                return Markup("{}").format(slack_mrkdwn.EMOJI.get(name, f":{name}:"))
            case "user":
                return Markup('<span class="mention">@{}</span>').format(self.name(element["user_id"]))
            case "channel":
                return Markup('<span class="mention">#{}</span>').format(self.name(element["channel_id"]))
            case "broadcast":
                return Markup('<span class="mention">@{}</span>').format(element["range"])
            case "date":
                moment = datetime.fromtimestamp(element["timestamp"], UTC)
                return Markup("{}").format(f"{moment.day} {moment:%b %Y, %H:%M}")
            case _:
                return Markup("{}").format(element.get("value") or element.get("usergroup_id") or "")


def person_menu(workspace: Workspace) -> list[tuple[str, str]]:
    """Return ids and names for menus of people."""
    return [(person.slack_id, person.name) for person in workspace.people.values()]


def _initial(element: Json) -> Any:
    """Return the values that a menu or a set of boxes starts with."""
    many = (
        element.get("initial_options") or [element["initial_option"]]
        if (element.get("initial_options") or element.get("initial_option"))
        else []
    )
    return [each["value"] for each in many]


pages.filters(chosen=_initial)
