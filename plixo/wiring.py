"""Wiring: which job follows from which event, and which function does which job. The product's table of contents."""

from collections.abc import Awaitable, Callable
from functools import partial

from domain.casework import dispute_questions, questions, task_endings, tasks, worklist
from domain.cash_application import mailed_advices, posting
from domain.commitments import dispute_deadlines, dispute_endings, document_checks, document_waits, judging
from domain.deliverability import inbound, suppression_ends
from domain.deliverability.reading_room import ReadingRoom
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from domain.ledger import audit, erased_addresses, invoice_papers, parity, twins
from domain.operations import (
    code_mails,
    cron_pauses,
    digests,
    incident_mails,
    incident_watching,
    maintenance,
    readiness_smoke,
    retention,
    seen_requests,
    trails,
)
from domain.operations.erasing import working as erasing
from domain.operations.imports import ending as import_endings
from domain.operations.imports import working as importing
from domain.outreach import enrolments, giving_up, hearings, mail_health, planner, sorting, waiting, writing
from domain.pay_links import links, provider_events, unsent
from domain.people import access, grants
from domain.policies import health
from plixo import job_kinds, notices

NOTICES = notices.NOTICES
"""Which job follows from which event; ``plixo/notices.py`` joins the areas' tables."""

JOBS = job_kinds.JOBS
"""Every job; ``plixo/job_kinds.py`` describes them."""

OF_CHAT = job_kinds.OF_CHAT


def domain_functions(core: Core) -> dict[str, JobFunction]:
    """Return the functions of the jobs that need nothing but the domain."""
    return _of_mail(core) | _of_money(core) | _of_cases(core)


def _of_mail(core: Core) -> dict[str, JobFunction]:
    async def write_letter(entry_id: int, word: str) -> None:
        await writing.write(core, entry_id=entry_id, letter=word)

    return {
        "write_letter": write_letter,
        "plan_reminders": _whole(core, planner.plan),
        "redate_reminders": partial(enrolments.redate, core),
        "resume_reminders": partial(enrolments.resume, core),
        "sort_enrolments": _whole(core, sorting.sort),
        "close_cadence": partial(enrolments.close, core),
        "release_waiting": _whole(core, waiting.release),
        "rest_mailing": partial(giving_up.rest, core),
        "judge_health": _whole(core, mail_health.judge),
        "judge_segments": _whole(core, health.judge_segments),
        "read_mail": partial(inbound.read_stored, core, reader=ReadingRoom()),
        "end_suppressions": _whole(core, suppression_ends.end_due),
        "wait_for_contact": partial(hearings.wait_for_contact, core),
        "review_customer": partial(hearings.review_customer, core),
        "end_review": partial(hearings.end_review, core),
        "end_absence": partial(hearings.end_absence, core),
    }


def _of_money(core: Core) -> dict[str, JobFunction]:
    async def read_remittances(entry_id: int) -> None:
        await mailed_advices.read(core, entry_id=entry_id)

    return {
        "apply_cash": _whole(core, posting.apply_cash),
        "read_remittances": read_remittances,
        "close_links": partial(links.close, core),
        "audit_balances": _whole(core, audit.nightly),
        "check_parity": _whole(core, parity.check),
        "find_twins": _whole(core, twins.find),
        "forget_bodies": _whole(core, provider_events.forget_bodies),
        "forget_texts": _whole(core, _forget_texts),
        "erase_person": partial(erasing.erase, core),
        "read_import": partial(importing.read, core),
        "apply_import": partial(importing.apply, core),
        "expire_imports": _whole(core, import_endings.expire),
    }


def _of_cases(core: Core) -> dict[str, JobFunction]:
    async def mail_answer(entry_id: int) -> None:
        await questions.mail_answer(core, entry_id=entry_id)

    async def mail_incident(entry_id: int) -> None:
        await incident_mails.queue(core, entry_id=entry_id)

    async def mail_address_code(entry_id: int) -> None:
        await code_mails.queue(core, entry_id=entry_id)

    async def hear_dispute_answer(entry_id: int) -> None:
        await dispute_questions.hear(core, entry_id=entry_id)

    async def open_task(entry_id: int, word: str = "") -> None:
        await tasks.open_task(core, entry_id=entry_id, kind=word)

    return {
        "open_task": open_task,
        "mail_answer": mail_answer,
        "hear_dispute_answer": hear_dispute_answer,
        "judge_commitments": partial(judging.judge_commitments, core),
        "watch_disputes": _whole(core, dispute_deadlines.watch),
        "conclude_dispute": partial(dispute_endings.conclude, core),
        "drop_dispute": partial(dispute_endings.drop, core),
        "examine_document": partial(document_checks.examine, core),
        "end_roles": _whole(core, _end_roles),
        "watch_files": _whole(core, document_waits.watch),
        "tidy_files": _whole(core, _tidy_files),
        "plan_smoke": _whole(core, readiness_smoke.daily),
        "plan_digests": _whole(core, digests.plan),
        "refresh_queue": _whole(core, _refresh_queue),
        "forget_old": _whole(core, _forget_old),
        "watch_operations": _whole(core, _watch_operations),
        "watch_incidents": _whole(core, incident_watching.watch),
        "mail_incident": mail_incident,
        "mail_address_code": mail_address_code,
    }


def _whole(core: Core, work: Callable[[Core], Awaitable[object]]) -> JobFunction:
    """Return a job that looks at everything, whether an event or the clock has called for it."""

    async def run(entry_id: int = 0) -> None:
        del entry_id
        await work(core)

    return run


async def _refresh_queue(core: Core) -> None:
    await task_endings.end_searches(core)
    await task_endings.end_placements(core)
    await task_endings.end_doubts(core)
    await worklist.refresh_all(core)


async def _watch_operations(core: Core) -> None:
    await cron_pauses.end_due(core)
    await maintenance.watch(core)


async def _end_roles(core: Core) -> None:
    await grants.end_due(core)
    await access.expire_old(core)


async def _forget_old(core: Core) -> None:
    await seen_requests.forget_old(core)
    await trails.forget_old(core)
    await unsent.forget_old(core)


async def _forget_texts(core: Core) -> None:
    await retention.forget_texts(core)
    await erased_addresses.seal_anew(core)
    await erasing.resume(core)


async def _tidy_files(core: Core) -> None:
    await document_checks.tidy(core)
    await invoice_papers.tidy(core)
    await import_endings.tidy(core)


async def nothing(**_: object) -> None:
    """Do nothing: stands in for the part that is switched off, such as Slack without a token."""
