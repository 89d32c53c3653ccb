"""Cookies: which browser it is (given with the page of the button), and the session that the button began."""

import re
import secrets
from dataclasses import dataclass

from aiohttp import web

from domain.pay_links.sessions import ABSOLUTE_LIMIT

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
"""256 random bits in base64url; anything else was not set by us."""

_BROWSER_DAYS = 60
"""As long as a payer may come back to a link that is kept alive, and then some."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """Both cookies of the portal.

    With HTTPS their names begin with ``__Host-``, so that no neighbouring site can plant them. Browsers take such
    names over HTTPS only; a demo on http://127.0.0.1 uses plain ones.
    """

    secure: bool

    @property
    def session_name(self) -> str:
        """The name of the session's cookie."""
        return "__Host-plixo" if self.secure else "plixo"

    @property
    def browser_name(self) -> str:
        """The name of the browser's cookie."""
        return "__Host-plixo-browser" if self.secure else "plixo-browser"

    def session(self, request: web.Request) -> str | None:
        """Return the session's secret that the browser holds."""
        return self._read(request, self.session_name)

    def browser(self, request: web.Request) -> str | None:
        """Return the word by which the browser is known."""
        return self._read(request, self.browser_name)

    def give_browser(self, request: web.Request, response: web.Response) -> None:
        """Let the browser keep its word, or give it one; nothing is stored here."""
        self._give(response, self.browser_name, self.browser(request) or secrets.token_urlsafe(32), _BROWSER_DAYS)

    def give_session(self, response: web.Response, secret: str) -> None:
        """Hand over the session."""
        self._give(response, self.session_name, secret, ABSOLUTE_LIMIT.days)

    def _read(self, request: web.Request, name: str) -> str | None:
        value = request.cookies.get(name, "")
        return value if _SECRET.fullmatch(value) else None

    def _give(self, response: web.Response, name: str, value: str, days: int) -> None:
        response.set_cookie(
            name, value, max_age=days * 86_400, path="/", httponly=True, secure=self.secure, samesite="Lax"
        )
