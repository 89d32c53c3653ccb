"""Acts: all that a payer can do beside paying, as routes."""

from portal import promise

ROUTES = (*promise.ROUTES,)
