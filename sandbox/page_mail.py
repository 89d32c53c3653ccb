"""The page's mail boxes: list, read, answer."""

from aiohttp import web

from sandbox import mail_world
from sandbox.mail_answers import BOUNCES
from sandbox.mail_world import MailWorld, NotDelivered
from sandbox.store import Json

MOST_LISTED = 100

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
        try:
            asked = await request.json()
            text = str(asked.get("text", "")) if isinstance(asked, dict) else ""
        except ValueError:
            text = ""
        try:
            message = await self._done(mail_id, act, text[:20_000])
        except NotDelivered as no:
            return web.json_response({"ok": False, "message": str(no)})
        return web.json_response({"ok": True, "message": message})

    async def _done(self, mail_id: str, act: str, text: str) -> str:
        if act == "seen":
            self._mail.mark_read(mail_id)
            return ""
        if act in BOUNCES:
            await self._mail.bounce(mail_id, act)
        elif act == "complain":
            await self._mail.complain(mail_id)
        elif act == "away":
            await self._mail.be_away(mail_id)
        elif act == "unsubscribe":
            await self._mail.unsubscribe(mail_id)
        elif act == "reply" and text.strip():
            await self._mail.reply(mail_id, text)
        else:
            raise NotDelivered("Write something first." if act == "reply" else "There is no such button.")
        return f"{mail_world.ACTS[act]}. Plixo's mail server took it."


def _download(content: bytes, content_type: str) -> web.Response:
    return web.Response(
        body=content,
        content_type=content_type,
        headers={"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )
