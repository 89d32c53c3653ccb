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
    at = stripe_reading.moment(charge)
    about = str(about or "")[:200]
    return _movement(charge, "payment", at, charge.id, checkout_id=_ours(mark), method=method, about=about)


def _refunds(refund: Any) -> Iterable[Movement]:
    charge_id = _id(refund.charge)
    for reversal in stripe_reading.refunded([refund]):
        about = str(refund.reason or "").replace("_", " ")
        yield from _movement(refund, reversal.kind, reversal.happened_at, charge_id, about=about)


def _disputes(dispute: Any) -> Iterable[Movement]:
    charge_id = _id(dispute.charge)
    for reversal in stripe_reading.disputed([dispute]):
        about = str(dispute.reason or "").replace("_", " ")
        yield from _movement(dispute, reversal.kind, reversal.happened_at, charge_id, about=about)


READERS: Mapping[str, Callable[[Any], Iterable[Movement]]] = {
    "payments": _payments,
    "refunds": _refunds,
    "disputes": _disputes,
}
"""What a line of each list says about money."""


_LISTS = {"ch": "payments", "py": "payments", "re": "refunds", "pyr": "refunds", "dp": "disputes", "du": "disputes"}


def list_of(object_id: str) -> str | None:
    """Return the list in which an id is, by how it begins."""
    return _LISTS.get(object_id.partition("_")[0])


def _movement(line: Any, kind: str, at: datetime | None, charge_id: str, **also: Any) -> tuple[Movement, ...]:
    try:
        amount = stripe_amounts.money(line.amount, line.currency)
    except (ValueError, CurrencyUnknown):
        return ()  # of a currency in which nobody here can owe
    return (Movement(line.id, kind, amount, at or datetime.fromtimestamp(line.created, UTC), charge_id, **also),)


def _id(value: Any) -> str:
    return value if isinstance(value, str) else str(getattr(value, "id", "") or "")


def _ours(mark: Any) -> UUID | None:
    try:
        return UUID(mark) if isinstance(mark, str) else None
    except ValueError:
        return None
