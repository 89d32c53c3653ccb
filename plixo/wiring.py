"""Wiring: which job follows from which event, and which function does which job. The product's table of contents."""

from collections.abc import Awaitable, Callable
from functools import partial

from domain.casework import events as casework_events
from domain.casework import mail_answer_events, question_events, questions, task_endings, tasks, worklist
from domain.cash_application import events as cash_events
from domain.cash_application import mailed_advices, posting, reading_events
from domain.commitments import (
    dispute_deadlines,
    dispute_endings,
    dispute_events,
    document_checks,
    document_waits,
    judging,
)
from domain.commitments import events as commitment_events
from domain.deliverability import contact_events, draft_events, inbound, suppression_ends
from domain.deliverability import events as deliverability_events
from domain.deliverability.reading_room import ReadingRoom
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction, JobKind
from domain.kernel.notices import Notices, merged
from domain.ledger import audit, entry_events, invoice_papers, parity, parity_events, twin_events, twins
from domain.ledger import events as ledger_events
from domain.operations import audit_events, chat_events, export_events, seen_requests, support_events, trails
from domain.operations.imports import ending as import_endings
from domain.operations.imports import events as import_decisions
from domain.operations.imports import working as importing
from domain.outreach import enrolments, hearings, mail_health, planner, sorting, stop_events, waiting, writing
from domain.outreach import events as outreach_events
from domain.pay_links import events as pay_link_events
from domain.pay_links import forwarding_events, links, provider_events, provider_news, unsent
from domain.people import access, access_events, grants
from domain.people import events as people_events
from domain.policies import events as policy_events
from domain.policies import health

NOTICES: Notices = merged(
    people_events.NOTICES,
    access_events.NOTICES,
    ledger_events.NOTICES,
    entry_events.NOTICES,
    parity_events.NOTICES,
    twin_events.NOTICES,
    commitment_events.NOTICES,
    dispute_events.NOTICES,
    pay_link_events.NOTICES,
    provider_news.NOTICES,
    forwarding_events.NOTICES,
    deliverability_events.NOTICES,
    draft_events.NOTICES,
    contact_events.NOTICES,
    cash_events.NOTICES,
    reading_events.NOTICES,
    policy_events.NOTICES,
    outreach_events.NOTICES,
    stop_events.NOTICES,
    casework_events.NOTICES,
    question_events.NOTICES,
    mail_answer_events.NOTICES,
    support_events.NOTICES,
    import_decisions.NOTICES,
    export_events.NOTICES,
    chat_events.NOTICES,
    audit_events.NOTICES,
)


