"""Job kinds: every job that there is, what it does and what it waits for; the docs have their list from here."""

from domain.kernel.jobs import JobKind

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
        queue="homes",
    ),
    JobKind(
        "publish_home",
        "Draws the App Home that somebody looks at.",
        attempts=6,
        lock="home {slack_id}",  # whoever opens one does not wait for hundreds of others
        queueing_lock="publish_home {slack_id}",
        queue="chat",
    ),
    JobKind(
        "publish_homes",
        "Draws App Homes anew that have changed.",
        attempts=6,
        lock="home",
        queueing_lock="publish_homes",
        queue="homes",  # of hundreds at Slack's pace, which must keep no news waiting
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
    JobKind("fetch_dispute_file", "Fetches a file from Slack that came with an objection.", attempts=20),
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
    "fetch_dispute_file",
    "fetch_import",
    "show_import",
    "send_export",
)
"""Jobs that the operators' chat brings; without it they do nothing."""
