"""The door: the small page behind a pay link, and its button. Looking changes nothing; pressing binds the browser."""

from aiohttp import web

from domain.pay_links import links, sessions, tokens
from domain.pay_links.refusals import LinkNotFound
from domain.pay_links.steps import Step
from portal import forms
from portal.rim import Portal, Route


async def look(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Show the button. The same page for every token: mail scanners and unfurlers open links, and learn nothing."""
    if request.method == "GET" and not _ahead(request):
        portal.steps.note(tokens.read(portal.core.keys, request.match_info["token"]), Step.OPENED)
    response = portal.pages.show(request, "door.html", texts=portal.pages.texts())
    portal.cookies.give_browser(request, response)
    return response


async def press(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Enter, or ask for a fresh link from the page that a dead one shows.

    A form that a script sends carries no button, so what a mail scanner's script posts only shows the page again. One
    that presses the button itself uses the link up, and costs its reader one click: the fresh link that they ask for
    is kept for their browser.
    """
    forms.require_our_page(request, origin=portal.origin)
    token, browser = request.match_info["token"], portal.cookies.browser(request)
    asked = (await forms.fields(request)).get("ask")
    if asked == "fresh":
        await portal.rates.count("fresh", request, key=token)
        await links.request_fresh(portal.core, token=token, browser=browser)
        return portal.pages.say(request, "sent", status=200, further="sent_next")
    if asked != "enter" or _ahead(request):
        return await look(portal, request)
    await portal.rates.count("enter", request, key=token)
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


def _ahead(request: web.Request) -> bool:
    """Tell whether a browser only fetches ahead what its user may want to see."""
    purposes = (request.headers.get(each, "") for each in ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"))
    return any(word in purpose.lower() for purpose in purposes for word in ("prefetch", "prerender", "preview"))


def dead(portal: Portal, request: web.Request, *, of_session: bool = False) -> web.Response:
    """Show the one page for expired, used, replaced and made-up links alike."""
    return portal.pages.show(request, "dead.html", status=404, texts=portal.pages.texts(), of_session=of_session)


ROUTES = (Route("GET", "/l/{token:[^/]*}", "look", look), Route("POST", "/l/{token:[^/]*}", "press", press))
