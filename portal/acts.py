"""Acts: all that a payer can do beside paying, as routes."""

from portal import plan, promise

ROUTES = (*plan.ROUTES, *promise.ROUTES)
