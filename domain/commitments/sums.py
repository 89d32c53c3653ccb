"""Sums: money in SQL, compared across currencies by the merchant's rates."""

import json
from functools import cache
from typing import Any

from iso4217 import Currency

from domain.kernel.core import Core


def in_base(minor: str, currency: str) -> str:
    """Return SQL for the amount in major units of the base currency; null where no rate is stated.

    The statement needs ``base_parameters()``.
    """
    cases = " ".join(f"WHEN {currency} IN ({names}) THEN {minor}{_major(places)}" for places, names in _unusual())
    return (
        f"((CASE {cases} ELSE {minor}{_major(2)} END) * CASE WHEN {currency} = %(base)s THEN 1"
        f" ELSE (%(rates)s::jsonb ->> {currency})::numeric END)"
    )


def base_parameters(core: Core) -> dict[str, Any]:
    """Return the named parameters of ``in_base``."""
    rates = {currency: str(rate) for currency, rate in core.limits.rates.items()}
    return {"base": core.merchant.currency, "rates": json.dumps(rates)}


@cache
def _unusual() -> tuple[tuple[int, str], ...]:
    """Return the currencies that have not two decimals, by how many they have, as SQL lists."""
    found: dict[int, list[str]] = {}
    for currency in Currency:
        if currency.exponent is not None and currency.exponent != 2:
            found.setdefault(int(currency.exponent), []).append(f"'{currency.code}'")
    return tuple((places, ", ".join(sorted(names))) for places, names in sorted(found.items()))


def _major(places: int) -> str:
    return f"::numeric / {10**places}"
