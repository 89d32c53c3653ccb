"""Policies as a simulation needs them: the one in force, or a document that nobody has published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.kernel.core import Core
from domain.kernel.dates import AGEING_BUCKETS
from domain.outreach.steps import Step
from domain.policies import checks, segments
from domain.policies.document import CadencePart, Document
from domain.policies.segments import Segment

_STEPS = """
    SELECT c.name, s.position, s.offset_days, s.letter, s.tone, s.severity, s.recipients, s.approval
    FROM cadence c JOIN cadence_step s ON s.cadence_id = c.id WHERE c.state = 'published' ORDER BY c.name, s.position
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """Segments in the order in which they are asked, and the steps of their cadences."""

    label: str
    segments: tuple[Segment, ...]
    cadences: Mapping[str, tuple[Step, ...]]

    @property
    def follows_balance(self) -> bool:
        """Whether a part payment can move an invoice to another segment."""
        return any(each.rule.balance is not None for each in self.segments)

    @property
    def turning_days(self) -> tuple[int, ...]:
        """Days past due on which an invoice can change its segment."""
        return tuple(sorted(set(_turning(self.segments))))


def _turning(asked: tuple[Segment, ...]) -> Iterator[int]:
    for each in asked:
        days = each.rule.days_past_due
        if days is not None and days.low is not None:
            yield days.low
        if days is not None and days.high is not None:
            yield days.high + 1
        if each.rule.ageing is not None:
            yield from (limit + 1 for _, limit in AGEING_BUCKETS)


async def published(core: Core) -> Policy:
    """Return the policy in force."""
    cadences: dict[str, tuple[Step, ...]] = {}
    for row in await core.database.rows(_STEPS):
        name = row.pop("name")
        cadences[name] = (*cadences.get(name, ()), Step(**row))
    found = await core.database.row("SELECT version FROM policy WHERE state = 'published'")
    label = f"published policy, version {found['version']}" if found else "no published policy"
    return Policy(label, await segments.published(core), cadences)


def of_document(core: Core, document: Document, *, label: str) -> Policy:
    """Return a policy that is not in force."""
    return Policy(label, segments.proposed(core, document), {each.name: _steps(each) for each in document.cadences})


def _steps(cadence: CadencePart) -> tuple[Step, ...]:
    return tuple(
        Step(
            position=position,
            offset_days=each.day,
            letter=each.letter,
            tone=each.tone.value,
            severity=checks.severity(each),
            recipients=each.recipients.value,
            approval=each.approval,
        )
        for position, each in enumerate(cadence.steps, start=1)
    )
