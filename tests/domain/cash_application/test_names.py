"""Names: a payer is known by its name without legal form and accents, and never by a name that fits several."""

from uuid import UUID

import pytest

from domain.cash_application import names
from domain.cash_application.names import Directory

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller Bau GmbH & Co. KG", "MUELLER BAU"),
        ("Acme, Inc.", "ACME INC"),
        ("Société Générale S.A.", "SOCIETE GENERALE SA"),
        ("The Crown Ltd", "Crown Limited"),
        ("Straße G.m.b.H.", "STRASSE GMBH"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert names.normal(one) == names.normal(other) != ""


def test_a_name_that_is_only_a_legal_form_is_none() -> None:
    assert names.normal("GmbH & Co. KG") == ""


def test_a_name_that_the_bank_cut_off_is_found() -> None:
    directory = Directory([(A, "Nordwind Maschinenbau Vertriebsgesellschaft mbH"), (B, "Nordwind Reisen GmbH")])

    assert [each.account_id for each in directory.fitting("NORDWIND MASCHINENBAU VERTR")] == [A]


def test_a_slip_of_the_pen_resembles_and_another_name_does_not() -> None:
    directory = Directory([(A, "Hansen Logistik GmbH"), (B, "Jansen Textil AG")])

    fits = directory.fitting("Hansn Logistik GmbH")

    assert [(each.account_id, each.likeness < names.SAME) for each in fits] == [(A, True)]


def test_a_name_of_two_customers_finds_both() -> None:
    directory = Directory([(A, "Acme GmbH"), (B, "Acme AG"), (C, "Acne GmbH")])

    assert {each.account_id for each in directory.fitting("ACME")} == {A, B}
