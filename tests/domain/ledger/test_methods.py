"""How a payment came, in the words of the papers."""

import pytest

from domain.ledger.csv_import.merging import METHOD
from domain.ledger.papers import methods, typesetting


@pytest.mark.parametrize("paper", ["receipt", "statement"])
def test_what_the_ledger_brought_is_told_in_each_language(paper: str) -> None:
    told = {language: methods.told(METHOD, words) for language, words in typesetting.texts(paper).items()}

    assert sorted(told) == ["de", "en", "es", "fr"]
    assert METHOD not in told.values()


def test_a_way_that_nobody_knows_stays_as_it_is() -> None:
    assert methods.told("cowrie shells", typesetting.words("receipt", "fr")) == "cowrie shells"
