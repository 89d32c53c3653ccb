"""Money in Stripe's own lists of charges, refunds and disputes, said in our words; none of it need be ours."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.kernel.money import CurrencyUnknown
from domain.kernel.ports import Movement
from portal import stripe_amounts, stripe_reading


def _payments(charge: Any) -> Iterable[Movement]:
    """Say of a charge that succeeded that it brought money; one that failed or is under way brought none."""
    if charge.status != "succeeded" or not charge.paid:
        return ()
    mark = getattr(getattr(charge, "metadata", None), "checkout_id", None)
    about = getattr(charge, "description", None)
    method = stripe_reading.method(charge)
    return _movement(charge, "payment", charge.id, checkout_id=_ours(mark), method=method, about=str(about or "")[:200])


def _refunds(refund: Any) -> Iterable[Movement]:
    charge_id = _id(refund.charge)
    for reversal in stripe_reading.refunded([refund]):
        yield from _movement(refund, reversal.kind, charge_id, about=str(refund.reason or "").replace("_", " "))


def _disputes(dispute: Any) -> Iterable[Movement]:
    charge_id = _id(dispute.charge)
    for reversal in stripe_reading.disputed([dispute]):
        yield from _movement(dispute, reversal.kind, charge_id, about=str(dispute.reason or "").replace("_", " "))


READERS: Mapping[str, Callable[[Any], Iterable[Movement]]] = {
    "payments": _payments,
    "refunds": _refunds,
    "disputes": _disputes,
}
"""What a line of each list says about money."""


def _movement(line: Any, kind: str, charge_id: str, **also: Any) -> tuple[Movement, ...]:
    try:
        amount = stripe_amounts.money(line.amount, line.currency)
    except (ValueError, CurrencyUnknown):
        return ()  # of a currency in which nobody here can owe
    at = datetime.fromtimestamp(line.created, UTC)
    return (Movement(line.id, kind, amount, at, charge_id, **also),)


def _id(value: Any) -> str:
    return value if isinstance(value, str) else str(getattr(value, "id", "") or "")


def _ours(mark: Any) -> UUID | None:
    try:
        return UUID(mark) if isinstance(mark, str) else None
    except ValueError:
        return None
