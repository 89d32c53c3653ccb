"""Acts: all that a payer can do beside paying, as routes."""

from portal import dispute, plan, promise, question

ROUTES = (*plan.ROUTES, *dispute.ROUTES, *promise.ROUTES, *question.ROUTES)
