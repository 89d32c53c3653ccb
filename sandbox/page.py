"""The demo's page: one server-rendered document whose panes are drawn anew when something changes."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web
from markupsafe import Markup

from sandbox import (
    guide,
    ledger,
    page_files,
    page_mail,
    page_stripe,
    page_trouble,
    pages,
    slack_entities,
    slack_panes,
    slack_sharing,
    slack_show,
)
from sandbox.clock import ClockOnlyGoesForwards, MovableClock
from sandbox.live import Live
from sandbox.mail_world import MailWorld
from sandbox.settings import SandboxSettings
from sandbox.slack_pointing import NotOnScreen
from sandbox.slack_show import Screen
from sandbox.slack_world import SlackWorld
from sandbox.store import Json, Store
from sandbox.stripe_world import StripeWorld

MOST_DRAWN = 1000
"""Drawn messages that are remembered: a busy channel changes one message at a time."""

Act = Callable[[web.Request, Json], Awaitable[Json]]
"""What a button does: the request and its JSON in, what the page script is told out."""


class Page:
    """Serve the page, its panes, and the Slack-like channel's acts."""

    def __init__(
        self,
        settings: SandboxSettings,
        store: Store,
        clock: MovableClock,
        live: Live,
        *,
        slack: SlackWorld,
        stripe: StripeWorld,
        mail: MailWorld,
        product_url: Callable[[], str],
    ) -> None:
        self._settings, self._store, self._clock, self._live = settings, store, clock, live
        self._slack, self._stripe, self._mail, self._product_url = slack, stripe, mail, product_url
        self._drawn_messages: dict[tuple[str, str], Markup] = {}

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/", self._whole)
        app.router.add_get("/static/{name}", pages.static)
        app.router.add_get("/page/live", self._live.stream)
        app.router.add_get("/page/pane/{name}", self._pane)
        acts: dict[str, Act] = {
            "say": self._say,
            "share": self._share,
            "press": self._press,
            "submit": self._submit,
            "close": self._close,
            "suggest": self._suggest,
            "dismiss": self._dismiss,
            "home": self._home,
            "object": self._object,
        }
        for name, act in acts.items():
            app.router.add_post(f"/page/slack/{name}", told(act))
        app.router.add_post("/page/clock", told(self._move))
        page_files.FilesPage(self._slack).add_to(app)
        page_mail.MailPage(self._mail).add_to(app)
        page_stripe.StripePage(self._stripe).add_to(app)
        page_trouble.TroublePage(self._slack).add_to(app)

    async def _whole(self, request: web.Request) -> web.StreamResponse:
        panes: Json = {name: self._drawn(name, request) for name in PANES}
        return pages.page(
            "page.html",
            **panes,
            everybody=self._settings.people,
            suggestions=self._settings.suggestions,
            channel_name=self._channel_name(),
            has_home="app_home_opened" in self._settings.slack_events,
        )

    async def _pane(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in PANES:
            raise web.HTTPNotFound(text="There is no such pane.\n")
        return web.Response(text=str(self._drawn(name, request)), content_type="text/html")

    def _drawn(self, name: str, request: web.Request) -> Markup:
        return Markup(pages.rendered(f"{name}.html", **PANES[name](self, request)))  # noqa: S704 - autoescaped

    def _channel_name(self) -> str:
        return self._slack.workspace.channel_name(self._settings.slack_channel)

    def _screen(self, request: web.Request) -> Screen:
        user = request.query.get("user", "")
        people = self._slack.workspace.people
        return Screen(self._slack.workspace, user if user in people else next(iter(people)))

    def _menus(self) -> Json:
        return {
            "people": slack_show.person_menu(self._slack.workspace),
            "channels": [(self._settings.slack_channel, self._channel_name())],
        }

    def _guide(self, _: web.Request) -> Json:
        return {
            "product_url": self._product_url(),
            "steps": guide.steps(self._store, self._mail, self._settings.people, invoice=f"INV-{ledger.FIRST_NUMBER}"),
        }

    def _channel(self, request: web.Request) -> Json:
        screen, room = self._screen(request), request.query.get("room", "channel")
        channel = self._room(screen.user, room)
        return self._menus() | {
            "screen": screen,
            "at_home": room == "home",
            "home": screen.home() if room == "home" else None,
            "rows": [] if room == "home" else self._messages(screen, channel, request.query.get("keep", "")),
            "channel_name": self._channel_name(),
        }

    def _messages(self, screen: Screen, channel: str, keep: str) -> list[Markup]:
        """Draw the messages; one that has not changed since is taken as it was drawn."""
        drawn = []
        for row in screen.channel(channel, keep=keep):
            key = (screen.user, json.dumps(row, default=str))
            if key not in self._drawn_messages:
                html = pages.rendered("message.html", row=row, screen=screen, **self._menus())
                self._drawn_messages[key] = Markup(html)  # noqa: S704 - autoescaped
            drawn.append(self._drawn_messages.pop(key))
            self._drawn_messages[key] = drawn[-1]
        while len(self._drawn_messages) > MOST_DRAWN:
            del self._drawn_messages[next(iter(self._drawn_messages))]
        return drawn

    def _modal(self, request: web.Request) -> Json:
        screen = self._screen(request)
        return self._menus() | {"screen": screen, "modal": screen.modal()}

    def _object_pane(self, request: web.Request) -> Json:
        return {"pane": self._screen(request).pane()}

    def _clock_pane(self, _: web.Request) -> Json:
        ahead = self._clock.offset
        words = [f"{ahead.days} day{'s' if ahead.days != 1 else ''}"] if ahead.days else []
        if ahead.seconds >= 3600:
            words.append(f"{ahead.seconds // 3600} h")
        return {"now": self._clock.now(), "ahead": " ".join(words)}

    def _mail_pane(self, request: web.Request) -> Json:
        return page_mail.pane(self._mail, request)

    def _stripe_pane(self, _: web.Request) -> Json:
        return page_stripe.pane(self._stripe, webhook_url=f"{self._product_url()}/stripe/webhook")

    def _room(self, user: str, room: str) -> str:
        return self._slack.workspace.direct(user) if room == "direct" else self._settings.slack_channel

    async def _say(self, _: web.Request, asked: Json) -> Json:
        text = str(asked.get("text", "")).strip()
        if not text:
            return {"ok": True}
        outcome = await self._slack.say(
            user=str(asked.get("user")),
            text=text[:4000],
            channel=self._room(str(asked.get("user")), str(asked.get("room"))),
        )
        return {"ok": not outcome.trouble, "message": outcome.trouble}

    async def _share(self, _: web.Request, asked: Json) -> Json:
        user, files = str(asked.get("user")), asked.get("files")
        ids = [str(each) for each in files[:10]] if isinstance(files, list) else []
        room = self._room(user, str(asked.get("room")))
        outcome = await slack_sharing.share(self._slack, user=user, file_ids=ids, channel=room)
        return {"ok": not outcome.trouble, "message": outcome.trouble}

    async def _press(self, _: web.Request, asked: Json) -> Json:
        user = str(asked.get("user"))
        values = asked.get("values")
        outcome = await self._slack.press(
            user=user,
            block_id=str(asked.get("block")),
            action_id=str(asked.get("action")),
            ts=str(asked.get("ts") or ""),
            view_id=str(asked.get("view") or ""),
            raw=asked.get("raw"),
            channel=self._room(user, str(asked.get("room"))),
            values=values if isinstance(values, dict) else {},
        )
        return {"ok": not outcome.trouble, "message": outcome.trouble}

    async def _submit(self, _: web.Request, asked: Json) -> Json:
        values = asked.get("values")
        outcome = await self._slack.submit(
            user=str(asked.get("user")),
            view_id=str(asked.get("view") or ""),
            values=values if isinstance(values, dict) else {},
        )
        return {"ok": not outcome.trouble, "message": outcome.trouble, "errors": outcome.errors}

    async def _close(self, _: web.Request, asked: Json) -> Json:
        await self._slack.close_view(
            user=str(asked.get("user")), view_id=str(asked.get("view") or ""), everything=asked.get("how") == "all"
        )
        return {"ok": True}

    async def _suggest(self, _: web.Request, asked: Json) -> Json:
        user = str(asked.get("user"))
        found = await self._slack.suggest(
            user=user,
            block_id=str(asked.get("block")),
            action_id=str(asked.get("action")),
            text=str(asked.get("text", ""))[:100],
            ts=str(asked.get("ts") or ""),
            view_id=str(asked.get("view") or ""),
            channel=self._room(user, str(asked.get("room"))),
        )
        return {"ok": True, "options": [{"text": each["text"]["text"], "value": each["value"]} for each in found]}

    async def _dismiss(self, _: web.Request, asked: Json) -> Json:
        user = str(asked.get("user"))
        channel, ts = self._room(user, str(asked.get("room"))), str(asked.get("ts"))
        shown = self._slack.workspace.whispered(channel, ts)
        if shown is not None and shown["for"] == user:
            self._slack.workspace.dismiss(channel, ts)
        return {"ok": True}

    async def _home(self, _: web.Request, asked: Json) -> Json:
        await self._slack.open_home(user=str(asked.get("user")))
        return {"ok": True}

    async def _object(self, _: web.Request, asked: Json) -> Json:
        """Open the object in that place below a message, or close the one that is open where no message is named."""
        user, place = str(asked.get("user")), asked.get("place")
        if "ts" not in asked:
            slack_entities.close(self._slack.workspace, self._slack.person(user).slack_id)
            return {"ok": True}
        outcome = await slack_panes.open_object(
            self._slack,
            user=user,
            ts=str(asked["ts"]),
            place=place if isinstance(place, int) else 0,
            channel=self._room(user, str(asked.get("room"))),
        )
        return {"ok": not outcome.trouble, "message": outcome.trouble}

    async def _move(self, _: web.Request, asked: Json) -> Json:
        try:
            hours = float(asked.get("hours", 0))
            now = await self._clock.move(timedelta(hours=hours))
        except (ClockOnlyGoesForwards, ValueError, TypeError, OverflowError):
            return {"ok": False, "message": "The clock goes forwards only."}
        self._live.changed(frozenset({"clock"}))
        return {"ok": True, "message": f"It is now {now:%A %d %B, %H:%M} UTC."}


PANES: dict[str, Callable[[Page, web.Request], Json]] = {
    "clock": Page._clock_pane,
    "guide": Page._guide,
    "channel": Page._channel,
    "modal": Page._modal,
    "object": Page._object_pane,
    "mail": Page._mail_pane,
    "stripe": Page._stripe_pane,
}
"""Each pane and what its template is given."""


def told(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that reads JSON, acts and answers JSON; what cannot be done is told in words."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            asked = await request.json()
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return web.json_response({"ok": False, "message": "This was not understood."}, status=400)
        try:
            return web.json_response(await act(request, asked))
        except NotOnScreen as no:
            return web.json_response({"ok": False, "message": str(no)})

    return handler
