"""docs/policies.md tells every word of a policy, and its example is a policy."""

import re
from pathlib import Path

from domain.kernel.limits import Limits
from domain.policies import checks, policy_file
from domain.policies.document import Rule, SegmentPart, StepPart
from domain.policies.regions import REGIONS
from domain.policies.values import BUCKETS, Recipients, Tone

PAGE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_example_is_a_policy_without_a_fault_or_a_warning() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None

    document = policy_file.read(example[1], name="policies.md")

    assert len(document.segments) == 4
    assert checks.warnings(document, Limits()) == ()


def test_every_word_is_told() -> None:
    words = [*Rule.model_fields, *SegmentPart.model_fields, *StepPart.model_fields]

    assert [each for each in words if f"| `{each}` |" not in PAGE] == []


def test_every_region_and_choice_is_told() -> None:
    assert [each for each in REGIONS if f"| {each} |" not in PAGE] == []
    assert [each for each in (*BUCKETS, *Tone, *Recipients) if f"`{each}`" not in PAGE] == []
