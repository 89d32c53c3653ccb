"""Stripe's own rules for amounts: decimals, minimums and the currencies that are special."""

import re

from sandbox.stripe_errors import invalid

ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
WHOLE_ONLY = frozenset({"isk", "ugx"})
"""Sent with two decimals for history's sake, which must be 00."""

MINIMUM = {
    "usd": 50,
    "eur": 50,
    "aud": 50,
    "cad": 50,
    "chf": 50,
    "nzd": 50,
    "sgd": 50,
    "inr": 50,
    "brl": 50,
    "gbp": 30,
    "jpy": 50,
    "mxn": 1000,
    "dkk": 250,
    "nok": 300,
    "sek": 300,
    "hkd": 400,
    "pln": 200,
    "aed": 200,
    "myr": 200,
    "ron": 200,
    "czk": 1500,
    "huf": 17500,
    "thb": 1000,
    "bgn": 100,
}
"""Smallest charge in minor units; Stripe applies it to the currency in which it settles."""

MAXIMUM = 99_999_999
"""Eight digits."""

OTHER_CURRENCIES = frozenset(
    re.findall(
        r"[a-z]{3}",
        """
    all amd ars azn bam bbd bdt bmd bnd bob bwp byn bzd cdf cny cop crc dop dzd egp etb fjd gel gip gmd gtq gyd hnl htg
    idr ils jmd kes kgs khr kyd kzt lak lbp lkr lrd mad mdl mkd mmk mnt mop mur mvr mwk mzn nad ngn nio npr pab pen pgk
    php pkr qar rsd rub sar scr szl tjs top try ttd twd tzs uah uyu uzs wst xcd yer zar zmw""",
    )
)


def known(currency: str) -> bool:
    """Tell whether Stripe takes payments in the currency (small letters)."""
    return currency in MINIMUM or currency in OTHER_CURRENCIES or currency in ZERO_DECIMAL | THREE_DECIMAL | WHOLE_ONLY


def decimals(currency: str) -> int:
    """Return how many decimals an amount has as people write it."""
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def shown(amount: int, currency: str) -> str:
    """Return an amount as the stand-in's pages write it: ``1,250.00 EUR``."""
    places = decimals(currency)
    return f"{amount / 10**places:,.{places}f} {currency.upper()}"


def check_currency(currency: str, *, param: str) -> str:
    """Return the currency in small letters.

    Raises:
        StripeRefusal: Stripe does not know it.
    """
    small = currency.lower()
    if not known(small):
        raise invalid(param, f"Invalid currency: {small}. Stripe currently does not support it.")
    return small


def check_unit(amount: int, currency: str, *, param: str) -> None:
    """Check one price: not negative, and the last digits as the currency wants them.

    Raises:
        StripeRefusal: The price cannot be charged in that currency.
    """
    if amount < 0:
        raise invalid(param, "Invalid non-negative integer", code="parameter_invalid_integer")
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(
            param, f"Invalid amount: in {currency} the last digit must be 0.", code="parameter_invalid_integer"
        )
    if currency in WHOLE_ONLY and amount % 100:
        raise invalid(
            param, f"Invalid amount: in {currency} the last two digits must be 0.", code="parameter_invalid_integer"
        )


def check_total(amount: int, currency: str) -> None:
    """Check what is charged in all.

    Raises:
        StripeRefusal: Too little or too much.
    """
    least = MINIMUM.get(currency, 50 if currency in ZERO_DECIMAL else 100)
    if amount < least:
        text = f"The Checkout Session's total amount must convert to at least {shown(least, currency)}."
        raise invalid("line_items", text, code="amount_too_small")
    if amount > MAXIMUM:
        text = f"The Checkout Session's total amount must be no more than {shown(MAXIMUM, currency)}."
        raise invalid("line_items", text, code="amount_too_large")
