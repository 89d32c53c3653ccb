"""Acts: all that a payer can do beside paying, as routes, and what of it stands on the invoice page."""

from typing import Any

from domain.casework import on_file
from domain.pay_links.queries import PayerPage
from portal import act_forms, dispute, notices, plan, promise, question
from portal.rim import Portal


async def shown(portal: Portal, page: PayerPage, secret: str) -> dict[str, Any]:
    """Return what the invoice page shows of acts: what is on file, and what else can be done."""
    desk = act_forms.desk_of(portal, secret, page)
    found = await on_file.of_page(portal.core, page)
    return {"notices": notices.shown(desk, found, now=portal.core.clock.now()), "ways": notices.ways(desk, found)}


ROUTES = (*plan.ROUTES, *dispute.ROUTES, *promise.ROUTES, *question.ROUTES)
