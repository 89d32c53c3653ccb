"""Matching: what speaks for a way adds up as the table says, and doubt keeps a line from posting itself."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.cash_application import evidence, matching, mentions, numbers
from domain.cash_application.candidates import NOBODY, Advised, Candidates, Debt, Debts, Line, Owed, Payer, Way
from domain.cash_application.evidence import Evidence, Ground

ACME, OTHER = UUID(int=1), UUID(int=2)

LIMIT = 90


def debt(number: str, minor: int = 12500, *, account: UUID = ACME, currency: str = "EUR", state: str = "open") -> Debt:
    """Return an invoice."""
    left = minor if state == "open" else 0
    name = "Acme" if account == ACME else "Other"
    return Debt(uuid4(), number, number.casefold(), account, name, currency, minor, left, state, date(2026, 3, 1))


def payer(kind: Evidence = Evidence.PAYER_KNOWN, *, account: UUID = ACME, alone: bool = True) -> Payer:
    """Return who may have paid."""
    return Payer(account, "Acme" if account == ACME else "Other", (Ground(kind, kind.value),), alone)


def ways(
    text: str,
    minor: int,
    *debts: Debt,
    payers: tuple[Payer, ...] = (),
    owed: Owed = NOBODY,
    advised: tuple[Advised, ...] = (),
) -> tuple[Way, ...]:
    """Return the ways to apply a line over *minor* EUR cents, where the ledger has these debts."""
    line = Line(uuid4(), date(2026, 3, 10), "EUR", minor, text=text)
    reading = mentions.read(text)
    by_key = {each.key: each for each in debts}
    named = tuple((each, by_key[each.key]) for each in numbers.named(reading, sorted(by_key)))
    own: dict[UUID, list[Debt]] = {}
    for each in debts:
        if each.payable and each.currency == "EUR":
            own.setdefault(each.account_id, []).append(each)
    accounts = {each.account_id for each in payers} | {each.account_id for _, each in named}
    return matching.ways(
        line,
        Candidates(
            reading=reading,
            named=named,
            payers=payers,
            debts={each: Debts(tuple(own[each])) for each in accounts if each in own},
            advised=advised,
            owed=owed,
        ),
    )


def paid(way: Way) -> dict[str, int]:
    """Return what a way puts on which invoice."""
    return {part.debt.number: part.minor for part in way.parts}


def test_a_clear_number_and_the_exact_balance_are_sure() -> None:
    found = ways("INV-1042", 12500, debt("INV-1042"))

    assert matching.sure(found, limit=LIMIT) == found[0]
    assert (found[0].confidence, paid(found[0])) == (90, {"INV-1042": 12500})


def test_a_mangled_number_needs_a_payer_to_be_sure() -> None:
    alone = ways("INV-1O42", 12500, debt("INV-1042"))
    with_payer = ways("INV-1O42", 12500, debt("INV-1042"), payers=(payer(Evidence.PAYER_NAME),))

    assert matching.sure(alone, limit=LIMIT) is None
    assert matching.sure(with_payer, limit=LIMIT) is not None


def test_an_amount_alone_is_never_sure_whatever_the_limit() -> None:
    only = debt("INV-1042")

    found = ways("thanks", 12500, only, owed=Owed(1, (only,)))

    assert [each.confidence for each in found] == [35]
    assert matching.sure(found, limit=0) is None


def test_a_known_payer_and_the_only_combination_are_sure() -> None:
    debts = [debt("INV-1", 10011), debt("INV-2", 2322), debt("INV-3", 77777)]

    found = ways("thanks", 12333, *debts, payers=(payer(),))

    assert (found[0].confidence, paid(found[0])) == (90, {"INV-1": 10011, "INV-2": 2322})
    assert matching.sure(found, limit=LIMIT) == found[0]


def test_among_round_amounts_the_only_combination_may_be_chance() -> None:
    debts = [debt("INV-1", 10000), debt("INV-2", 2300), debt("INV-3", 77700)]

    found = ways("thanks", 12300, *debts, payers=(payer(),))

    assert (found[0].alternatives, matching.sure(found, limit=LIMIT)) == (0, None)


def test_a_second_combination_keeps_it_from_posting_and_is_counted() -> None:
    debts = [debt("INV-1", 10000), debt("INV-2", 2300), debt("INV-3", 12300)]

    found = ways("thanks", 12300, *debts, payers=(payer(),))

    assert [(each.alternatives, each.confidence) for each in found[:2]] == [(1, 65), (1, 65)]
    assert matching.sure(found, limit=LIMIT) is None


def test_that_another_customer_owes_the_same_keeps_it_from_posting() -> None:
    theirs = debt("INV-9", 12300, account=OTHER)

    found = ways("thanks", 12300, debt("INV-1", 12300), theirs, payers=(payer(),), owed=Owed(2, (theirs,)))

    assert matching.sure(found, limit=LIMIT) is None


def test_a_name_alone_with_the_only_combination_waits_for_a_person() -> None:
    found = ways("thanks", 12300, debt("INV-1", 12300), payers=(payer(Evidence.PAYER_NAME),))

    assert (found[0].confidence, matching.sure(found, limit=LIMIT)) == (75, None)


def test_among_very_many_invoices_a_combination_is_no_proof() -> None:
    debts = [debt(f"INV-{each}", 10000 + each * 37) for each in range(60)]

    found = ways("thanks", debts[3].open_minor + debts[40].open_minor + debts[59].open_minor, *debts, payers=(payer(),))

    assert matching.sure(found, limit=LIMIT) is None


def test_a_short_payment_is_proposed_on_the_named_invoice() -> None:
    found = ways("INV-1042", 9000, debt("INV-1042"), payers=(payer(),))

    assert (paid(found[0]), found[0].confidence) == ({"INV-1042": 9000}, 80)


def test_what_is_more_than_open_stays_unapplied() -> None:
    found = ways("INV-1042", 20000, debt("INV-1042"))

    assert (paid(found[0]), found[0].applied) == ({"INV-1042": 12500}, 12500)
    assert matching.sure(found, limit=LIMIT) is None


def test_a_usual_discount_is_recognised_and_left_to_a_person() -> None:
    found = ways("INV-1042", 12250, debt("INV-1042"), payers=(payer(),))

    assert any(each.evidence is Evidence.AMOUNT_DISCOUNT for each in found[0].grounds)
    assert found[0].confidence == 85


def test_several_named_invoices_are_paid_together() -> None:
    found = ways("INV-1, INV-2 u. INV-30", 6000, debt("INV-11"), debt("INV-30", 6000))

    assert paid(found[0]) == {"INV-30": 6000}


def test_of_named_invoices_those_that_give_the_amount_are_proposed() -> None:
    found = ways("INV-10 INV-20 INV-30", 5000, debt("INV-10", 2000), debt("INV-20", 3000), debt("INV-30", 9900))

    assert paid(found[0]) == {"INV-10": 2000, "INV-20": 3000}
    assert matching.sure(found, limit=LIMIT) is None


def test_a_settled_invoice_is_told_to_be_perhaps_paid_twice() -> None:
    found = ways("INV-1042", 12500, debt("INV-1042", state="settled"))

    assert (found[0].parts, found[0].account_id) == ((), ACME)
    assert "paid twice" in " ".join(each.said for each in found[0].grounds)


def test_another_currency_is_never_applied() -> None:
    found = ways("INV-1042", 12500, debt("INV-1042", currency="USD"))

    assert [each.parts for each in found] == [()]


def test_an_advice_whose_amounts_add_up_is_sure_though_it_pays_less() -> None:
    one, two = debt("INV-1"), debt("INV-2")
    advised = (Advised("INV-1", one, 12500), Advised("INV-2", two, 11000))

    found = ways("follows", 23500, one, two, advised=advised)

    assert (found[0].confidence, paid(found[0])) == (95, {"INV-1": 12500, "INV-2": 11000})
    assert matching.sure(found, limit=LIMIT) == found[0]


def test_an_advice_with_an_unknown_number_waits_for_a_person() -> None:
    one = debt("INV-1")

    found = ways("follows", 12500, one, advised=(Advised("INV-1", one, 12500), Advised("X-9", None, 100)))

    assert matching.sure(found, limit=LIMIT) is None


def test_a_number_of_another_customer_is_doubted_where_the_payer_owes_just_that() -> None:
    theirs, own = debt("INV-1042", account=OTHER), debt("INV-1024")

    found = ways("INV-1042", 12500, theirs, own, payers=(payer(),))

    assert matching.sure(found, limit=LIMIT) is None
    assert {frozenset(paid(each)) for each in found[:2]} == {frozenset({"INV-1042"}), frozenset({"INV-1024"})}


def test_who_pays_for_another_customer_by_number_is_believed() -> None:
    found = ways("INV-1042", 12500, debt("INV-1042", account=OTHER), debt("INV-7", 999), payers=(payer(),))

    sure = matching.sure(found, limit=LIMIT)

    assert sure is not None
    assert (sure.account_id, paid(sure)) == (OTHER, {"INV-1042": 12500})


def test_the_end_of_a_number_counts_for_a_known_payer_only() -> None:
    same = [debt("INV-2026-4711"), debt("INV-2026-4712")]

    known = ways("Rechnung 711", 12500, *same, payers=(payer(),))
    unknown = ways("Rechnung 711", 12500, *same)

    assert paid(known[0]) == {"INV-2026-4711": 12500}
    assert matching.sure(known, limit=LIMIT) == known[0]
    assert unknown == ()


@pytest.mark.parametrize("kind", list(Evidence))
def test_every_kind_of_evidence_has_a_line_in_the_table(kind: Evidence) -> None:
    assert evidence.WEIGHTS[kind].means


def test_a_payer_known_in_three_ways_is_one_payer() -> None:
    kinds = (Evidence.PAYER_KNOWN, Evidence.PAYER_NAME, Evidence.CUSTOMER_NUMBER)

    assert evidence.confidence([Ground(each, "") for each in kinds]) == evidence.WEIGHTS[Evidence.PAYER_KNOWN].points
