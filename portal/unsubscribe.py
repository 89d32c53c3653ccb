"""Unsubscribe: the page behind a mail's way out, and the one click of RFC 8058. Looking changes nothing."""

from aiohttp import web

from domain.deliverability import unsubscribes
from portal import forms
from portal.rim import Portal, Route

BY_MAIL_PROGRAM = "one-click"
BY_PAGE = "unsubscribe page"
"""How it was asked for; kept with the suppression as its evidence."""


async def look(portal: Portal, request: web.Request) -> web.Response:
    """Show the button. The same page for every token: mail scanners open links, and learn nothing."""
    return portal.pages.show(request, "unsubscribe.html", texts=portal.pages.texts(), of_digest=_of_digest(request))


async def press(portal: Portal, request: web.Request) -> web.Response:
    """Stop reminders or digests; the answer is the same whether the token was ours, and however often it is asked.

    A mail program posts without cookie, referrer or origin, so nothing of that is asked for: whoever has the token has
    the mail. Its body says what is meant, so that a scanner that posts at random stops nothing.
    """
    token = request.match_info["token"]
    await portal.rates.count("unsubscribe", request, key=token)
    body = await forms.body(request, limit=forms.MAX_BYTES)
    if b"List-Unsubscribe" not in body or b"One-Click" not in body:
        return portal.pages.say(request, "foreign", status=400)
    rule = BY_PAGE if b"from=page" in body else BY_MAIL_PROGRAM
    await unsubscribes.stop(portal.core, token=token, rule=rule)
    if _of_digest(request):
        return portal.pages.say(request, "digest_left", status=200, further="digest_left_next")
    return portal.pages.say(request, "left", status=200, further="left_next")


def _of_digest(request: web.Request) -> bool:
    """Tell whether the address was mailed to a manager, whom we remind of nothing."""
    return request.query_string == unsubscribes.OF_DIGEST


ROUTES = (Route("GET", "/u/{token:[^/]*}", "leave", look), Route("POST", "/u/{token:[^/]*}", "unsubscribe", press))