JOBS = (
    JobKind(
        "tell_operators",
        "Draws the case message in Slack anew and adds a line to its thread.",
        attempts=4,  # one line that cannot be told must not keep the others back; a busy Slack does not count
        lock="chat",
        queue="chat",
    ),
    JobKind("write_letter", "Queues the letter that an event calls for, to each contact that should get it."),
    JobKind("send_mailing", "Checks everything again, then sends one mail.", attempts=40, lock="mailing {mailing_id}"),
    JobKind(
        "release_waiting",
        "Hands mails whose wait is over to the workers again.",
        lock="release_waiting",
        queueing_lock="release_waiting",
    ),
    JobKind(
        "judge_health",
        "Judges warm-up and breakers by what came back.",
        lock="judge_health",
        queueing_lock="judge_health",
    ),
    JobKind("plan_reminders", "Finds what is due for a reminder and queues it.", lock="plan", queueing_lock="plan"),
    JobKind("redate_reminders", "Moves the next reminder of an invoice whose due date was changed."),
    JobKind("resume_reminders", "Takes up the reminders of an invoice again whose pause has ended."),
    JobKind("watch_disputes", "Tells of disputes that are at risk or late, each once."),
    JobKind("conclude_dispute", "Ends a dispute whose credit was approved."),
    JobKind("drop_dispute", "Ends the dispute of an invoice that was written off or voided."),
    JobKind("judge_commitments", "Decides by money which promises are kept or broken, and how plans stand."),
    JobKind("mail_answer", "Queues the mail with the answer to a payer's question."),
    JobKind("open_task", "Opens a task that only a person can do."),
    JobKind(
        "refresh_queue",
        "Brings the queue up to date, and ends searches for a contact that was found.",
        lock="refresh_queue",
        queueing_lock="refresh_queue",
    ),
    JobKind(
        "judge_segments",
        "Counts whom each segment can reach and what came back, for Autopilot's limits.",
        lock="judge_segments",
        queueing_lock="judge_segments",
    ),
    JobKind(
        "sort_enrolments",
        "Moves invoices whose segment has changed into its cadence.",
        lock="sort_enrolments",
        queueing_lock="sort_enrolments",
    ),
    JobKind("close_cadence", "Ends the reminders of an invoice that is settled."),
    JobKind("close_links", "Closes the payment links of an invoice that is settled."),
    JobKind("end_checkout", "Ends an open checkout at the payment provider.", attempts=40),
    JobKind("work_provider_event", "Works one stored webhook: reads the checkout again and books it.", attempts=40),
    JobKind(
        "check_checkouts",
        "Asks the payment provider about checkouts of which no news came.",
        lock="check_checkouts",
        queueing_lock="check_checkouts",
    ),
    JobKind(
        "compare_movements",
        "Compares the payment provider's charges, refunds and disputes of the last days with the ledger.",
        attempts=40,
        lock="compare_movements",
        queueing_lock="compare_movements",
    ),
    JobKind("forget_bodies", "Empties the bodies of webhooks that were worked long ago.", lock="forget_bodies"),
    JobKind(
        "audit_balances",
        "Compares every balance with its entries, and alarms when one differs.",
        lock="audit_balances",
        queueing_lock="audit_balances",
    ),
    JobKind(
        "check_parity",
        "Compares our ageing with the control totals of the merchant's own books.",
        lock="check_parity",
        queueing_lock="check_parity",
    ),
    JobKind(
        "find_twins",
        "Proposes customers that may be one under two spellings.",
        lock="find_twins",
        queueing_lock="find_twins",
    ),
    JobKind(
        "end_suppressions",
        "Ends the suppressions whose time is over.",
        lock="end_suppressions",
        queueing_lock="end_suppressions",
    ),
    JobKind("wait_for_contact", "Holds the reminders to a contact who is away until the day of return."),
    JobKind("review_customer", "Holds the reminders to a customer who complained until a person has looked."),
    JobKind("end_review", "Ends the review of a customer who took the complaint back."),
    JobKind("end_absence", "Lets reminders to a contact go on whose mail, read again, says of no absence."),
    JobKind("read_mail", "Reads one stored mail."),
    JobKind(
        "check_sender",
        "Records what SPF, DKIM and DMARC say of the sender of one complaint.",
        lock="check_sender",  # each starts a process, so one at a time
    ),
    JobKind("read_remittances", "Reads the remittance advices that came attached to one mail."),
    JobKind(
        "apply_cash",
        "Matches bank lines with invoices, posts what is sure and proposes the rest.",
        lock="apply_cash",
        queueing_lock="apply_cash",
    ),
    JobKind(
        "tell_person",
        "Writes to the persons whom something concerns: requests to decide, answers, roles that end.",
        lock="tell_person",  # of two at once one would show what was before
        queue="chat",
    ),
    JobKind(
        "learn_people",
        "Asks Slack for the names, languages and time zones of people.",
        lock="learn_people",
        queueing_lock="learn_people",
        queue="chat",
    ),
    JobKind(
        "publish_home",
        "Draws the App Home that somebody looks at.",
        attempts=6,
        lock="home",
        queueing_lock="publish_home {slack_id}",
        queue="chat",
    ),
    JobKind(
        "publish_homes",
        "Draws App Homes anew that have changed.",
        attempts=6,
        lock="home",
        queueing_lock="publish_homes",
        queue="chat",
    ),
    JobKind("share_audit", "Sends a part of the audit log to whoever asked for it in Slack.", queue="chat"),
    JobKind(
        "redraw_case",
        "Draws an invoice's message in Slack anew, without a word.",
        attempts=4,
        lock="chat",
        queue="chat",
    ),
    JobKind(
        "redraw_chat",
        "Draws messages anew whose buttons are for something that is decided by now.",
        attempts=4,
        lock="chat",
        queueing_lock="redraw_chat",
        queue="chat",
    ),
    JobKind(
        "watch_chat",
        "Learns who reads along in the channels of Slack, and makes up for what could not be told.",
        attempts=4,
        lock="chat",
        queueing_lock="watch_chat",
        queue="chat",
    ),
    JobKind("share_document", "Puts a payer's file into the thread of its case in Slack.", attempts=40, queue="chat"),
    JobKind(
        "examine_document",
        "Looks into a file from outside and draws the picture that may be shown.",
        attempts=40,
        queueing_lock="examine_document {document_id}",
    ),
    JobKind(
        "watch_files", "Tells of files that nobody could look into.", lock="watch_files", queueing_lock="watch_files"
    ),
    JobKind("look_at_file", "Finds out whether a file that was shared in Slack is for an import.", attempts=20),
    JobKind("fetch_import", "Fetches a file from Slack that somebody handed in.", attempts=20),
    JobKind(
        "read_import",
        "Reads a file that was handed in, and finds out what its import would do.",
        lock="import {import_id}",
        queue="imports",
    ),
    JobKind(
        "apply_import",
        "Takes a file into the ledger as its preview showed it.",
        lock="import {import_id}",
        queue="imports",
    ),
    JobKind("show_import", "Draws the card of a file that was handed in.", attempts=20, queue="chat"),
    JobKind("send_export", "Makes a file or a chart that somebody asked for, and sends it.", queue="exports"),
    JobKind("expire_imports", "Ends imports about which nobody has decided.", queueing_lock="expire_imports"),
    JobKind(
        "end_roles",
        "Ends roles whose time is over and requests for access that nobody decided, and tells before a role ends.",
        lock="end_roles",
        queueing_lock="end_roles",
    ),
    JobKind("tidy_files", "Removes files that no row knows.", lock="tidy_files", queueing_lock="tidy_files"),
    JobKind("forget_old", "Removes keys of old requests.", lock="forget", queueing_lock="forget"),
)
"""The jobs table: everything that happens later."""


