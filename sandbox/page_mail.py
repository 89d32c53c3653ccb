"""The page's mail boxes: list, read, answer."""

import base64
from collections.abc import Awaitable

from aiohttp import web

from sandbox import mail_world
from sandbox.mail_answers import BOUNCES, File
from sandbox.mail_world import MailWorld, NotDelivered
from sandbox.store import Json

MOST_LISTED = 100
MOST_TEXT = 20_000

HTML_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'self'; frame-ancestors 'self'"
)
"""A mail may look as it likes; it runs nothing, loads nothing and reaches nothing."""


def pane(mail: MailWorld, request: web.Request) -> Json:
    """Return what the pane shows: the list, or the mail that was asked for."""
    shown = mail.mail(request.query.get("mail", "")) if request.query.get("mail") else None
    if shown is not None:
        letter = mail.read(shown["id"])
        part = request.query.get("part", "html")
        return {
            "mail": shown,
            "letter": letter,
            "acts": mail_world.ACTS,
            "part": part if part in {"html", "text", "headers"} and (letter.html or part != "html") else "text",
            "unread": mail.unread(),
            "can_unsubscribe": bool(mail_world.unsubscribe_address(mail.raw(shown["id"]))[0]),
            "can_click": bool(mail_world.unsubscribe_page(mail.raw(shown["id"]))),
        }
    box = request.query.get("box") or None
    rows, total = mail.mails(recipient=box, limit=MOST_LISTED), mail.count()
    return {
        "mail": None,
        "mails": rows,
        "boxes": mail.boxes(),
        "box": box,
        "total": total,
        "unread": mail.unread(),
        "more": box is None and total > len(rows),
        "acts": mail_world.ACTS,
        "ours": rows[0]["envelope_from"].rpartition("@")[2] if rows else "",
    }


class MailPage:
    """Serve single mails and what recipients do with them."""

    def __init__(self, mail: MailWorld) -> None:
        self._mail = mail

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/mail/{id}/html", self._html)
        app.router.add_get("/mail/{id}/raw", self._raw)
        app.router.add_get("/mail/{id}/part/{place}", self._part)
        app.router.add_post("/page/mail/write", self._write)
        app.router.add_post("/page/mail/{id}/{act}", self._act)

    def _found(self, request: web.Request) -> str:
        mail_id = request.match_info["id"]
        if self._mail.mail(mail_id) is None:
            raise web.HTTPNotFound(text="There is no such mail.\n")
        return mail_id

    async def _html(self, request: web.Request) -> web.StreamResponse:
        html = self._mail.read(self._found(request)).html
        return web.Response(
            text=f'<base target="_blank">{html}',
            content_type="text/html",
            headers={"Content-Security-Policy": HTML_POLICY, "Referrer-Policy": "no-referrer"},
        )

    async def _raw(self, request: web.Request) -> web.StreamResponse:
        return _download(self._mail.raw(self._found(request)), "message/rfc822")

    async def _part(self, request: web.Request) -> web.StreamResponse:
        attachments = self._mail.read(self._found(request)).attachments
        place = request.match_info["place"]
        if not place.isdecimal() or int(place) >= len(attachments):
            raise web.HTTPNotFound(text="This mail has no such attachment.\n")
        return _download(attachments[int(place)].content, "application/octet-stream")

    async def _act(self, request: web.Request) -> web.StreamResponse:
        mail_id, act = self._found(request), request.match_info["act"]
        asked = await _asked(request)
        return await _told(self._done(mail_id, act, str(asked.get("text", ""))[:MOST_TEXT], _file(asked)))

    async def _write(self, request: web.Request) -> web.StreamResponse:
        asked = {name: str(value)[:MOST_TEXT] for name, value in (await _asked(request)).items()}
        return await _told(self._written(asked))

    async def _written(self, asked: dict[str, str]) -> str:
        if not asked.get("text", "").strip():
            raise NotDelivered("Write something first.")
        sender, recipient = asked.get("from", "").strip(), asked.get("to", "").strip()
        await self._mail.write(sender, recipient, subject=asked.get("subject", ""), text=asked["text"])
        return "Plixo's mail server took it."

    async def _done(self, mail_id: str, act: str, text: str, file: File | None) -> str:
        if act == "seen":
            self._mail.mark_read(mail_id)
            return ""
        if act in BOUNCES:
            await self._mail.bounce(mail_id, act)
        elif act == "complain":
            await self._mail.complain(mail_id)
        elif act == "away":
            await self._mail.be_away(mail_id)
        elif act == "gone":
            await self._mail.be_gone(mail_id)
        elif act == "unsubscribe":
            await self._mail.unsubscribe(mail_id)
        elif act == "one-click":
            await self._mail.click_unsubscribe(mail_id)
            return f"{mail_world.ACTS[act]}. Plixo's page took it."
        elif act == "reply" and text.strip():
            await self._mail.reply(mail_id, text, file=file)
        else:
            raise NotDelivered("Write something first." if act == "reply" else "There is no such button.")
        return f"{mail_world.ACTS[act]}. Plixo's mail server took it."


async def _asked(request: web.Request) -> Json:
    try:
        asked = await request.json()
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


async def _told(doing: Awaitable[str]) -> web.Response:
    """Say how something went that is sent to the product."""
    try:
        return web.json_response({"ok": True, "message": await doing})
    except NotDelivered as no:
        return web.json_response({"ok": False, "message": str(no)})


def _file(asked: Json) -> File | None:
    """Return the file that came with what was asked, in base64; None when there is none."""
    file = asked.get("file")
    if not isinstance(file, dict) or not file.get("name"):
        return None
    try:
        return File(str(file["name"])[:200], base64.b64decode(str(file.get("content", "")), validate=True))
    except ValueError:
        return None


def _download(content: bytes, content_type: str) -> web.Response:
    return web.Response(
        body=content,
        content_type=content_type,
        headers={"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )
