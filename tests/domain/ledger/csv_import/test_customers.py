"""A customer is one, however often and however spelt the files bring it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel import addresses, timeline
from domain.kernel.core import Core
from domain.ledger.csv_import import customers
from domain.ledger.import_events import AccountChanged
from tests.builders import a_contact, an_account
from tests.domain.ledger.csv_import.files import codes_of, everything, imported

NUMBERED = "Invoice Number,Customer Number,Customer,Due Date,Amount,Currency,Contact Name,Contact Email,Country"
CONTACTS = "Customer Number,Customer,Contact Name,Contact Email,Country,Language,Time Zone"


def rows(*each: str) -> str:
    """Return invoices: number, customer number, customer, contact name, e-mail and country."""
    cells = [row.split(",") for row in each]
    lines = [f"{n},{c},{name},2026-03-31,1.00,EUR,{who},{mail},{land}" for n, c, name, who, mail, land in cells]
    return "\n".join([NUMBERED, *lines, ""])


async def accounts(core: Core) -> list[tuple[Any, ...]]:
    """Return number, name and country of every account."""
    found = await core.database.rows("SELECT number, name, country FROM account ORDER BY number NULLS LAST, name")
    return [tuple(row.values()) for row in found]


async def contacts(core: Core) -> list[tuple[Any, ...]]:
    """Return name, address and state of every contact."""
    found = await core.database.rows("SELECT name, email, state FROM contact ORDER BY email_key")
    return [tuple(row.values()) for row in found]


@settings(deadline=None)
@given(
    st.one_of(
        st.emails(),
        st.from_regex(customers.PLAIN_ADDRESS, fullmatch=True),
        st.text(alphabet="aB1._+-@", max_size=20),
        st.builds("{}@{}.{}".format, st.sampled_from(["a", "a.b", "A_-+"]), st.sampled_from(["x", "x-y", "X.y", "1"]),
                  st.sampled_from(["de", "test", "Local", "ARPA", "example", "onion", "c0m", "museum"])),
    )
)  # fmt: skip
def test_a_plain_address_is_taken_as_the_parser_takes_it(text: str) -> None:
    try:
        expected = addresses.parsed(text)
    except addresses.AddressMalformed:
        with pytest.raises(addresses.AddressMalformed):
            customers.address(text)
        return

    assert customers.address(text) == (expected, addresses.key(expected))


async def told(core: Core) -> list[str]:
    """Return the changes of the one customer that a file has changed, as they are read."""
    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'account.changed'")
    assert row is not None
    event = (await timeline.entry(core, row["id"])).event
    assert isinstance(event, AccountChanged)
    return list(event.changes)


async def test_the_number_makes_the_customer_and_the_name_may_change(core: Core) -> None:
    await imported(core, rows("1,C-1,Acme Ltd,,,DE"))

    event = await imported(core, rows("1,C-1,Acme GmbH,,,AT"))

    assert (event.changed, event.customers_changed, event.customers_new) == (1, 1, 0)
    assert await accounts(core) == [("C-1", "Acme GmbH", "AT")]
    assert await told(core) == ["name: Acme Ltd → Acme GmbH", "country: DE → AT"]


async def test_without_a_number_the_folded_name_makes_the_customer(core: Core) -> None:
    await imported(core, rows("1,,Acme  Ltd,,,", "2,,ACME LTD,,,"))
    before = await everything(core)

    event = await imported(core, rows("1,,acme ltd,,,", "2,,Acme Ltd,,,"))

    assert event.unchanged == 2
    assert await everything(core) == before
    assert await accounts(core) == [(None, "Acme Ltd", None)]


async def test_a_customer_known_by_name_gets_its_number(core: Core) -> None:
    await imported(core, rows("1,,Acme Ltd,,,"))

    event = await imported(core, rows("2,C-1,ACME Ltd,,,"))

    assert (event.customers_new, event.customers_changed) == (0, 1)
    assert await accounts(core) == [("C-1", "ACME Ltd", None)]


async def test_two_numbers_with_one_name_are_two_customers(core: Core) -> None:
    await imported(core, rows("1,,John Smith,,,"))

    await imported(core, rows("2,C-1,John Smith,,,", "3,C-2,John Smith,,,"))

    assert await accounts(core) == [
        ("C-1", "John Smith", None),
        ("C-2", "John Smith", None),
        (None, "John Smith", None),
    ]


async def test_a_name_alone_finds_the_only_customer_of_that_name(core: Core) -> None:
    event = await imported(core, rows("1,C-1,Acme,,,", "2,,acme,,,"))

    assert (event.new, event.customers_new) == (2, 1)
    again = await imported(core, rows("2,,ACME,,,"))
    assert again.unchanged == 1


async def test_a_name_that_several_customers_have_is_rejected(core: Core) -> None:
    await imported(core, rows("1,C-1,John Smith,,,", "2,C-2,John Smith,,,"))

    assert await codes_of(core, rows("3,,John Smith,,,")) == [(2, "customer_ambiguous")]


async def test_a_customer_number_without_its_zeros_and_without_a_name_is_rejected(core: Core) -> None:
    await imported(core, rows("1,0042,Acme,,,"))

    found = await codes_of(core, rows("3,42,,,,", "4,43,Other,,,"))

    assert found == [(2, "leading_zeros_lost")]


async def test_where_rows_disagree_about_a_customer_the_first_counts_every_time(core: Core) -> None:
    content = rows("1,C-1,Acme,Anna,a@acme.example,DE", "2,C-1,Acme Two,Bert,A@acme.example,AT", "3,,Acme,,,FR")
    await imported(core, content)
    before = await everything(core)

    event = await imported(core, content)

    assert event.unchanged == 3
    assert await everything(core) == before
    assert await accounts(core) == [("C-1", "Acme", "DE")]
    assert await contacts(core) == [("Anna", "a@acme.example", "active")]


async def test_an_address_on_file_is_unchanged_and_a_new_one_is_added(core: Core) -> None:
    await imported(core, rows("1,C-1,Acme,Anna,a@acme.example,"))

    event = await imported(core, rows("1,C-1,Acme,Anna,A@ACME.example; b@acme.example,"))

    assert (event.changed, event.contacts_new, event.contacts_changed) == (1, 1, 0)
    assert await contacts(core) == [("Anna", "a@acme.example", "active"), ("", "b@acme.example", "active")]


async def test_no_event_holds_a_full_address(core: Core) -> None:
    await imported(core, rows("1,C-1,Acme,,,"))

    await imported(core, rows("1,C-1,Acme,Anna,anna@acme.example,"))

    facts = await core.database.rows("SELECT fact::text AS fact FROM timeline_entry")
    assert not any("anna@acme" in row["fact"] for row in facts)
    assert await told(core) == ["new contact a…@acme.example"]


async def test_an_address_that_was_removed_stays_removed(core: Core) -> None:
    account = await an_account(core, "Acme")
    await (await a_contact(core, account)).move("remove")

    event = await imported(core, rows("1,,Acme,Anna,anna@acme.example,"))

    assert event.notes == ("addresses that were removed from their customers stay removed: 1",)
    assert await contacts(core) == [("Anna", "anna@acme.example", "removed")]


async def test_what_names_no_country_is_noted_and_the_row_taken(core: Core) -> None:
    event = await imported(core, rows("1,C-1,Acme,,,391", "2,C-2,Beta,,,germany", "3,C-3,Gamma,,,FRA"))

    assert event.new == 3
    assert event.notes == ("Country: '391' and its like name no country; taken without it",)
    assert [row[2] for row in await accounts(core)] == [None, "DE", "FR"]


async def test_a_contacts_file_brings_customers_and_contacts(core: Core) -> None:
    content = (
        f"{CONTACTS}\n"
        "C-1,Acme,Anna,anna@acme.example,DE,de-AT,europe/vienna\n"
        "C-1,Acme,Bert,bert@acme.example,DE,German,\n"
        "C-2,Beta,,,FR,,\n"
    )

    event = await imported(core, content, "contacts")

    assert (event.read, event.new, event.customers_new, event.contacts_new) == (3, 3, 2, 2)
    assert await contacts(core) == [("Anna", "anna@acme.example", "active"), ("Bert", "bert@acme.example", "active")]
    stored = await core.database.rows("SELECT locale, timezone FROM account ORDER BY number")
    assert stored == [{"locale": "de_AT", "timezone": "Europe/Vienna"}, {"locale": None, "timezone": None}]
    before = await everything(core)
    assert (await imported(core, content, "contacts")).unchanged == 3
    assert await everything(core) == before


async def test_a_contacts_file_changes_names(core: Core) -> None:
    await imported(
        core, f"{CONTACTS}\nC-1,Acme,Anna,anna@acme.example,,,\nC-2,Beta,Bea,bea@beta.example,,,\n", "contacts"
    )

    event = await imported(
        core, f"{CONTACTS}\nC-1,Acme,Anna Karlsson,ANNA@acme.example,,,\nC-2,Beta,,bea@beta.example,,,\n", "contacts"
    )

    assert (event.changed, event.unchanged, event.contacts_changed) == (1, 1, 1)
    assert await contacts(core) == [
        ("Anna Karlsson", "anna@acme.example", "active"),
        ("Bea", "bea@beta.example", "active"),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("C-1,Acme,Anna,nobody,,,", "email_malformed"),
        (",,Anna,anna@acme.example,,,", "customer_missing"),
        ("C-9,Zed,Zoe,zoe@zed.example,,,", "duplicate_row"),
        ("123.0,Acme,Anna,anna@acme.example,,,", "number_mangled"),
    ],
)
async def test_a_bad_contact_waits_with_its_reason(core: Core, row: str, code: str) -> None:
    content = f"{CONTACTS}\nC-9,Zed,Zoe,zoe@zed.example,,,\n{row}\n"

    assert await codes_of(core, content, "contacts") == [(3, code)]
    assert await accounts(core) == [("C-9", "Zed", None)]


TRAITS = "Customer Number,Customer,Contact Name,Contact Email,Contact Role,Industry,Risk,Tags"


async def traits(core: Core) -> list[tuple[Any, ...]]:
    """Return what segments compare of every account."""
    found = await core.database.rows("SELECT industry, risk, tags FROM account ORDER BY number")
    return [tuple(row.values()) for row in found]


async def roles(core: Core) -> list[tuple[Any, ...]]:
    """Return the role of every contact."""
    found = await core.database.rows("SELECT email_key, role FROM contact ORDER BY email_key")
    return [tuple(row.values()) for row in found]


async def test_what_segments_compare_is_imported_in_one_spelling(core: Core) -> None:
    content = (
        f"{TRAITS}\n"
        "C-1,Acme,Anna,anna@acme.example,AP,Retail  Trade,Hoch,VIP; Key Account;vip\n"
        "C-1,Acme,Bert,bert@acme.example,CFO,,,\n"
        "C-2,Beta,,b@beta.example,,Straßenbau,low,\n"
    )

    await imported(core, content, kind="contacts")

    assert await traits(core) == [("retail trade", "high", ["key account", "vip"]), ("strassenbau", "low", [])]
    assert await roles(core) == [
        ("anna@acme.example", "billing"),
        ("b@beta.example", "billing"),
        ("bert@acme.example", "escalation"),
    ]
    again = await imported(core, content, kind="contacts")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)


async def test_other_traits_and_roles_are_changes_that_are_told(core: Core) -> None:
    await imported(core, f"{TRAITS}\nC-1,Acme,Anna,anna@acme.example,,retail,low,vip\n", kind="contacts")

    event = await imported(core, f"{TRAITS}\nC-1,Acme,,anna@acme.example,escalation,,high,slow|new\n", kind="contacts")

    assert (event.changed, event.customers_changed, event.contacts_changed) == (1, 1, 1)
    assert await traits(core) == [("retail", "high", ["new", "slow"])]
    assert await contacts(core) == [("Anna", "anna@acme.example", "active")]
    assert await told(core) == [
        "risk: low → high",
        "tags: vip → new, slow",
        "contact a…@acme.example: role billing → escalation",
    ]


async def test_traits_that_mean_nothing_are_noted_and_the_row_taken(core: Core) -> None:
    many = "|".join(f"tag {number}" for number in range(31))

    event = await imported(
        core, f"{TRAITS}\nC-1,Acme,Anna,anna@acme.example,boss,{'x' * 101},7,{many}\n", kind="contacts"
    )

    assert event.new == 1
    assert [note.partition(":")[0] for note in event.notes] == ["Industry", "Risk", "Tags", "Contact Role"]
    assert await traits(core) == [(None, None, [])]


async def test_invoices_bring_traits_too(core: Core) -> None:
    content = "Invoice Number,Customer,Due Date,Amount,Currency,Tags,Risk\n1,Acme,2026-03-31,1.00,EUR,vip,medium\n"

    await imported(core, content)

    assert await traits(core) == [(None, "medium", ["vip"])]
