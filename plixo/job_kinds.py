"""Job kinds: every job that there is, what it does and what it waits for; the docs have their list from here."""

from domain.kernel.jobs import JobKind
from plixo import chat_job_kinds

JOBS = (
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
        "forget_texts",
        "Empties raw mails, texts of calls for help and reject logs whose time is over.",
        lock="forget_texts",
        queueing_lock="forget_texts",
    ),
    JobKind(
        "erase_person",
        "Takes a person's data out of everything that is stored, page by page, and writes the certificate.",
        attempts=40,
        lock="erasure {erasure_id}",
    ),
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
        "examine_document",
        "Looks into a file from outside and draws the picture that may be shown.",
        attempts=40,
        queueing_lock="examine_document {document_id}",
    ),
    JobKind(
        "watch_files", "Tells of files that nobody could look into.", lock="watch_files", queueing_lock="watch_files"
    ),
    JobKind(
        "read_import",
        "Reads a file that was handed in, and finds out what its import would do.",
        lock="import {import_id}",
        queue="imports",
        given_up="give_up_import",
    ),
    JobKind(
        "apply_import",
        "Takes a file into the ledger as its preview showed it.",
        lock="import {import_id}",
        queue="imports",
        given_up="give_up_import",
    ),
    JobKind("expire_imports", "Ends imports about which nobody has decided.", queueing_lock="expire_imports"),
    JobKind(
        "end_roles",
        "Ends roles whose time is over and requests for access that nobody decided, and tells before a role ends.",
        lock="end_roles",
        queueing_lock="end_roles",
    ),
    JobKind(
        "judge_readiness",
        "Judges every check of readiness, and holds or lets go what leaves by itself.",
        lock="judge_readiness",
        queueing_lock="judge_readiness",
    ),
    JobKind(
        "recheck_readiness",
        "Does the same at once, and asks name servers and payment provider anew.",
        queueing_lock="recheck_readiness",
    ),
    JobKind(
        "plan_digests",
        "Queues the digests whose hour has passed on their reader's clock.",
        lock="plan_digests",
        queueing_lock="plan_digests",
    ),
    JobKind("mail_digest", "Mails a digest to its reader.", attempts=40, lock="operator mail {mail_id}"),
    JobKind("plan_smoke", "Has the day's test dispute filed.", queueing_lock="plan_smoke"),
    JobKind(
        "smoke_dispute",
        "Files a test dispute through the payers' pages, and looks where it arrives.",
        attempts=40,
        lock="smoke_dispute",
    ),
    JobKind(
        "watch_incidents",
        "Looks at the payers' pages, judges whether something is wrong, and opens or ends incidents.",
        lock="watch_incidents",
        queueing_lock="watch_incidents",
    ),
    JobKind("send_incident_mail", "Mails one letter about an incident.", attempts=40, lock="operator mail {mail_id}"),
    JobKind("mail_incident", "Queues a letter about an incident to each manager with an address."),
    JobKind(
        "watch_operations",
        "Ends pauses of crons and maintenance whose time is over, and reminds of their end.",
        lock="watch_operations",
        queueing_lock="watch_operations",
    ),
    JobKind("tidy_files", "Removes files that no row knows.", lock="tidy_files", queueing_lock="tidy_files"),
    *chat_job_kinds.JOBS,
    JobKind("forget_old", "Removes keys of old requests.", lock="forget", queueing_lock="forget"),
)
"""The jobs table: everything that happens later."""

OF_CHAT = chat_job_kinds.NAMES
