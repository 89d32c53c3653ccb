"""Acts: all that a payer can do beside paying, as routes."""

from portal import dispute, plan, promise

ROUTES = (*plan.ROUTES, *dispute.ROUTES, *promise.ROUTES)
