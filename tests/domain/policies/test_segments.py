"""The SQL of a rule says what the rule says: compared with a plain reading of it, invoice by invoice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.core import Core
from domain.kernel.dates import ageing_bucket
from domain.kernel.money import digits
from domain.ledger.csv_import import cells
from domain.ledger.models import Account, Invoice
from domain.policies import regions, segments
from domain.policies.document import Document, Rule, SegmentPart, as_json, of_json
from domain.policies.regions import REGIONS
from domain.policies.values import BUCKETS, RISKS
from tests.builders import an_account, an_invoice
from tests.domain.policies.policies_made import a_document, a_segment, in_force

TODAY = date(2026, 3, 10)

RATES = {"USD": Decimal("0.92"), "JPY": Decimal("0.0061"), "KWD": Decimal("2.99")}

COUNTRIES = ["DE", "AT", "FR", "JP", "BR"]
TAGS = ["vip", "slow", "straße", "new"]
NAMES = ["Acme Ltd", "Müller & Söhne", "O'Neil; DROP TABLE invoice"]

attributes = st.fixed_dictionaries(
    {
        "days": st.integers(-40, 120),
        "minor": st.sampled_from([1, 99, 100, 1000, 10_000, 108_695, 108_696, 10**6, 10**9]),
        "currency": st.sampled_from(["EUR", "USD", "JPY", "KWD", "CHF"]),
        "country": st.none() | st.sampled_from(COUNTRIES),
        "industry": st.none() | st.sampled_from(["retail", "steel", "straßenbau"]),
        "risk": st.none() | st.sampled_from(RISKS),
        "tags": st.lists(st.sampled_from(TAGS), unique=True, max_size=3),
        "number": st.none() | st.sampled_from(["C-1", "007", "7"]),
        "name": st.sampled_from(NAMES),
    }
)


def _some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def _range(low: int, high: int) -> st.SearchStrategy[dict[str, int]]:
    pairs = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    return st.one_of(
        pairs.map(lambda pair: {"from": pair[0], "to": pair[1]}),
        st.integers(low, high).map(lambda each: {"from": each}),
        st.integers(low, high).map(lambda each: {"to": each}),
    )


rules = st.fixed_dictionaries(
    {},
    optional={
        "days_past_due": _range(-40, 120),
        "ageing": _some(list(BUCKETS)),
        "balance": _range(0, 2000),
        "currency": _some(["EUR", "usd", "CHF"]),
        "country": _some(COUNTRIES),
        "region": _some(sorted(REGIONS)),
        "industry": _some(["Retail", "STEEL", "Straßenbau"]),
        "risk": _some(list(RISKS)),
        "tags": st.fixed_dictionaries({"any": _some(["VIP", "slow"])}, optional={"none": _some(["new", "Straße"])})
        | st.fixed_dictionaries({"all": _some(["vip", "slow"])}),
        "account": _some(["C-1", "007", "acme  LTD", "Müller & Söhne", "O'Neil; DROP TABLE invoice"]),
    },
).map(Rule.model_validate)


def meets(rule: Rule, invoice: dict[str, Any]) -> bool:
    """Read a rule as its documentation does, without SQL."""
    days, balance, tags = rule.days_past_due, rule.balance, rule.tags
    rate = Fraction(1) if invoice["currency"] == "EUR" else Fraction(RATES.get(invoice["currency"], 0))
    worth = Fraction(invoice["minor"], 10 ** digits(invoice["currency"])) * rate
    has = {each.casefold() for each in invoice["tags"]}
    return all(
        (
            days is None
            or (
                (days.low is None or invoice["days"] >= days.low)
                and (days.high is None or invoice["days"] <= days.high)
            ),
            rule.ageing is None or ageing_bucket(invoice["days"]) in rule.ageing,
            balance is None
            or (
                rate > 0
                and (balance.low is None or worth >= balance.low)
                and (balance.high is None or worth <= balance.high)
            ),
            rule.currency is None or invoice["currency"] in rule.currency,
            rule.country is None or invoice["country"] in rule.country,
            rule.region is None or invoice["country"] in regions.countries(rule.region),
            rule.industry is None or (invoice["industry"] or "").casefold() in rule.industry,
            rule.risk is None or invoice["risk"] in rule.risk,
            tags is None
            or (
                (tags.any is None or bool(has & set(tags.any)))
                and (tags.all is None or has >= set(tags.all))
                and (tags.none is None or not has & set(tags.none))
            ),
            rule.account is None
            or invoice["number"] in rule.account
            or cells.name_key(invoice["name"]) in {cells.name_key(each) for each in rule.account},
        )
    )


async def stored(core: Core, invoices: list[dict[str, Any]]) -> None:
    """Store invoices with customers of those attributes, as the import would."""
    await core.database.execute("TRUNCATE account CASCADE")
    accounts = [
        Account(
            id=uuid4(),
            number=each["number"],
            name=each["name"],
            name_key=cells.name_key(each["name"]),
            country=each["country"],
            industry=each["industry"].casefold() if each["industry"] else None,
            risk=each["risk"],
            tags=[tag.casefold() for tag in each["tags"]],
            state="active",
            created_at=core.clock.now(),
        )
        for each in invoices
    ]
    await Account.bulk_create(accounts)
    await Invoice.bulk_create(
        [
            Invoice(
                id=uuid4(),
                number=f"I-{place}",
                number_key=f"i-{place}",
                account_id=account.id,
                currency=each["currency"],
                total_minor=each["minor"],
                open_minor=each["minor"],
                due_on=TODAY - timedelta(days=each["days"]),
                state="open",
                created_at=core.clock.now(),
            )
            for place, (each, account) in enumerate(zip(invoices, accounts, strict=True))
        ]
    )


def told_apart(invoices: list[dict[str, Any]]) -> None:
    """Give each customer a number and a name of its own: both belong to one customer only."""
    for name in ("number", "name"):
        seen = set()
        for place, each in enumerate(invoices):
            if each[name] in seen:
                each[name] = None if name == "number" else f"{each[name]} {place}"
            seen.add(each[name])


async def chosen(core: Core, each: tuple[segments.Segment, ...]) -> list[str | None]:
    """Return the segment of every invoice, in their order."""
    choice, values = segments.choice(each)
    rows = await core.database.rows(
        f"SELECT {choice} AS segment FROM invoice i JOIN account a ON a.id = i.account_id"
        " ORDER BY substr(i.number, 3)::int",
        {**values, "today": TODAY},
    )
    return [row["segment"] for row in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=st.lists(rules, min_size=1, max_size=5), invoices=st.lists(attributes, min_size=1, max_size=12))
async def test_sql_and_the_plain_reading_choose_the_same_segment(
    core: Core, rules: list[Rule], invoices: list[dict[str, Any]]
) -> None:
    with_rates = replace(core, limits=replace(core.limits, rates=RATES))
    told_apart(invoices)
    await stored(core, invoices)
    document = Document.model_construct(
        segments=tuple(SegmentPart(name=f"s{place}", rule=rule, cadence="default") for place, rule in enumerate(rules)),
        cadences=(),
    )

    found = await chosen(core, segments.proposed(with_rates, document))

    expected = [next((f"s{place}" for place, rule in enumerate(rules) if meets(rule, each)), None) for each in invoices]
    assert found == expected


@given(rules)
def test_a_rule_survives_being_stored(rule: Rule) -> None:
    assert Rule.model_validate(as_json(rule)) == rule


async def test_what_is_published_is_read_as_it_was_proposed(core: Core) -> None:
    document = a_document(
        a_segment("big", balance={"from": "1000.50"}, tags={"any": ["VIP"]}, region=["dach"]), a_segment()
    )
    await in_force(core, document)

    assert await segments.published(core) == segments.proposed(core, document)


async def test_a_currency_without_a_rate_never_matches_a_balance(core: Core) -> None:
    account = await an_account(core)
    await an_invoice(core, "I-1", account=account)
    await core.database.execute("UPDATE invoice SET currency = 'CHF'")
    every = a_document(a_segment("any balance", balance={"from": 0}), a_segment("rest"))

    assert await chosen(core, segments.proposed(core, every)) == ["rest"]


async def test_no_segment_is_no_name(core: Core) -> None:
    await an_invoice(core, "I-1")

    assert await chosen(core, ()) == [None]


async def test_no_value_of_a_rule_stands_in_the_statement(core: Core) -> None:
    hostile = "x'); DROP TABLE invoice; --%(today)s{p}"
    document = a_document(
        a_segment(hostile[:50], account=[hostile], industry=[hostile], tags={"any": [hostile]}), a_segment()
    )

    text, values = segments.choice(segments.proposed(core, document))

    assert "DROP" not in text
    assert all(name.startswith("seg_") for name in values)
    await an_invoice(core, "I-1")
    assert await chosen(core, segments.proposed(core, document)) == ["everyone"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"currency": "eur"}, {"currency": ["EUR"]}),
        ({"country": ["germany", "AT", "DE"]}, {"country": ["AT", "DE"]}),
        ({"region": "dach"}, {"region": ["DACH"]}),
        ({"ageing": ["91+", "Current"]}, {"ageing": ["current", "91+"]}),
        ({"balance": {"from": 1000.50}}, {"balance": {"from": "1000.5"}}),
        ({"balance": {"to": "5000.00"}}, {"balance": {"to": 5000}}),
        ({"account": [42, "007"]}, {"account": ["007", "42"]}),
        ({"tags": {"any": " VIP "}}, {"tags": {"any": ["vip"]}}),
    ],
)
def test_two_spellings_of_one_rule_are_one(written: dict[str, Any], read: dict[str, Any]) -> None:
    assert as_json(Rule.model_validate(written)) == read


def test_the_shipped_policy_is_stored_as_it_is_read() -> None:
    assert of_json(as_json(a_document())) == a_document()
