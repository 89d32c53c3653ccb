"""The Slack stand-in as a whole: what a member of the workspace can do, by the page's buttons or in a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox import (
    slack_blocks,
    slack_files,
    slack_mrkdwn,
    slack_pointing,
    slack_requests,
    slack_state,
    slack_unfurls,
    slack_views,
)
from sandbox.settings import Person
from sandbox.slack_api import SlackApi, respond
from sandbox.slack_pointing import NotOnScreen
from sandbox.slack_sender import TROUBLE, Delivery, Sender
from sandbox.slack_workspace import SLACKBOT, SlackRefusal, Workspace
from sandbox.store import Json, Store
from sandbox.stripe_books import Clock


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person sees at once after an act."""

    trouble: str = ""
    """Plain words; empty when all went well."""
    errors: dict[str, str] = field(default_factory=dict)
    """By block id: what is wrong in a form."""
    link: str = ""
    """An address that the pressed button opens."""


class SlackWorld:
    """Everything that stands in for Slack."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        people: Sequence[Person],
        channel: str,
        bot_token: str,
        signing_secret: str,
        origin: Callable[[], str],
        address: Callable[[], str],
        commands: frozenset[str] = frozenset({"/plixo"}),
        events: frozenset[str] = frozenset(),
    ) -> None:
        self.workspace = Workspace(store, clock, people=people, channel=channel)
        self.api = SlackApi(self.workspace, token=bot_token, origin=origin)
        self.sender = Sender(signing_secret=signing_secret, address=address)
        self._address_of_product = address
        self.events = events
        """Which events the app is subscribed to; others are not sent."""
        self.origin, self._commands = origin, commands
        self._offered: dict[tuple[str, str], list[Json]] = {}

    def add_to(self, app: web.Application) -> None:
        """Add the API's routes."""
        self.api.add_to(app)

    def person(self, user: str) -> Person:
        """Return a member.

        Raises:
            NotOnScreen: There is nobody of that id.
        """
        if user not in self.workspace.people:
            raise NotOnScreen("There is nobody of that name.")
        return self.workspace.people[user]

    async def say(self, *, user: str, text: str, channel: str | None = None, thread_ts: str | None = None) -> Outcome:
        """Type *text* and press Enter: a slash command, or a message."""
        person, where = self.person(user), channel or self.workspace.channel
        if text.startswith("/"):
            return await self.command(user=user, text=text, channel=where)
        message = self.workspace.post(where, user=person.slack_id, text=slack_mrkdwn.escaped(text), thread_ts=thread_ts)
        kind = "im" if where.startswith("D") else "channel"
        if f"message.{kind}s" in self.events or f"message.{kind}" in self.events:
            await self.send_event(message | {"channel": where, "channel_type": kind, "event_ts": message["ts"]})
        told = slack_unfurls.links(message["text"], domain=urlsplit(self._address_of_product()).netloc)
        if told and slack_unfurls.EVENT in self.events:
            await self.send_event(slack_unfurls.shared(message, channel=where, told=told))
        return Outcome()

    async def command(self, *, user: str, text: str, channel: str | None = None) -> Outcome:
        """Run a slash command; what it answers is shown in the channel."""
        person, where = self.person(user), channel or self.workspace.channel
        word, _, rest = text.strip().partition(" ")
        if word not in self._commands:
            self.workspace.whisper(
                where,
                user=user,
                sender=SLACKBOT,
                echo=text.strip(),
                text=f"`{slack_mrkdwn.escaped(word)}` is not a valid command.",
            )
            return Outcome(trouble="There is no such command.")
        token = self.workspace.new_response(user=user, channel=where, echo=text.strip())
        delivery = await self.sender.form(
            slack_requests.command(
                self.workspace, person, channel=where, word=word, text=rest.strip(), response_url=self._address(token)
            )
        )
        self.workspace.store.put(
            "slack.command",
            token,
            {"user": user, "text": text.strip(), "ok": delivery.ok, "at": self.workspace.next_ts()},
        )
        if not delivery.ok:
            self.workspace.whisper(
                where,
                user=user,
                sender=SLACKBOT,
                echo=text.strip(),
                text=(f"{word} failed with the error `{delivery.trouble}`: {TROUBLE[delivery.trouble]}."),
            )
            return Outcome(trouble=TROUBLE[delivery.trouble])
        kept = self.workspace.store.get("slack.response", token)
        answer = delivery.json() or ({"text": delivery.body} if delivery.body.strip() else {})
        if kept is not None and (answer.get("text") or answer.get("blocks")):
            self._show_answer(kept, answer)
        return Outcome()

    def _show_answer(self, kept: Json, answer: Json) -> None:
        try:
            respond(self.workspace, kept, answer)
        except SlackRefusal as no:
            self.workspace.whisper(
                kept["channel"],
                user=kept["user"],
                sender=SLACKBOT,
                echo=kept["echo"],
                text=f"The answer was refused with `{no.error}` {' '.join(no.messages)}",
            )

    async def press(
        self,
        *,
        user: str,
        block_id: str,
        action_id: str,
        ts: str = "",
        channel: str | None = None,
        view_id: str = "",
        raw: Any = None,
        values: Json | None = None,
    ) -> Outcome:
        """Use a button or menu in a message (by its ``ts``) or in a view; *raw* is what was chosen."""
        person, where = self.person(user), channel or self.workspace.channel
        source = slack_pointing.source(self.workspace, user, channel=where, ts=ts, view_id=view_id)
        element = slack_pointing.element(source, block_id, action_id)
        typed = dict(values or {})
        if raw is not None:
            typed[block_id] = {**typed.get(block_id, {}), action_id: raw}
        state = slack_state.values(slack_pointing.blocks(source), typed, self._offers)
        used = slack_requests.action(
            block_id, element, slack_state.chosen(element, raw, self._offers(block_id, action_id))
        )
        if ts:
            token = self.workspace.new_response(user=user, channel=where, source=source)
            payload = slack_requests.click_in_message(
                self.workspace,
                person,
                channel=where,
                message=source,
                used=used,
                values=state,
                response_url=self._address(token),
            )
        else:
            payload = slack_requests.click_in_view(self.workspace, person, view=source, used=used, values=state)
        delivery = await self.sender.payload(payload)
        return Outcome(TROUBLE.get(delivery.trouble, ""), link=element.get("url", ""))

    async def submit(self, *, user: str, values: Json, view_id: str | None = None) -> Outcome:
        """Press the submit button of a modal; *values* are what was typed, by block and action id."""
        person, view = self.person(user), slack_pointing.top(self.workspace, user, view_id)
        state = slack_state.values(view["blocks"], values, self._offers)
        wrong = slack_state.problems(view["blocks"], state)
        if wrong:
            return Outcome(errors=wrong)
        state = slack_files.filled_in(self.workspace, state, self.origin)
        delivery = await self.sender.payload(slack_requests.submission(self.workspace, person, view=view, values=state))
        if not delivery.ok:
            return Outcome(trouble=f"{TROUBLE[delivery.trouble].capitalize()}. Nothing was lost: try again.")
        return self._submitted(user, view, delivery)

    def _submitted(self, user: str, view: Json, delivery: Delivery) -> Outcome:
        answer = delivery.json()
        current = self.workspace.store.get("slack.view", view["id"])
        try:
            match answer.get("response_action"):
                case "errors":
                    return Outcome(errors={str(name): str(text) for name, text in (answer.get("errors") or {}).items()})
                case "update" if current is not None:
                    slack_views.updated(self.workspace, current, self._fit(answer.get("view")))
                case "push":
                    slack_views.pushed(self.workspace, user, self._fit(answer.get("view")))
                case "clear":
                    slack_views.close_all(self.workspace, user)
                case _ if current is not None:
                    slack_views.close(self.workspace, current)
        except SlackRefusal as no:
            return Outcome(
                trouble=f"The product answered with a view that Slack refuses: {no.error} {' '.join(no.messages)}"
            )
        return Outcome()

    def _fit(self, view: Json | None) -> Json:
        wrong = slack_blocks.view_complaints(view)
        if wrong or view is None:
            raise SlackRefusal("invalid_arguments", messages=wrong)
        return view

    async def close_view(self, *, user: str, view_id: str | None = None, everything: bool = False) -> None:
        """Close the modal on top, or all of them by the cross."""
        person, view = self.person(user), slack_pointing.top(self.workspace, user, view_id)
        if everything or view["clear_on_close"]:
            slack_views.close_all(self.workspace, user)
        else:
            slack_views.close(self.workspace, view)
        if view["notify_on_close"]:
            await self.sender.payload(slack_requests.closed(person, view=view, cleared=everything))

    async def suggest(
        self,
        *,
        user: str,
        block_id: str,
        action_id: str,
        text: str,
        ts: str = "",
        channel: str | None = None,
        view_id: str = "",
    ) -> list[Json]:
        """Return what the product offers in an external menu for what was typed so far."""
        person, where = self.person(user), channel or self.workspace.channel
        source = slack_pointing.source(self.workspace, user, channel=where, ts=ts, view_id=view_id)
        slack_pointing.element(source, block_id, action_id)
        container = (
            {"container": {"type": "view", "view_id": source["id"]}, "view": slack_views.told(source)}
            if view_id
            else {"container": {"type": "message", "message_ts": ts, "channel_id": where}}
        )
        answer = (
            await self.sender.payload(
                slack_requests.suggestion(
                    person, container=container, block_id=block_id, action_id=action_id, text=text
                )
            )
        ).json()
        found = slack_state.options(answer)[:100]
        self._offered[block_id, action_id] = found
        return found

    async def open_home(self, *, user: str) -> None:
        """Look at the App Home."""
        self.person(user)
        if "app_home_opened" in self.events:
            home = slack_views.home_of(self.workspace, user)
            inner: Json = {
                "type": "app_home_opened",
                "user": user,
                "channel": self.workspace.direct(user),
                "tab": "home",
                "event_ts": self.workspace.next_ts(),
            }
            await self.send_event(inner | ({"view": slack_views.told(home)} if home else {}))

    async def send_event(self, inner: Json) -> Delivery:
        """Send an event to the product, whatever it is subscribed to."""
        return await self.sender.event(slack_requests.event(inner, at=int(self.workspace.clock.now().timestamp())))

    def _address(self, token: str) -> str:
        return f"{self.origin()}/slack/response/{token}"

    def _offers(self, block_id: str, action_id: str) -> list[Json]:
        return self._offered.get((block_id, action_id), [])
