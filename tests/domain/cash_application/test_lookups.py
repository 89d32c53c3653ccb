"""Lookups: the figures by which an invoice is found are in each form in which its number may be written."""

import pytest

from domain.cash_application import lookups, mentions, numbers
from domain.kernel.core import Core


@pytest.mark.parametrize(
    "key", ["inv-2026/00342", "re 10 011 001", "ñandú–ío-l7o9", "ж-5_6.7", "ⅷ-2٣4", "abc", "0", "9\\'\"8<>7|{6}"]
)
async def test_each_form_of_a_number_has_the_figures_by_which_it_is_found(core: Core, key: str) -> None:
    row = await core.database.row(
        "SELECT ARRAY[lasting_figures(i.number_key), lasting_figures(%(skeleton)s), lasting_figures(%(digits)s)]"
        f" AS ours, ARRAY[{lookups._SKELETON}, {lookups._FIGURES}] AS theirs"
        " FROM (SELECT %(key)s::text AS number_key) i",
        {"key": key, "skeleton": mentions.skeleton(key), "digits": numbers.digits(key)},
    )

    assert row is not None
    ours, theirs = row["ours"], row["theirs"]
    if theirs == [mentions.skeleton(key), numbers.digits(key)]:
        assert len(set(ours)) == 1
    else:
        assert not key.isascii(), "our form and the database's are one where nothing foreign stands in the number"
