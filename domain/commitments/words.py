"""Words: the states of promises, plans and disputes as operators read them, and sentences that are kept with them."""

from domain.commitments.states import DisputeState, PlanState, PromiseState
from domain.kernel.speech import phrase, say, say_as
from domain.ledger.states import InvoiceState

INVOICE_SETTLED = phrase("the invoice is settled")

INVOICE_VOID = phrase("the invoice is void")

INVOICE_WRITTEN_OFF = phrase("the invoice is written off")

NOTHING_ASKED = phrase("{why}; nothing is asked for any more")

BOOKS_LOWERED = phrase("the books lowered the invoice by as much, and nobody knows whether that was the payment")

INSTALMENTS_MISSED = phrase("{n} instalments were missed")

ANOTHER_END = phrase("another end was proposed instead")

DISPUTE_REJECTED = phrase("the dispute is rejected")

DISPUTE_WITHDRAWN = phrase("the dispute is withdrawn")

IS_DISPUTED = phrase("{amount} is disputed")

PROMISE_RUNS = phrase("a promise over {amount} runs until {day}")

PROMISES_RUN = phrase("{n} promises over {amount} run, the first until {day}")

PLAN_RUNS = phrase("a plan over {amount} runs on schedule")

_CLOSED = {
    InvoiceState.SETTLED: INVOICE_SETTLED,
    InvoiceState.VOID: INVOICE_VOID,
    InvoiceState.WRITTEN_OFF: INVOICE_WRITTEN_OFF,
    InvoiceState.TEST: phrase("the invoice is a test"),
}


def invoice_closed(state: str) -> str:
    """Return why an invoice is asked for no more, as it is kept."""
    return say(_CLOSED[InvoiceState(state)])


def invoice_state(state: str) -> str:
    """Return the state of an invoice as the reader calls it."""
    match state:
        case InvoiceState.OPEN:
            return say_as("state of an invoice", "open")
        case InvoiceState.SETTLED:
            return say_as("state of an invoice", "settled")
        case InvoiceState.VOID:
            return say_as("state of an invoice", "void")
        case InvoiceState.WRITTEN_OFF:
            return say_as("state of an invoice", "written off")
        case _:
            return say_as("state of an invoice", "test")


def promise_state(state: str) -> str:
    """Return the state of a promise as the reader calls it."""
    match state:
        case PromiseState.RUNNING:
            return say_as("state of a promise", "running")
        case PromiseState.KEPT:
            return say_as("state of a promise", "kept")
        case PromiseState.PARTLY_KEPT:
            return say_as("state of a promise", "partly kept")
        case PromiseState.BROKEN:
            return say_as("state of a promise", "broken")
        case PromiseState.REPLACED:
            return say_as("state of a promise", "replaced")
        case PromiseState.WITHDRAWN:
            return say_as("state of a promise", "withdrawn")
        case _:
            return state


def plan_state(state: str) -> str:
    """Return the state of a plan as the reader calls it."""
    match state:
        case PlanState.REQUESTED:
            return say_as("state of a plan", "requested")
        case PlanState.COUNTERED:
            return say_as("state of a plan", "countered")
        case PlanState.RUNNING:
            return say_as("state of a plan", "running")
        case PlanState.COMPLETED:
            return say_as("state of a plan", "completed")
        case PlanState.DEFAULTED:
            return say_as("state of a plan", "defaulted")
        case PlanState.REJECTED:
            return say_as("state of a plan", "rejected")
        case PlanState.CANCELLED:
            return say_as("state of a plan", "cancelled")
        case _:
            return state


def dispute_state(state: str) -> str:
    """Return the state of a dispute, or its outcome in words, as the reader calls it."""
    match state.replace(" ", "_"):
        case DisputeState.OPEN:
            return say_as("state of a dispute", "open")
        case DisputeState.ACCEPTED:
            return say_as("state of a dispute", "accepted")
        case DisputeState.PARTLY_ACCEPTED:
            return say_as("state of a dispute", "partly accepted")
        case DisputeState.REJECTED:
            return say_as("state of a dispute", "rejected")
        case DisputeState.WITHDRAWN:
            return say_as("state of a dispute", "withdrawn")
        case _:
            return state
