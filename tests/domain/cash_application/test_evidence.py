"""Evidence: the page about cash shows the very table that decides, and an amount alone reaches no limit."""

import re
from itertools import combinations

import pytest

from domain.cash_application.evidence import FITS, MOST, WEIGHTS, WHO, Evidence, Ground, confidence
from domain.kernel.limits import Limits
from tests.sources import ROOT

PAGE = (ROOT / "docs" / "cash.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", list(Evidence))
def test_the_page_shows_points_ceiling_and_meaning_of_all_evidence(kind: Evidence) -> None:
    weight = WEIGHTS[kind]
    ceiling = str(weight.ceiling) if weight.ceiling < MOST else ""

    rows = re.findall(rf"^\| {kind.value} \| (\S+) \| (\S*) ?\| (.+) \|$", PAGE, flags=re.MULTILINE)

    assert rows == [(str(weight.points), ceiling, weight.means)]


def test_what_identifies_nothing_stays_far_below_the_limit() -> None:
    silent = [Ground(each, "") for each in Evidence if not WEIGHTS[each].identifies and WEIGHTS[each].points > 0]

    assert confidence(silent) <= Limits().post_confidence // 2


def test_a_payer_without_a_fitting_amount_or_uniqueness_never_posts() -> None:
    for kinds in combinations([*WHO, *FITS], 3):
        assert confidence([Ground(each, "") for each in kinds]) < Limits().post_confidence
