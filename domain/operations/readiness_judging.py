"""Readiness judging: all checks at once, what they say kept, changes told, and the gate before Autopilot moved.

What the world outside says is asked before the transaction; in it, one judge is at work at a time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from domain.deliverability.sender_records import Finding, Publish
from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.jobs import TryLater
from domain.kernel.speech import say
from domain.kernel.transactions import Rows, Transaction
from domain.operations import readiness_facts, readiness_overrides, readiness_smoke
from domain.operations.readiness_checks import BY_NAME, CHECKS
from domain.operations.readiness_events import Change, ReadinessChanged
from domain.operations.readiness_judges import Judgement, Verdict
from domain.operations.readiness_ports import DomainAnswer, Surroundings, Unsaid
from domain.outreach import gates
from domain.outreach.gates import READINESS, Holds

LOCK = 7_154_261
"""Advisory lock of whoever judges; any number that nothing else uses."""

CLOSE_TOGETHER = timedelta(seconds=10)
"""What happens within it is judged once."""

_DOMAIN = "domain"

_PUT = """
    INSERT INTO readiness_result AS r (name, verdict, judged, code, figures, since, at)
    SELECT name, verdict, judged, code, figures::jsonb, %(now)s, %(now)s
    FROM unnest(%(names)s::text[], %(verdicts)s::text[], %(judged)s::boolean[], %(codes)s::text[], %(figures)s::text[])
         AS new (name, verdict, judged, code, figures)
    ON CONFLICT (name) DO UPDATE SET verdict = excluded.verdict, judged = excluded.judged, code = excluded.code,
        figures = excluded.figures, at = excluded.at,
        since = CASE WHEN r.verdict = excluded.verdict THEN r.since ELSE excluded.since END
