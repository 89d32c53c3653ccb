"""Conditions: what each part of a segment's rule is in SQL. Values are always parameters, never in the text.

The texts speak of ``i`` (invoice) and ``a`` (its account) and of the parameter ``today``. A condition on something
that a customer lacks is NULL, and what is not true does not match.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from domain.kernel.core import Core
from domain.kernel.dates import AGEING_BUCKETS
from domain.kernel.money import MAX_MINOR, digits
from domain.ledger.csv_import import cells
from domain.policies import regions
from domain.policies.document import Rule
from domain.policies.values import BalanceRange

Bounds = Mapping[str, tuple[int, int]]
"""For each currency with a rate: the least and the most minor units that a condition on the balance takes."""

_DAYS = "(%(today)s::date - i.due_on)"

_BUCKET = " ".join(
    ("CASE", *(f"WHEN {_DAYS} <= {limit} THEN '{name}'" for name, limit in AGEING_BUCKETS), "ELSE '91+' END")
)

_EVER = 100_000
"""Days farther than any due date lies from today: a range that is open at one end."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One kind of condition; ``{p}`` in its text is the prefix of its parameters."""

    sql: str
    values: Callable[[Rule, Bounds | None], dict[str, Any] | None]
    """Returns the parameters, or None when the rule does not have this condition."""


def _listed(name: str) -> Callable[[Rule, Bounds | None], dict[str, Any] | None]:
    def values(rule: Rule, _: Bounds | None) -> dict[str, Any] | None:
        chosen = getattr(rule, name)
        return None if chosen is None else {name: list(chosen)}

    return values


def _days(rule: Rule, _: Bounds | None) -> dict[str, Any] | None:
    days = rule.days_past_due
    if days is None:
        return None
    return {"from": -_EVER if days.low is None else days.low, "to": _EVER if days.high is None else days.high}


def _balance(_: Rule, bounds: Bounds | None) -> dict[str, Any] | None:
    if bounds is None:
        return None
    order = sorted(bounds)
    return {
        "currencies": order,
        "least": [bounds[each][0] for each in order],
        "most": [bounds[each][1] for each in order],
    }


def _region(rule: Rule, _: Bounds | None) -> dict[str, Any] | None:
    return None if rule.region is None else {"region": list(regions.countries(rule.region))}


def _tags(which: str) -> Callable[[Rule, Bounds | None], dict[str, Any] | None]:
    def values(rule: Rule, _: Bounds | None) -> dict[str, Any] | None:
        chosen = getattr(rule.tags, which) if rule.tags is not None else None
        return None if chosen is None else {f"tags_{which}": list(chosen)}

    return values


def _account(rule: Rule, _: Bounds | None) -> dict[str, Any] | None:
    if rule.account is None:
        return None
    return {"numbers": list(rule.account), "names": [cells.name_key(each) for each in rule.account]}


CONDITIONS: tuple[Condition, ...] = (
    Condition(f"{_DAYS} BETWEEN %({{p}}from)s::int AND %({{p}}to)s::int", _days),
    Condition(f"({_BUCKET}) = ANY(%({{p}}ageing)s::text[])", _listed("ageing")),
    Condition("i.currency = ANY(%({p}currency)s::text[])", _listed("currency")),
    Condition(
        "i.open_minor BETWEEN"
        " (%({p}least)s::bigint[])[array_position(%({p}currencies)s::text[], i.currency)]"
        " AND (%({p}most)s::bigint[])[array_position(%({p}currencies)s::text[], i.currency)]",
        _balance,
    ),
    Condition("a.country = ANY(%({p}country)s::text[])", _listed("country")),
    Condition("a.country = ANY(%({p}region)s::text[])", _region),
    Condition("lower(a.industry) = ANY(%({p}industry)s::text[])", _listed("industry")),
    Condition("a.risk = ANY(%({p}risk)s::text[])", _listed("risk")),
    Condition("a.tags && %({p}tags_any)s::text[]", _tags("any")),
    Condition("a.tags @> %({p}tags_all)s::text[]", _tags("all")),
    Condition("NOT a.tags && %({p}tags_none)s::text[]", _tags("none")),
    Condition("(a.number = ANY(%({p}numbers)s::text[]) OR a.name_key = ANY(%({p}names)s::text[]))", _account),
)
"""Every kind of condition; those that a rule has are joined by AND."""


def of_rule(rule: Rule, bounds: Bounds | None, *, prefix: str) -> tuple[str, dict[str, Any]]:
    """Return the rule as SQL with its parameters, all of whose names begin with *prefix*."""
    texts, parameters = [], {}
    for condition in CONDITIONS:
        values = condition.values(rule, bounds)
        if values is not None:
            texts.append(condition.sql.replace("{p}", prefix))
            parameters.update({f"{prefix}{name}": value for name, value in values.items()})
    return " AND ".join(texts) or "true", parameters


def bounds(core: Core, balance: BalanceRange | None) -> Bounds | None:
    """Return the range in the minor units of the base currency and of every currency with a rate.

    The comparison is exact: the open balance times the rate, not rounded. A currency without a rate is left out and so
    meets no condition on the balance.
    """
    if balance is None:
        return None
    rates = {core.merchant.currency: Fraction(1)}
    rates |= {code: Fraction(rate) for code, rate in core.limits.rates.items() if code != core.merchant.currency}
    units = {code: 10 ** digits(code) / rate for code, rate in rates.items() if rate > 0}
    return {
        code: (
            0 if balance.low is None else min(ceil(Fraction(balance.low) * unit), MAX_MINOR + 1),
            MAX_MINOR if balance.high is None else min(floor(Fraction(balance.high) * unit), MAX_MINOR),
        )
        for code, unit in units.items()
    }
