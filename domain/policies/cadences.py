"""Cadences and segments as rows: what the planner reads is written from the document when it is published.

A cadence whose steps are what they were keeps its version, so that invoices on their way through it are not touched.
"""

import json
from typing import Any
from uuid import UUID, uuid4

from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.policies import checks
from domain.policies.document import CadencePart, Document, SegmentPart, StepPart, as_json
from domain.policies.models import Cadence, CadenceStep, SegmentRow

SEND_HOUR = 9
"""A step falls due at nine in the morning in the merchant's zone."""

_STORED_STEPS = """
    SELECT c.id, s.offset_days, s.letter, s.tone, s.severity, s.recipients, s.approval
    FROM cadence c JOIN cadence_step s ON s.cadence_id = c.id
    WHERE c.state = 'published' ORDER BY c.id, s.position
"""


async def write(core: Core, tx: Transaction, document: Document) -> None:
    """Bring the document's cadences and segments into force, in the caller's transaction."""
    await _write_cadences(core, tx, document)
    await _write_segments(core, document)


async def _write_cadences(core: Core, tx: Transaction, document: Document) -> None:
    stored: dict[UUID, list[tuple[Any, ...]]] = {}
    for row in await tx.rows(_STORED_STEPS):
        stored.setdefault(row["id"], []).append(
            _comparable(
                row["offset_days"], row["letter"], row["tone"], row["severity"], row["recipients"], row["approval"]
            )
        )
    latest = {
        row["name"]: int(row["version"])
        for row in await tx.rows("SELECT name, max(version) AS version FROM cadence GROUP BY name")
    }
    # No key changes: who enters one of them meanwhile is not kept waiting, and holds what publishing is about to want.
    published = Cadence.filter(state="published").select_for_update(no_key=True)
    present = {each.name: each for each in await published}
    for name, version in present.items():
        wanted = document.cadence(name)
        if wanted is None or [_of_step(each) for each in wanted.steps] != stored.get(version.id, []):
            await version.move("retire")
    steps: list[CadenceStep] = []
    for cadence in document.cadences:
        kept = present.get(cadence.name)
        if kept is None or kept.status is not Cadence.MACHINE.start:
            steps += await _new_version(core, cadence, version=latest.get(cadence.name, 0) + 1)
    await CadenceStep.bulk_create(steps)


async def _new_version(core: Core, cadence: CadencePart, *, version: int) -> list[CadenceStep]:
    row = await Cadence.create(
        id=uuid4(),
        name=cadence.name,
        version=version,
        state=Cadence.MACHINE.start.value,
        created_at=core.clock.now(),
    )
    return [
        CadenceStep(
            id=uuid4(),
            cadence_id=row.id,
            position=position,
            offset_days=step.day,
            letter=step.letter,
            tone=step.tone.value,
            severity=checks.severity(step),
            recipients=step.recipients.value,
            approval=checks.approved_by_a_person(step),
        )
        for position, step in enumerate(cadence.steps, start=1)
    ]


def _of_step(step: StepPart) -> tuple[Any, ...]:
    return _comparable(
        step.day,
        step.letter,
        step.tone.value,
        checks.severity(step),
        step.recipients.value,
        checks.approved_by_a_person(step),
    )


def _comparable(
    day: int, letter: str | None, tone: str, severity: int, recipients: str, approval: bool
) -> tuple[Any, ...]:
    """Return what makes a step that step; who is mailed and how does not matter where nobody is mailed."""
    return (day,) if letter is None else (day, letter, tone, severity, recipients, approval)


async def _write_segments(core: Core, document: Document) -> None:
    published = SegmentRow.filter(state="published").select_for_update(no_key=True)
    present = {each.name: each for each in await published}
    for name, row in present.items():
        wanted = document.segment(name)
        if wanted is None or _of_segment(wanted) != _of_row(row):
            await row.move("retire")
    fresh = []
    for position, segment in enumerate(document.segments, start=1):
        kept = present.get(segment.name)
        if kept is not None and kept.status is SegmentRow.MACHINE.start:
            if kept.position != position:
                await SegmentRow.filter(id=kept.id).update(position=position)
            continue
        fresh.append(
            SegmentRow(
                id=uuid4(),
                name=segment.name,
                position=position,
                rule=as_json(segment.rule),
                cadence=segment.cadence,
                mode=segment.mode.value,
                daily_cap=segment.daily_cap,
                notes=segment.notes,
                state=SegmentRow.MACHINE.start.value,
                created_at=core.clock.now(),
            )
        )
    await SegmentRow.bulk_create(fresh)


def _of_segment(segment: SegmentPart) -> tuple[Any, ...]:
    return (as_json(segment.rule), segment.cadence, segment.mode.value, segment.daily_cap, segment.notes)


def _of_row(row: SegmentRow) -> tuple[Any, ...]:
    rule = json.loads(row.rule) if isinstance(row.rule, str) else row.rule
    return (rule, row.cadence, row.mode, row.daily_cap, row.notes)
