"""Keep strangers' web pages away: the sandbox has no login, so it answers its own page and local programs only."""

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

API_PREFIXES = ("/slack/api/", "/slack/upload/", "/slack/response/", "/stripe/v1/")
"""What programs call; a browser's page cannot, since it has no token and may not set one across origins."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: http://127.0.0.1:* http://localhost:*; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other host names (rebinding) and posts from other origins; add the headers of a careful page."""
    if not _is_local(request.headers.get("Host", "")):
        return web.Response(status=403, text="The sandbox answers under 127.0.0.1 and localhost only.\n")
    if request.method not in {"GET", "HEAD"} and not request.path.startswith(API_PREFIXES) and not _is_own(request):
        return web.Response(status=403, text="This form was sent by another page.\n")
    response = await handler(request)
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
    return response


def _is_local(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOCAL_NAMES
    except ValueError:
        return False


def _is_own(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("Host")