OF_CHAT = (
    "tell_operators",
    "share_document",
    "share_audit",
    "tell_person",
    "publish_home",
    "publish_homes",
    "learn_people",
    "redraw_case",
    "redraw_chat",
    "watch_chat",
    "look_at_file",
    "fetch_import",
    "show_import",
    "send_export",
)
"""Jobs that the operators' chat brings; without it they do nothing."""


def domain_functions(core: Core) -> dict[str, JobFunction]:
    """Return the functions of the jobs that need nothing but the domain."""

    def whole(work: Callable[[Core], Awaitable[object]]) -> JobFunction:
        """Return a job that looks at everything, whether an event or the clock has called for it."""

        async def run(entry_id: int = 0) -> None:
            del entry_id
            await work(core)

        return run

    async def write_letter(entry_id: int, word: str) -> None:
        await writing.write(core, entry_id=entry_id, letter=word)

    async def read_remittances(entry_id: int) -> None:
        await mailed_advices.read(core, entry_id=entry_id)

    async def mail_answer(entry_id: int) -> None:
        await questions.mail_answer(core, entry_id=entry_id)

    async def open_task(entry_id: int, word: str = "") -> None:
        await tasks.open_task(core, entry_id=entry_id, kind=word)

    return {
        "write_letter": write_letter,
        "open_task": open_task,
        "mail_answer": mail_answer,
        "plan_reminders": whole(planner.plan),
        "redate_reminders": partial(enrolments.redate, core),
        "resume_reminders": partial(enrolments.resume, core),
        "sort_enrolments": whole(sorting.sort),
        "close_cadence": partial(enrolments.close, core),
        "release_waiting": whole(waiting.release),
        "judge_health": whole(mail_health.judge),
        "judge_segments": whole(health.judge_segments),
        "apply_cash": whole(posting.apply_cash),
        "read_remittances": read_remittances,
        "judge_commitments": partial(judging.judge_commitments, core),
        "watch_disputes": whole(dispute_deadlines.watch),
        "conclude_dispute": partial(dispute_endings.conclude, core),
        "drop_dispute": partial(dispute_endings.drop, core),
        "examine_document": partial(document_checks.examine, core),
        "end_roles": whole(_end_roles),
        "watch_files": whole(document_waits.watch),
        "tidy_files": whole(_tidy_files),
        "refresh_queue": whole(_refresh_queue),
        "close_links": partial(links.close, core),
        "audit_balances": whole(audit.nightly),
        "check_parity": whole(parity.check),
        "find_twins": whole(twins.find),
        "read_mail": partial(inbound.read_stored, core, reader=ReadingRoom()),
        "end_suppressions": whole(suppression_ends.end_due),
        "wait_for_contact": partial(hearings.wait_for_contact, core),
        "review_customer": partial(hearings.review_customer, core),
        "end_review": partial(hearings.end_review, core),
        "end_absence": partial(hearings.end_absence, core),
        "forget_bodies": whole(provider_events.forget_bodies),
        "read_import": partial(importing.read, core),
        "apply_import": partial(importing.apply, core),
        "expire_imports": whole(import_endings.expire),
        "forget_old": whole(_forget_old),
    }


async def _refresh_queue(core: Core) -> None:
    await task_endings.end_searches(core)
    await task_endings.end_placements(core)
    await task_endings.end_doubts(core)
    await worklist.refresh_all(core)


async def _end_roles(core: Core) -> None:
    await grants.end_due(core)
    await access.expire_old(core)


async def _forget_old(core: Core) -> None:
    await seen_requests.forget_old(core)
    await trails.forget_old(core)
    await unsent.forget_old(core)


async def _tidy_files(core: Core) -> None:
    await document_checks.tidy(core)
    await invoice_papers.tidy(core)
    await import_endings.tidy(core)


async def nothing(**_: object) -> None:
    """Do nothing: stands in for the part that is switched off, such as Slack without a token."""
