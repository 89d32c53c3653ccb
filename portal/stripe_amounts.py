"""Amounts as Stripe counts them: its own decimals, which differ from ISO 4217 for some currencies, and its limits.

Source: Stripe's pages on currencies, minimum and maximum charge amounts, and special cases.
"""

from domain.kernel.money import CurrencyUnknown, Money, digits
from domain.kernel.ports import Collectable

_NO_DECIMALS = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())  # noqa: SIM905 - a row reads better
_THREE_DECIMALS = frozenset("BHD JOD KWD OMR TND".split())  # noqa: SIM905 - as above

_STEP = {"ISK": 100, "UGX": 100, **dict.fromkeys(_THREE_DECIMALS, 10)}
"""Amounts must be a multiple of this: ISK and UGX are written with two decimals that stay 00, and of three decimals
the last must be 0."""

_MINIMUM = {
    **dict.fromkeys(("USD", "EUR", "AUD", "CAD", "CHF", "NZD", "SGD", "INR", "BRL"), 50),
    "GBP": 30,
    "JPY": 50,
    "MXN": 1000,
    "DKK": 250,
    "NOK": 300,
    "SEK": 300,
    "HKD": 400,
    **dict.fromkeys(("PLN", "AED", "MYR", "RON"), 200),
    "CZK": 1500,
    "HUF": 17500,
    "THB": 1000,
    "BGN": 100,
}
"""In Stripe's units. Stripe's rule is by the currency that the merchant is paid out in, which we do not know; where
that differs Stripe itself refuses, and the payer is told that the page cannot be opened."""

_MAXIMUM = 99_999_999
_MAXIMUM_IDR = 999_999_999_999


def units(amount: Money) -> int | None:
    """Return the amount in Stripe's units, or None when Stripe cannot collect just this amount."""
    scaled, rest = _scaled(amount.minor, _decimals(amount.currency) - digits(amount.currency))
    largest = _MAXIMUM_IDR if amount.currency == "IDR" else _MAXIMUM
    fits = not rest and scaled % _STEP.get(amount.currency, 1) == 0
    return scaled if fits and max(1, _MINIMUM.get(amount.currency, 1)) <= scaled <= largest else None


def collectable(currency: str) -> Collectable | None:
    """Return which amounts of a currency Stripe can collect, in our own minor units."""
    try:
        ours = digits(currency)
    except CurrencyUnknown:
        return None
    step_units, by = _STEP.get(currency, 1), ours - _decimals(currency)
    step = max(1, step_units * 10**by if by >= 0 else step_units // 10**-by)
    least = -(-max(1, _MINIMUM.get(currency, 1)) // step_units) * step_units
    largest = _MAXIMUM_IDR if currency == "IDR" else _MAXIMUM
    return Collectable(
        least=money(least, currency), most=money(largest - largest % step_units, currency), step=Money(step, currency)
    )


def money(amount_units: int, currency: str) -> Money:
    """Return Stripe's amount as ours.

    Raises:
        ValueError: It is no whole number of the currency's minor units; Stripe has no such amounts.
        CurrencyUnknown: Not an ISO 4217 currency.
    """
    code = currency.upper()
    minor, rest = _scaled(amount_units, digits(code) - _decimals(code))
    if rest:
        raise ValueError(f"{amount_units} is no whole amount of {code}")
    return Money(minor, code)


def _decimals(currency: str) -> int:
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def _scaled(value: int, by: int) -> tuple[int, int]:
    """Multiply or divide by a power of ten; return the result and what did not divide."""
    return (value * 10**by, 0) if by >= 0 else divmod(value, 10**-by)