"""


async def judge(core: Core, *, surroundings: Surroundings, at_once: bool = False) -> None:
    """Judge every check; with *at_once* the world outside is asked anew, whatever it said a moment ago."""
    setup = await surroundings.payments(ask=at_once or await _debit_matters(core))
    domain, asked_at = await _domain(core, surroundings, at_once=at_once)
    await readiness_smoke.tidy(core)
    async with core.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        await readiness_overrides.end_due(core, tx)
        facts = await readiness_facts.read(core, tx, setup=setup, domain=domain)
        found = {each.name: each.judge(facts, core.limits) for each in CHECKS}
        before = {row["name"]: row["verdict"] for row in await tx.rows("SELECT name, verdict FROM readiness_result")}
        await _keep(core, tx, found, domain=domain, asked_at=asked_at)
        holding = await _holding(core, tx, found)
        await _move_gate(core, tx, holding)
        if changes := _changes(before, found):
            told = by(SYSTEM, core.clock.now())
            await timeline.record(core, tx, ReadinessChanged(changes=changes, holding=holding, **told))
        await core.jobs.defer(tx, "show_readiness")


async def judge_soon(core: Core, *, surroundings: Surroundings) -> None:
    """Judge, unless that was done a moment ago (the job ``judge_readiness``).

    Raises:
        TryLater: It was; what has happened since is judged together a little later.
    """
    row = await core.database.row("SELECT max(at) AS at FROM readiness_result")
    now = core.clock.now()
    if row and row["at"] and timedelta(0) <= now - row["at"] < CLOSE_TOGETHER:
        raise TryLater(row["at"] + CLOSE_TOGETHER - now, "it was judged a moment ago")
    await judge(core, surroundings=surroundings)


async def findings(rows: Rows) -> tuple[DomainAnswer | None, datetime | None]:
    """Return what the name servers said last of the sending domain, and when they were asked."""
    row = await rows.row("SELECT figures->'answer' AS answer FROM readiness_result WHERE name = %s", (_DOMAIN,))
    answer = row["answer"] if row else None
    if isinstance(answer, str):
        answer = json.loads(answer)
    if not answer:
        return None, None
    found = tuple(
        Finding(
            check=each["check"],
            state=each["state"],
            found=sentences.unpacked(each["found"]),
            remedy=sentences.unpacked(each["remedy"]),
            publish=Publish(**each["publish"]) if each["publish"] else None,
        )
        for each in answer["findings"]
    )
    unsaid = Unsaid(answer["unsaid"]) if answer["unsaid"] else None
    return DomainAnswer(found, unsaid), datetime.fromisoformat(answer["asked_at"])


async def _domain(
    core: Core, surroundings: Surroundings, *, at_once: bool
) -> tuple[DomainAnswer | None, datetime | None]:
    """Ask the name servers: in time, or each time while something is wrong."""
    known, asked_at = await findings(core.database)
    now = core.clock.now()
    if known is not None and asked_at is not None and not at_once:
        fine = not known.unsaid and all(each.state == "pass" for each in known.findings)
        if (fine or known.unsaid is Unsaid.STAND_IN) and now - asked_at < core.limits.readiness.domain_recheck:
            return known, asked_at
    return await surroundings.sending_domain(), now


async def _debit_matters(core: Core) -> bool:
    row = await core.database.row(
        "SELECT EXISTS (SELECT FROM invoice WHERE state = 'open' AND currency = 'USD')"
        " AND NOT EXISTS (SELECT FROM provider_mark WHERE name = 'bank debit') AS asked"
    )
    return bool(row and row["asked"])


async def _keep(
    core: Core,
    tx: Transaction,
    found: Mapping[str, Judgement],
    *,
    domain: DomainAnswer | None,
    asked_at: datetime | None,
) -> None:
    figures = {name: dict(each.figures) for name, each in found.items()}
    if domain is not None and asked_at is not None:
        answer = {
            "findings": [_kept(each) for each in domain.findings],
            "unsaid": domain.unsaid.value if domain.unsaid else "",
            "asked_at": asked_at.isoformat(),
        }
        figures[_DOMAIN]["answer"] = answer
    await tx.execute(
        _PUT,
        {
            "now": core.clock.now(),
            "names": list(found),
            "verdicts": [each.verdict.value for each in found.values()],
            "judged": [each.judged for each in found.values()],
            "codes": [each.code for each in found.values()],
            "figures": [json.dumps(figures[name]) for name in found],
        },
    )
    await tx.execute("DELETE FROM readiness_result WHERE NOT name = ANY(%s)", (list(BY_NAME),))


def _kept(finding: Finding) -> dict[str, Any]:
    told = {name: sentences.packed(getattr(finding, name)) for name in ("found", "remedy")}
    return {**asdict(finding), **told}


async def _holding(core: Core, tx: Transaction, found: Mapping[str, Judgement]) -> tuple[str, ...]:
    overridden = await readiness_overrides.current(core, tx)
    failing = (name for name, each in found.items() if each.verdict is Verdict.FAIL)
    return tuple(name for name in failing if not (name in overridden and overridden[name].active))


async def _move_gate(core: Core, tx: Transaction, holding: Sequence[str]) -> None:
    """Close or open the gate; one that a person has closed by hand is left to that person."""
    gate = await tx.row(
        "SELECT made_by, reason, until FROM gate WHERE name = %s AND segment IS NULL AND state = 'closed'", (READINESS,)
    )
    if gate is not None and gate["made_by"] != SYSTEM.name:
        return
    within, reason = core.within(tx), say("not ready: {checks}", checks=", ".join(holding))
    if holding and gate is None:
        await gates.close(within, name=READINESS, holds=Holds.AUTOPILOT, reason=reason, actor=SYSTEM)
    elif holding and gate is not None and sentences.said(gate["reason"]) != reason:
        await tx.execute(  # which checks fail was told by itself
            "UPDATE gate SET reason = %s WHERE name = %s AND segment IS NULL AND state = 'closed'",
            (sentences.as_text(reason), READINESS),
        )
    elif not holding and gate is not None:
        await gates.open(within, name=READINESS, reason=say("no check holds it any more"), actor=SYSTEM)


def _changes(before: Mapping[str, str], found: Mapping[str, Judgement]) -> tuple[Change, ...]:
    """Return what is to be told: a verdict that changed; of the first judging only what fails."""
    return tuple(
        Change(
            name=name,
            before=before.get(name, ""),
            verdict=each.verdict.value,
            code=each.code,
            figures=dict(each.figures),
        )
        for name, each in found.items()
        if before.get(name, each.verdict.value) != each.verdict.value
        or (name not in before and each.verdict is Verdict.FAIL)
    )
