"""Unsent: what a payer typed into a form of several pages and has not sent yet; for one browser, and one day."""

import json
from collections.abc import Mapping
from datetime import timedelta

from domain.kernel import card_numbers
from domain.kernel.core import Core
from domain.pay_links import sessions
from domain.pay_links.refusals import LinkNotFound

KEPT = timedelta(days=1)
"""Who looks something up in between comes back within the day; later everything is typed anew."""

_KEEP = f"""
    INSERT INTO unsent_form (session_id, form, fields, kept_at)
    SELECT s.id, %(form)s, %(fields)s, %(now)s FROM portal_session s JOIN pay_link l ON l.id = s.link_id
    WHERE s.secret_hash = %(hash)s AND {sessions.ALIVE}
    ON CONFLICT (session_id, form) DO UPDATE SET fields = excluded.fields, kept_at = excluded.kept_at
"""

_FOUND = f"""
    SELECT u.fields FROM unsent_form u JOIN portal_session s ON s.id = u.session_id JOIN pay_link l ON l.id = s.link_id
    WHERE s.secret_hash = %(hash)s AND u.form = %(form)s AND u.kept_at > %(since)s AND {sessions.ALIVE}
"""

_FORGET = """
    DELETE FROM unsent_form u USING portal_session s
    WHERE s.id = u.session_id AND s.secret_hash = %(hash)s AND u.form = %(form)s
"""


async def keep(core: Core, *, secret: str, form: str, fields: Mapping[str, str]) -> None:
    """Keep what was typed so far in place of what was kept before, without the numbers of cards.

    Raises:
        LinkNotFound: The session is over.
    """
    clean = json.dumps({name: card_numbers.masked(value) for name, value in fields.items()})
    now = core.clock.now()
    kept = {"hash": sessions.secret_hash(secret), "form": form, "fields": clean, "now": now}
    if not await core.database.execute(_KEEP, kept | sessions.alive_parameters(now)):
        raise LinkNotFound


async def found(core: Core, *, secret: str, form: str) -> dict[str, str] | None:
    """Return what this session's browser typed of late and did not send."""
    now = core.clock.now()
    which = {"hash": sessions.secret_hash(secret), "form": form, "since": now - KEPT}
    row = await core.database.row(_FOUND, which | sessions.alive_parameters(now))
    return dict(row["fields"]) if row else None


async def forget(core: Core, *, secret: str, form: str) -> None:
    """Remove what was kept, since it was sent."""
    await core.database.execute(_FORGET, {"hash": sessions.secret_hash(secret), "form": form})


async def forget_old(core: Core) -> None:
    """Remove what nobody came back for. A job."""
    await core.database.execute("DELETE FROM unsent_form WHERE kept_at <= %s", (core.clock.now() - KEPT,))
