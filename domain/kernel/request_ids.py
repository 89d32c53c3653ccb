"""The request id: one short word that ties a click, a log line, a refusal and a mail together."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters or digits that people confuse when they read them out."""

_PLACES = tuple(len(_ALPHABET) ** place for place in range(10))
_MANY = len(_ALPHABET) ** 10

_current: ContextVar[str] = ContextVar("request_id", default="")


def fresh() -> str:
    """Return a new request id: 10 characters, about 50 bits."""
    number = secrets.randbelow(_MANY)  # asked for once, and not for each character
    return "".join(_ALPHABET[number // place % len(_ALPHABET)] for place in _PLACES)


def current() -> str:
    """Return the id of the request being served, or an empty text outside of one."""
    return _current.get()


@contextmanager
def serving(request_id: str | None = None) -> Iterator[str]:
    """Serve one request under *request_id*, or under a fresh one."""
    chosen = request_id or fresh()
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
