"""The door: the small page behind a pay link, and its button. Looking changes nothing; pressing binds the browser."""

from aiohttp import web

from domain.pay_links import links, sessions
from domain.pay_links.refusals import LinkNotFound
from portal import forms
from portal.rim import Portal, Route


async def look(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Show the button. The same page for every token: mail scanners and unfurlers open links, and learn nothing."""
    response = portal.pages.show(request, "door.html", texts=portal.pages.texts())
    portal.cookies.give_browser(request, response)
    return response


async def press(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Enter, or ask for a fresh link from the page that a dead one shows."""
    forms.require_our_page(request, origin=portal.origin)
    token = request.match_info["token"]
    asked = (await forms.fields(request)).get("ask")
    if asked == "fresh":
        await portal.rates.count("fresh", request, key=token)
        await links.request_fresh(portal.core, token=token)
        return portal.pages.say(request, "sent", status=200, further="sent_next")
    await portal.rates.count("enter", request, key=token)
    browser = portal.cookies.browser(request)
    if browser is None:
        return portal.pages.say(request, "cookies", status=400)
    try:
        entered = await sessions.enter(
            portal.core, token=token, browser=browser, secret=portal.cookies.session(request)
        )
    except LinkNotFound:
        return dead(portal, request)
    response = web.Response(status=303, headers={"Location": "../i"})
    portal.cookies.give_session(response, entered.secret)
    return response


def dead(portal: Portal, request: web.Request, *, of_session: bool = False) -> web.Response:
    """Show the one page for expired, used, replaced and made-up links alike."""
    return portal.pages.show(request, "dead.html", status=404, texts=portal.pages.texts(), of_session=of_session)


ROUTES = (Route("GET", "/l/{token:[^/]*}", "look", look), Route("POST", "/l/{token:[^/]*}", "press", press))
