"""Templates and static files of the sandbox's pages."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from sandbox import stripe_currency

FOLDER = Path(__file__).parent

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""The kinds of static files; nothing else is served."""


def _stamp(at: float | datetime, form: str = "%a %d %b, %H:%M") -> str:
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return moment.strftime(form)


_environment = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_environment.filters["money"] = stripe_currency.shown
_environment.filters["stamp"] = _stamp


def filters(**named: Any) -> None:
    """Add filters to all templates; called once by each module that has some."""
    _environment.filters.update(named)


def rendered(template: str, **values: Any) -> str:
    """Return a template with its values, which are escaped."""
    return _environment.get_template(template).render(**values)


def page(template: str, *, status: int = 200, policy: str | None = None, **values: Any) -> web.Response:
    """Return a whole page; *policy* replaces the usual content security policy."""
    headers = {"Content-Security-Policy": policy} if policy else None
    return web.Response(text=rendered(template, **values), content_type="text/html", status=status, headers=headers)


async def static(request: web.Request) -> web.StreamResponse:
    """Serve one of the sandbox's own files."""
    name = request.match_info["name"]
    file = FOLDER / "static" / name
    if file.suffix not in TYPES or file.parent != FOLDER / "static" or not file.is_file():
        raise web.HTTPNotFound(text="There is no such file.\n")
    return web.Response(body=file.read_bytes(), content_type=TYPES[file.suffix], charset="utf-8")
